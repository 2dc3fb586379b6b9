import Foundation
import Kernel
import Testing
import Wire

/// What lasts and what does not: gates that stop, rules that are loaded again, several shards.
@Suite(
  "Datagrams while gates and rules come and go",
  .serialized,
  .enabled(if: NetworkNamespaces.areAllowed, NetworkNamespaces.reason)
)
struct DatagramStateTests {
  /// A world without a gate that listens.
  private static func abandoned(
    _ family: IPFamily,
    _ whenDown: FirewallPlan.WhenDown,
    after body: (DatagramScene) throws -> Void
  ) throws -> (DatagramWorld, TestDatagramSocket, TestDatagramSocket) {
    let (world, router, peer) = try {
      let scene = try DatagramScene(family, DatagramWorld.plan(whenDown))
      try body(scene)
      return (scene.world, scene.router, scene.peer)
    }()
    try world.waitForReceiversToGo()
    return (world, router, peer)
  }

  @Test("without a gate, `open` lets strangers through to the router", arguments: IPFamily.allCases)
  func open(family: IPFamily) throws {
    let (world, router, peer) = try Self.abandoned(family, .open) { _ in }
    try withExtendedLifetime(world) {
      try peer.send(testBytes(1), to: DatagramWorld.router(family))
      let there = try #require(try router.received())
      #expect(there.source == (try peer.own))
      try router.send(testBytes(2), to: there.source)
      #expect(try peer.received()?.source == (try DatagramWorld.router(family)))
    }
  }

  @Test(
    "a gate that stops leaves no endpoint on trial that cannot be answered",
    arguments: IPFamily.allCases
  )
  func openOnTrial(family: IPFamily) throws {
    let (world, router, peer) = try Self.abandoned(family, .open) { try $0.trial() }
    try withExtendedLifetime(world) {
      try peer.send(testBytes(1), to: DatagramWorld.router(family))
      _ = try #require(try router.received())
      try router.send(testBytes(2), to: peer.own)
      #expect(try peer.received() != nil)
    }
  }

  @Test(
    "an answer that finds no witness is lost, and the next one goes to the peer",
    arguments: IPFamily.allCases,
    [FirewallPlan.WhenDown.open, .closed]
  )
  func lostAnswer(family: IPFamily, whenDown: FirewallPlan.WhenDown) throws {
    let (world, router, peer) = try Self.abandoned(family, whenDown) { try $0.trial() }
    try withExtendedLifetime(world) {
      try router.send(testBytes(2), to: peer.own)
      #expect(try peer.isSilent())
      try router.send(testBytes(3), to: peer.own)
      #expect(try peer.received()?.bytes == testBytes(3))
    }
  }

  @Test(
    "without a gate, `closed` drops strangers and carries on with the admitted",
    arguments: IPFamily.allCases
  )
  func closed(family: IPFamily) throws {
    let (world, router, peer) = try Self.abandoned(family, .closed) { scene in
      scene.gate.pass(try scene.arrive(1), \.admit)
      _ = try #require(try scene.router.received())
    }
    let stranger = try world.peerSocket(family)
    try stranger.send(testBytes(1), to: DatagramWorld.router(family))
    #expect(try router.isSilent())
    try peer.send(testBytes(2), to: DatagramWorld.router(family))
    #expect(try router.received()?.source == (try peer.own))
  }

  @Test("the same plan once more keeps flows and repairs rules", arguments: IPFamily.allCases)
  func renewal(family: IPFamily) throws {
    let scene = try DatagramScene(family)
    scene.gate.pass(try scene.arrive(1), \.admit)
    _ = try #require(try scene.router.received())
    let index = family == .ipv4 ? 0 : 1
    let host = scene.world.pair.host
    let before = try host.shell("nft -t list table inet sallyport")
    for damage in [
      "true", "nft flush chain inet sallyport answer_\(index)",
      "nft insert rule inet sallyport gate_\(index) drop", "nft flush chain inet sallyport divert",
    ] {
      try host.shell(damage)
      try scene.world.up(scene.plan)
      #expect(try host.shell("nft -t list table inet sallyport") == before)
      #expect(try scene.world.elements("admitted_\(index)").contains("elements"))
      #expect(try scene.isOpen())
    }
    try scene.world.up(DatagramWorld.plan(.open))
    #expect(try !scene.world.elements("admitted_\(index)").contains("elements"))
  }

  @Test("no stranger slips past the gate while the rules are renewed", arguments: IPFamily.allCases)
  func replacement(family: IPFamily) throws {
    let scene = try DatagramScene(family)
    let replacing = Thread { for _ in 0..<40 { try? scene.world.up(scene.plan) } }
    replacing.start()
    var strangers = 0
    while !replacing.isFinished {
      _ = try scene.arrive(UInt8(truncatingIfNeeded: strangers))
      strangers += 1
    }
    #expect(strangers > 40)
    #expect(try scene.router.isSilent())
  }

  @Test("up and down leave no trace, and what is missing is named")
  func traces() throws {
    let world = try FirewallWorld()
    let before = try world.snapshot()
    let plan = try FirewallPlan(
      gates: FirewallWorld.gates() + DatagramWorld.gates(),
      shards: 2
    )
    try world.up(plan)
    #expect(try world.kinds(missingOf: plan) == [])
    for damage in [
      "nft flush chain inet sallyport spoken", "nft flush chain inet sallyport witness_2",
      "nft flush chain inet sallyport verdict_3", "nft flush chain inet sallyport answer_3",
      "nft flush chain inet sallyport gate_2_1", "nft flush chain inet sallyport untracked_out",
    ] {
      try world.pair.host.shell(damage)
      #expect(try world.kinds(missingOf: plan) == [.tableDiffers])
      try world.up(plan)
      #expect(try world.kinds(missingOf: plan) == [])
    }
    try world.down()
    #expect(try world.snapshot() == before)
  }

  @Test("both directions of a peer meet at one shard", arguments: IPFamily.allCases)
  func shards(family: IPFamily) throws {
    let world = try DatagramWorld()
    let plan = try DatagramWorld.plan(shards: 2)
    try world.up(plan)
    let gates = try (0..<2).map { try world.gate(plan, family, shard: $0) }
    let router = try world.routerSocket(family)
    try world.pair.host.ip(
      family == .ipv4 ? "route add 11.84.0.0/16 dev cable" : "-6 route add fd84::/32 dev cable"
    )
    var met = [0, 0]
    for network in 1...24 {
      let address = family == .ipv4 ? "11.84.\(network).9" : "fd84:0:\(network)::9"
      try world.pair.peer.ip(
        "address add \(address)/\(family == .ipv4 ? 32 : 128) dev cable"
          + (family == .ipv4 ? "" : " nodad")
      )
      let peer = try world.peerSocket(family, address: address)
      try peer.send(testBytes(1), to: DatagramWorld.router(family))
      let arrived = gates.map { $0.received(withinMilliseconds: 50) }
      let shard = try #require(arrived.firstIndex { !$0.isEmpty })
      #expect(arrived[1 - shard] == [])
      met[shard] += 1
      gates[shard].pass(arrived[shard][0], \.trial)
      _ = try #require(try router.received())
      try router.send(testBytes(2), to: peer.own)
      #expect(gates[shard].received(.witness).count == 1)
      #expect(gates[1 - shard].received(.witness, withinMilliseconds: 0).isEmpty)
    }
    #expect(met[0] > 3 && met[1] > 3)
  }
}
