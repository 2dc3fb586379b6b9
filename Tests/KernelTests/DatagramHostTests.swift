import Kernel
import Testing
import Wire

/// The rules for datagrams beside a firewall of the host's own that drops by default.
@Suite(
  "Datagrams beside the host's own firewall",
  .serialized,
  .enabled(if: NetworkNamespaces.areAllowed, NetworkNamespaces.reason)
)
struct DatagramHostTests {
  /// Brings a new peer through the gate, and looks whether the kernel then carries its flow.
  private static func wholePath(_ scene: DatagramScene) throws {
    try scene.trial()
    scene.gate.pass(try scene.answer(2), \.answer)
    #expect(try scene.peer.received() != nil)
    scene.gate.pass(try scene.arrive(3), \.admit)
    _ = try #require(try scene.router.received())
    #expect(try scene.isOpen())
  }

  @Test(
    "input that drops by default, the router's port allowed, loopback not",
    arguments: IPFamily.allCases
  )
  func inputDrops(family: IPFamily) throws {
    let scene = try DatagramScene(family)
    let host = scene.world.pair.host
    try host.shell(HostFirewallTests.chain("input", accepting: "udp dport 9222 accept"))
    for port in 1...50 as ClosedRange<UInt16> {
      let stranger = try scene.world.peerSocket(family, port: 2000 + port)
      try stranger.send(testBytes(1), to: scene.endpoint)
    }
    #expect(scene.gate.received().count == 50)
    try Self.wholePath(scene)
    let tracked = try host.shell("cat /proc/net/nf_conntrack")
    #expect(!tracked.contains("port=20"))
    #expect(tracked.contains("sport=\(try scene.peer.own.port) "))
  }

  @Test("output that drops by default needs connection tracking", arguments: IPFamily.allCases)
  func outputDrops(family: IPFamily) throws {
    let plan = try FirewallPlan(gates: DatagramWorld.gates(), connectionTracking: .kept)
    let scene = try DatagramScene(family, plan)
    try scene.world.pair.host.shell(
      HostFirewallTests.chain("output", accepting: "oifname lo accept")
    )
    try Self.wholePath(scene)
  }
}
