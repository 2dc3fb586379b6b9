import Testing
import Wire

@testable import Lab

/// The proxies that the gate is compared with really do what they are compared for.
@Suite(.enabled(if: LabNeeds.proxies, LabNeeds.why), .serialized)
struct BenchPeerTests {
  @Test(arguments: BenchPeer.Kind.allCases)
  func aPeerShowsTheServerTheAddressOfTheClient(kind: BenchPeer.Kind) throws {
    try Self.withPeer(kind) { row, peer, echo in
      let listen = peer.route.listen
      let answer = try row.client.namespace.run {
        try Exchange.once(PeerMeasurement.firstFlight, at: listen)
      }
      #expect(answer == PeerMeasurement.firstFlight)
      #expect(echo.lastPeer?.address == row.client.address)
      #expect(peer.processorNanoseconds > 0)
    }
  }

  @Test func theFilterRefusesAMinerBeforeTheServerSeesIt() throws {
    try Self.withPeer(.haproxyFilter) { row, peer, echo in
      let line = #"{"id":1,"method":"mining.subscribe","params":["cpuminer/2.5.1"]}"# + "\n"
      let listen = peer.route.listen
      let answer = try row.client.namespace.run {
        try Exchange.once(Array(line.utf8), at: listen)
      }
      #expect(answer == [])
      #expect(echo.connections == 0)
    }
  }

  @Test func connectionsToTheServerCanBeDiverted() throws {
    let row = try RowTopology()
    defer { row.remove() }
    let target = Endpoint(address: row.server.address, port: PeerMeasurement.targetPort)
    let echo = try StreamSink(.echo, in: row.server.namespace, at: target)
    defer { echo.stop() }
    let direct = try row.client.namespace.run { try Exchange.once([1, 2, 3], at: target) }
    #expect(direct == [1, 2, 3])

    try row.divert(port: target.port, toProxyPort: PeerMeasurement.proxyPort)
    let listen = Endpoint(address: SourceAddress(ipv4: 0), port: PeerMeasurement.proxyPort)
    let peer = try BenchPeer.start(
      .haproxyTransparent,
      in: row,
      route: BenchPeer.Route(listen: listen, target: target)
    )
    defer { peer.stop() }
    let before = peer.processorNanoseconds
    let diverted = try row.client.namespace.run { try Exchange.once([4, 5, 6], at: target) }
    #expect(diverted == [4, 5, 6])
    #expect(peer.processorNanoseconds > before)
    #expect(echo.lastPeer?.address == row.client.address)
  }

  private static func withPeer(
    _ kind: BenchPeer.Kind,
    _ body: (RowTopology, BenchPeer, StreamSink) throws -> Void
  ) throws {
    let row = try RowTopology()
    defer { row.remove() }
    let route = BenchPeer.Route(
      listen: Endpoint(address: row.entry, port: PeerMeasurement.proxyPort),
      target: Endpoint(address: row.server.address, port: PeerMeasurement.targetPort)
    )
    let echo = try StreamSink(.echo, in: row.server.namespace, at: route.target)
    defer { echo.stop() }
    let peer = try BenchPeer.start(kind, in: row, route: route)
    defer { peer.stop() }
    try body(row, peer, echo)
  }
}
