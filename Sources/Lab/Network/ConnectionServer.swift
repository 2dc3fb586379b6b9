import Dispatch
import Kernel
import Synchronization
import Wire

/// A TCP server inside a namespace: one thread accepts, and each connection has a thread of its
/// own up to a limit; more wait in the kernel's queue.
final class ConnectionServer: Sendable {
  /// Connections served at the same time.
  static let connectionsMax = 64

  /// Where it listens.
  let endpoint: Endpoint

  private let listener: TCPSocket
  private let acceptor = Mutex<LabThread<Void>?>(nil)

  /// Listens at `endpoint` in `namespace` and runs `serve` for every connection.
  init(
    in namespace: NetworkNamespace,
    at endpoint: Endpoint,
    serve: @escaping @Sendable (borrowing TCPSocket) -> Void
  ) throws(LabError) {
    self.endpoint = endpoint
    let number = try namespace.run { try TCPSocket.listening(at: endpoint).release() }
    listener = TCPSocket(owning: Descriptor(owning: number))
    acceptor.withLock { $0 = LabThread { Self.acceptAll(number, serve) } }
  }

  deinit {
    stop()
  }

  /// Stops accepting; connections that are served go on until they end. May be called twice.
  func stop() {
    acceptor.withLock { thread in
      guard let thread = thread.take() else { return }
      listener.shutDown()
      thread.join()
    }
  }

  private static func acceptAll(
    _ listener: Int32,
    _ serve: @escaping @Sendable (borrowing TCPSocket) -> Void
  ) {
    let free = DispatchSemaphore(value: connectionsMax)
    while true {
      free.wait()
      guard let number = TCPSocket.accept(on: listener)?.release() else { break }
      _ = LabThread {
        serve(TCPSocket(owning: Descriptor(owning: number)))
        free.signal()
      }
    }
    free.signal()
  }
}
