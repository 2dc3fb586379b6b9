import Foundation
import Kernel
import Testing
import Wire

/// What becomes of real datagrams under the rules.
@Suite(
  "Datagrams under the firewall",
  .serialized,
  .enabled(if: NetworkNamespaces.areAllowed, NetworkNamespaces.reason)
)
struct DatagramPathTests {
  @Test(
    "an unknown flow is proven by its answer's way through the gate, then is the kernel's",
    arguments: IPFamily.allCases,
    [true, false]
  )
  func wholePath(family: IPFamily, isWildcard: Bool) throws {
    let scene = try DatagramScene(family, isWildcard: isWildcard)
    let first = try scene.arrive(1)
    #expect(first.source == (try scene.peer.own))
    #expect(first.destination == scene.endpoint)
    #expect(first.bytes == testBytes(1))
    #expect(try scene.router.isSilent())

    scene.gate.pass(first, \.trial)
    let there = try #require(try scene.router.received())
    #expect(there.source == (try scene.peer.own))
    #expect(there.bytes == testBytes(1))
    let answer = try scene.answer(2)
    #expect(answer.source == scene.endpoint)
    #expect(answer.destination == (try scene.peer.own))
    #expect(answer.bytes == testBytes(2))
    #expect(try scene.peer.isSilent())

    scene.gate.pass(answer, \.answer)
    let back = try #require(try scene.peer.received())
    #expect(back.source == scene.endpoint)
    #expect(back.bytes == testBytes(2))

    scene.gate.pass(try scene.arrive(3), \.admit)
    #expect(try scene.router.received()?.bytes == testBytes(3))
    #expect(try scene.isOpen(200))
    #expect(scene.gate.counts.sent == 3)
  }

  @Test("every length has a good checksum", arguments: IPFamily.allCases)
  func checksums(family: IPFamily) throws {
    let scene = try DatagramScene(family)
    try scene.trial()
    let peer = try scene.peer.own
    let longest = family == .ipv4 ? 1472 : 1452
    for count in Array(40...90) + [longest - 1, longest] {
      let bytes = testBytes(UInt8(truncatingIfNeeded: count &* 7), count: count)
      let datagram = TestDatagram(source: scene.endpoint, destination: peer, bytes: bytes)
      scene.gate.pass(datagram, \.answer)
      #expect(try scene.peer.received()?.bytes == bytes)
    }
  }

  @Test("a peer whose port is the router's own is served too", arguments: IPFamily.allCases)
  func samePort(family: IPFamily) throws {
    let scene = try DatagramScene(family, peerPort: DatagramWorld.routerPort)
    try scene.trial()
    scene.gate.pass(try scene.answer(2), \.answer)
    #expect(try scene.peer.received() != nil)
    scene.gate.pass(try scene.arrive(3), \.admit)
    _ = try scene.router.received()
    #expect(try scene.isOpen())
  }

  @Test("the router that speaks first admits", arguments: IPFamily.allCases)
  func routerFirst(family: IPFamily) throws {
    let scene = try DatagramScene(family)
    try scene.router.send(testBytes(1), to: scene.peer.own)
    #expect(try scene.peer.received()?.source == scene.endpoint)
    #expect(try scene.isOpen())
  }

  @Test("an answer to an endpoint on trial does not admit it", arguments: IPFamily.allCases)
  func forgedSource(family: IPFamily) throws {
    let scene = try DatagramScene(family)
    try scene.trial()
    for number: UInt8 in 2..<5 {
      scene.gate.pass(try scene.answer(number), \.answer)
      #expect(try scene.peer.received() != nil)
    }
    _ = try scene.arrive(9)
    #expect(try scene.router.isSilent())
    let index = family == .ipv4 ? 0 : 1
    #expect(try !scene.world.elements("admitted_\(index)").contains("elements"))
    #expect(try scene.world.elements("pending_\(index)").contains("elements"))
  }

  @Test("an answer that is released admits", arguments: IPFamily.allCases)
  func release(family: IPFamily) throws {
    let scene = try DatagramScene(family)
    try scene.trial()
    scene.gate.pass(try scene.answer(2), \.admit)
    #expect(try scene.peer.received()?.source == scene.endpoint)
    #expect(try scene.isOpen())
    let index = family == .ipv4 ? 0 : 1
    #expect(try !scene.world.elements("pending_\(index)").contains("elements"))
  }

  @Test("a trial ends, and so does an admission", arguments: IPFamily.allCases)
  func timeouts(family: IPFamily) throws {
    let flows = DatagramFlows(admittedSeconds: 2, pendingSeconds: 1)
    let scene = try DatagramScene(family, DatagramWorld.plan(flows: flows))
    try scene.trial()
    Thread.sleep(forTimeInterval: 1.5)
    try scene.router.send(testBytes(2), to: scene.peer.own)
    #expect(try scene.peer.received() != nil)
    #expect(try scene.isOpen())
    Thread.sleep(forTimeInterval: 2.5)
    _ = try scene.arrive(3)
  }

  @Test("with the set of trials full, what is put on trial is dropped and counted")
  func fullTrials() throws {
    let scene = try DatagramScene(.ipv4, DatagramWorld.plan(flows: DatagramFlows(pendingSize: 64)))
    for port: UInt16 in 1...200 {
      let source = Endpoint(address: SourceAddress(ipv4: 0x0b53_0002), port: port)
      let forged = TestDatagram(
        source: source,
        destination: scene.endpoint,
        bytes: testBytes(1)
      )
      scene.gate.pass(forged, \.trial)
    }
    let counts = scene.gate.counts
    #expect(counts.sent >= 64 && counts.sent < 200)
    #expect(counts.sent + counts.refused == 200)
  }

  @Test("impossible lengths are dropped before they wake the gate", arguments: IPFamily.allCases)
  func lengths(family: IPFamily) throws {
    let scene = try DatagramScene(family)
    for count in [0, 1, 39] { try scene.peer.send(testBytes(1, count: count), to: scene.endpoint) }
    if family == .ipv4 {
      try scene.peer.send(testBytes(1, count: 1473), to: scene.endpoint)
    }
    #expect(scene.gate.isSilent())
    for count in [40, 1452] {
      try scene.peer.send(testBytes(2, count: count), to: scene.endpoint)
      #expect(scene.gate.received().map(\.bytes.count) == [count])
    }
  }

  @Test("a canary flies only while the table is there", arguments: IPFamily.allCases)
  func canary(family: IPFamily) throws {
    let world = try DatagramWorld()
    let plan = try DatagramWorld.plan(shards: 2)
    let gate = try world.gate(plan, family)
    let canary = try #require(plan.canary(ofGate: family == .ipv4 ? 0 : 1))
    let fly = { @Sendable in
      try world.pair.host.inside { DatagramSocket.reaches(canary, withinMilliseconds: 100) }
    }
    #expect(try fly() == .refused)
    try world.up(plan)
    #expect(try fly() == nil)
    #expect(gate.received().map(\.destination) == [canary])
    try world.pair.host.shell("nft delete table inet sallyport")
    #expect(try fly() == .refused)
  }
}
