import Kernel
import Testing
import Wire

/// Bytes that count up from `first`.
func testBytes(_ first: UInt8, count: Int = 60) -> [UInt8] {
  (0..<count).map { first &+ UInt8(truncatingIfNeeded: $0) }
}

/// Everything that a datagram from a new peer meets.
struct DatagramScene {
  let world: DatagramWorld
  let plan: FirewallPlan
  let endpoint: Endpoint
  let gate: TestGate
  let router: TestDatagramSocket
  let peer: TestDatagramSocket

  init(
    _ family: IPFamily,
    _ plan: FirewallPlan? = nil,
    isWildcard: Bool = true,
    peerPort: UInt16 = 0
  ) throws {
    world = try DatagramWorld()
    self.plan = try plan ?? DatagramWorld.plan()
    endpoint = try DatagramWorld.router(family)
    try world.up(self.plan)
    gate = try world.gate(self.plan, family)
    router = try world.routerSocket(family, isWildcard: isWildcard)
    peer = try world.peerSocket(family, port: peerPort)
  }

  /// A datagram of the peer that the gate gets.
  func arrive(_ first: UInt8) throws -> TestDatagram {
    try peer.send(testBytes(first), to: endpoint)
    let datagrams = gate.received()
    try #require(datagrams.count == 1)
    return datagrams[0]
  }

  /// The router's answer to an endpoint on trial, as the witness sees it.
  func answer(_ first: UInt8) throws -> TestDatagram {
    try router.send(testBytes(first), to: peer.own)
    let datagrams = gate.received(.witness)
    try #require(datagrams.count == 1)
    return datagrams[0]
  }

  /// Puts the peer on trial.
  func trial() throws {
    try gate.pass(arrive(1), \.trial)
    _ = try #require(try router.received())
  }

  /// Whether datagrams go both ways without the gate.
  func isOpen(_ count: UInt8 = 20) throws -> Bool {
    for number in 0..<count {
      try peer.send(testBytes(number), to: endpoint)
      guard let there = try router.received(withinMilliseconds: 500) else { return false }
      #expect(there.bytes == testBytes(number))
      #expect(there.source == (try peer.own))
      try router.send(testBytes(number), to: there.source)
      guard let back = try peer.received(withinMilliseconds: 500) else { return false }
      #expect(back.bytes == testBytes(number))
      #expect(back.source == endpoint)
    }
    return gate.isSilent()
  }
}
