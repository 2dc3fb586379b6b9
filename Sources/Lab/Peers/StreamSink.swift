import Synchronization
import Wire

/// A TCP server that swallows or returns what it gets: the far end of a measured proxy.
final class StreamSink: Sendable {
  /// What happens to the bytes.
  enum Mode: Sendable {
    case swallow, echo
  }

  private let server: ConnectionServer
  private let counts: Counts

  /// Listens at `endpoint` in `namespace`.
  init(_ mode: Mode, in namespace: NetworkNamespace, at endpoint: Endpoint) throws(LabError) {
    let counts = Counts()
    self.counts = counts
    server = try ConnectionServer(in: namespace, at: endpoint) { connection in
      counts.connections.wrappingAdd(1, ordering: .relaxed)
      counts.lastPeer.withLock { $0 = connection.peer }
      var chunk = [UInt8](repeating: 0, count: 262_144)
      while let count = connection.receive(into: &chunk), count > 0 {
        counts.bytes.wrappingAdd(UInt64(count), ordering: .relaxed)
        if mode == .echo, !connection.send(Array(chunk[..<count])) { return }
      }
    }
  }

  /// Connections that were accepted.
  var connections: UInt64 { counts.connections.load(ordering: .relaxed) }
  /// Bytes that came.
  var bytes: UInt64 { counts.bytes.load(ordering: .relaxed) }

  /// Where the last connection seemed to come from.
  var lastPeer: Endpoint? { counts.lastPeer.withLock { $0 } }

  /// Stops accepting.
  func stop() {
    server.stop()
  }

  private final class Counts: Sendable {
    let connections = Atomic<UInt64>(0)
    let bytes = Atomic<UInt64>(0)
    let lastPeer = Mutex<Endpoint?>(nil)
  }
}
