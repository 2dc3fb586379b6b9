import Kernel
import Wire

/// What one proxy costs for a given amount of traffic.
struct PeerMeasurement: Equatable, Sendable {
  /// Bytes that went through one connection.
  let bytes: UInt64
  /// How long they took.
  let transferNanoseconds: UInt64
  /// The proxy's processor time for them.
  let transferProcessorNanoseconds: UInt64
  /// Connections that were opened one after the other, each with a first flight, echoed.
  let connections: UInt64
  /// How long they took.
  let connectionsNanoseconds: UInt64
  /// The proxy's processor time for them.
  let connectionsProcessorNanoseconds: UInt64

  /// Ports of a measurement: the proxy's, the sink's, the echo's.
  static let proxyPort: UInt16 = 9_000
  static let targetPort: UInt16 = 7_000

  /// A first flight as long as a peer's, of bytes that no signature matches.
  static let firstFlight = [UInt8](repeating: 0xa5, count: 96)

  /// Measures `kind` in a row of its own.
  static func run(
    _ kind: BenchPeer.Kind,
    bytes: UInt64,
    connections: UInt64,
    core: Int? = nil
  ) throws(LabError) -> PeerMeasurement {
    let row = try RowTopology()
    defer { row.remove() }
    let route = BenchPeer.Route(
      listen: Endpoint(address: row.entry, port: proxyPort),
      target: Endpoint(address: row.server.address, port: targetPort)
    )
    let sink = try StreamSink(.swallow, in: row.server.namespace, at: route.target)
    let peer = try BenchPeer.start(kind, in: row, route: route, core: core)
    let beforeTransfer = peer.processorNanoseconds
    let transfer = try row.client.namespace.run {
      try send(bytes, to: route.listen, until: { sink.bytes >= bytes })
    }
    let afterTransfer = peer.processorNanoseconds
    sink.stop()

    let echo = try StreamSink(.echo, in: row.server.namespace, at: route.target)
    defer { echo.stop() }
    let beforeConnections = peer.processorNanoseconds
    let opening = try row.client.namespace.run { try open(connections, to: route.listen) }
    let afterConnections = peer.processorNanoseconds
    peer.stop()
    return PeerMeasurement(
      bytes: bytes,
      transferNanoseconds: transfer,
      transferProcessorNanoseconds: afterTransfer &- beforeTransfer,
      connections: connections,
      connectionsNanoseconds: opening,
      connectionsProcessorNanoseconds: afterConnections &- beforeConnections
    )
  }

  /// How long the far end may take to get the last byte.
  private static let drainNanoseconds = 10 * Nanoseconds.perSecond

  private static func send(
    _ bytes: UInt64,
    to endpoint: Endpoint,
    until isDone: () -> Bool
  ) throws(LabError) -> UInt64 {
    let start = Clock.now
    let connection = try TCPSocket.connected(to: endpoint, timeoutNanoseconds: drainNanoseconds)
    let chunk = [UInt8](repeating: 0xa5, count: 262_144)
    var left = bytes
    while left > 0 {
      let part = left < UInt64(chunk.count) ? Array(chunk[..<Int(left)]) : chunk
      guard connection.send(part) else { throw LabError("\(endpoint) takes no more bytes") }
      left -= UInt64(part.count)
    }
    guard
      Pause.until(
        timeoutNanoseconds: drainNanoseconds,
        intervalNanoseconds: Nanoseconds.perMillisecond,
        isDone
      )
    else { throw LabError("not all bytes arrive behind \(endpoint)") }
    return Clock.now.nanoseconds(since: start)
  }

  private static func open(_ count: UInt64, to endpoint: Endpoint) throws(LabError) -> UInt64 {
    let start = Clock.now
    var chunk = [UInt8](repeating: 0, count: 4_096)
    for number in 0..<count {
      let connection = try TCPSocket.connected(to: endpoint, timeoutNanoseconds: drainNanoseconds)
      guard connection.send(firstFlight), let got = connection.receive(into: &chunk), got > 0
      else { throw LabError("connection \(number) through \(endpoint) brings nothing back") }
    }
    return Clock.now.nanoseconds(since: start)
  }
}
