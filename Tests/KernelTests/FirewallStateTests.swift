import CLinux
import Foundation
import Kernel
import Testing
import Wire

/// What the firewall leaves in the kernel, and what it does not touch.
@Suite(
  "The firewall's traces in the kernel",
  .serialized,
  .enabled(if: NetworkNamespaces.areAllowed, NetworkNamespaces.reason)
)
struct FirewallStateTests {
  /// Rules, routes and tables of other programs.
  private static func furnish(_ world: FirewallWorld) throws {
    try world.pair.host.shell(
      "nft 'add table inet other; add chain inet other input "
        + "{ type filter hook input priority 0; }; add rule inet other input tcp dport 1 drop'"
    )
    for family in ["-4", "-6"] {
      try world.pair.host.ip("\(family) rule add fwmark 0x1 lookup 500 priority 500")
      try world.pair.host.ip("\(family) route add local default dev lo table 500")
    }
  }

  @Test("down restores everything, whatever the setting was", arguments: [0, 1])
  func restores(setting: Int) throws {
    let world = try FirewallWorld()
    try Self.furnish(world)
    try world.pair.host.shell("echo \(setting) > /proc/sys/net/ipv4/tcp_fwmark_accept")
    let before = try world.snapshot()
    let plan = try FirewallWorld.plan()
    try world.up(plan)
    #expect(try world.snapshot() != before)
    #expect(try world.kinds(missingOf: plan) == [])
    try world.up(plan)
    #expect(try world.kinds(missingOf: plan) == [])
    try world.down()
    #expect(try world.snapshot() == before)
    try world.down()
    #expect(try world.snapshot() == before)
  }

  /// libnftables can't deal with a descriptor of 1,024 or more; a gate under a flood has no other.
  @Test(
    "a process with thousands of descriptors can still change the rules",
    .enabled(if: DescriptorLimit.raise(to: 4_096) >= 4_096, "needs 4,096 open descriptors")
  )
  func manyDescriptors() throws {
    let world = try FirewallWorld()
    let before = try world.snapshot()
    let held = (0..<2_000).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
    defer { held.forEach { close($0) } }
    try #require(held.contains { $0 > 1_024 })
    let plan = try FirewallWorld.plan()
    try world.up(plan)
    #expect(try world.kinds(missingOf: plan) == [])
    try world.down()
    #expect(try world.snapshot() == before)
    // What others of this process have open stays so.
    #expect(held.allSatisfy { fcntl($0, F_GETFD) >= 0 })
  }

  @Test(
    "down restores the setting after another program has removed parts",
    arguments: [
      "nft flush ruleset",
      "ip rule delete priority 83; ip -6 rule delete priority 83",
      "ip route flush table 21328; ip -6 route flush table 21328",
      "nft flush ruleset; ip rule delete priority 83; ip -6 rule delete priority 83",
    ],
    [false, true]
  )
  func leftovers(removal: String, isRepaired: Bool) throws {
    let world = try FirewallWorld()
    let before = try world.snapshot()
    let plan = try FirewallWorld.plan()
    try world.up(plan)
    try world.pair.host.shell(removal)
    #expect(try world.kinds(missingOf: plan) != [])
    if isRepaired {
      try world.up(plan)
      #expect(try world.kinds(missingOf: plan) == [])
    }
    try world.down()
    #expect(try world.snapshot() == before)
  }

  @Test("another plan takes the place of the one before")
  func replaced() throws {
    let world = try FirewallWorld()
    let before = try world.snapshot()
    let first = try FirewallWorld.plan()
    let second = try FirewallPlan(
      gates: FirewallWorld.gates(.open, families: [.ipv4]),
      mark: .init(value: 0x7, mask: .max),
      routingTable: 77,
      rulePriority: 78
    )
    try world.up(first)
    try world.up(second)
    #expect(try world.kinds(missingOf: second) == [])
    let traces = try world.snapshot()
    #expect(!traces.contains("83:\t") && !traces.contains("21328") && !traces.contains("ip6"))
    let gate = try world.listenAsGate(.ipv4)
    let router = try world.listenAsRouter(.ipv4)
    let session = try RelayedSession(
      in: world,
      .ipv4,
      mark: second.mark,
      gate: gate,
      router: router
    )
    #expect(try session.echo("hello") == "hello")
    try world.down()
    #expect(try world.snapshot() == before)
  }

  @Test("what is missing is named")
  func findings() throws {
    let world = try FirewallWorld()
    let plan = try FirewallWorld.plan()
    let host = world.pair.host
    #expect(
      try world.kinds(missingOf: plan) == [
        .tableMissing, .ruleMissing(.ipv4), .routeMissing(.ipv4), .ruleMissing(.ipv6),
        .routeMissing(.ipv6), .marksNotInherited,
      ]
    )
    for (damage, kind) in [
      ("nft delete table inet sallyport", .tableMissing),
      ("nft flush chain inet sallyport divert", .tableDiffers),
      ("nft insert rule inet sallyport divert accept", .tableDiffers),
      ("ip rule delete priority 83", .ruleMissing(.ipv4)),
      ("ip -6 rule delete priority 83", .ruleMissing(.ipv6)),
      ("ip route flush table 21328", .routeMissing(.ipv4)),
      ("ip -6 route flush table 21328", .routeMissing(.ipv6)),
      ("echo 0 > /proc/sys/net/ipv4/tcp_fwmark_accept", .marksNotInherited),
    ] as [(String, FirewallFinding.Kind)] {
      try world.up(plan)
      try host.shell(damage)
      #expect(try world.kinds(missingOf: plan) == [kind])
    }
    try world.up(plan)
    #expect(try world.kinds(missingOf: FirewallWorld.plan(.open)) == [.tableDiffers])
  }

  @Test(
    "other programs' rules and routes are refused, and nothing is changed",
    arguments: [
      (
        "ip rule add fwmark 0x1 lookup 500 priority 83",
        FirewallFault.foreignRulePriority(83, .ipv4)
      ),
      (
        "ip -6 rule add fwmark 0x1 lookup 21328 priority 500",
        FirewallFault.foreignRuleTable(21_328, .ipv6)
      ),
      (
        "ip route add 192.0.2.0/24 dev cable table 21328",
        FirewallFault.foreignRoutes(table: 21_328, .ipv4)
      ),
    ]
  )
  func foreign(command: String, fault: FirewallFault) throws {
    let world = try FirewallWorld()
    try world.pair.host.shell(command)
    let before = try world.snapshot()
    let plan = try FirewallWorld.plan()
    #expect(throws: fault) { try world.up(plan) }
    #expect(try world.snapshot() == before)
  }

  @Test("an up that fails halfway is undone")
  func undone() throws {
    let world = try FirewallWorld()
    try world.pair.host.ip("link set lo down")
    let before = try world.snapshot()
    let plan = try FirewallWorld.plan()
    #expect(throws: FirewallFault.self) { try world.up(plan) }
    #expect(try world.snapshot() == before)
  }

  @Test("an up whose table is refused is undone")
  func refusedTable() throws {
    let world = try FirewallWorld()
    let host = world.pair.host
    // A table with an owner is closed to everybody else for as long as the owner runs.
    let owner = "(echo 'add table inet sallyport { flags owner; }'; sleep 2) | nft -i"
    Thread.detachNewThread { _ = try? host.shell(owner) }
    for _ in 0..<10 where try !world.snapshot().contains("sallyport") {
      usleep(100_000)
    }
    let before = try world.snapshot()
    #expect(before.contains("sallyport"))
    let plan = try FirewallWorld.plan()
    let fault = #expect(throws: FirewallFault.self) { try world.up(plan) }
    #expect(fault?.description.contains("Operation not permitted") == true)
    #expect(try world.snapshot() == before)
  }

  @Test("a host without IPv6 gets the IPv4 part")
  func withoutIPv6() throws {
    let world = try FirewallWorld()
    try world.pair.host.shell("echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6")
    let before = try world.snapshot()
    let plan = try FirewallWorld.plan()
    try world.up(plan)
    #expect(try world.kinds(missingOf: plan) == [])
    #expect(try !world.pair.host.shell("nft list ruleset").contains("ip6"))
    try world.down()
    #expect(try world.snapshot() == before)
    let onlyIPv6 = try FirewallPlan(gates: FirewallWorld.gates(families: [.ipv6]))
    #expect(throws: FirewallFault.self) { try world.up(onlyIPv6) }
  }

  @Test("a host without IPv6 has the canaries of the IPv4 part")
  func canaryWithoutIPv6() throws {
    let world = try FirewallWorld()
    let host = world.pair.host
    let plan = try FirewallPlan(gates: FirewallWorld.gates(families: [.ipv6, .ipv4]))
    #expect(try host.inside { try Firewall.usable(plan) } == plan)
    try host.shell("echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6")
    let gate = try world.listenAsGate(.ipv4)
    try world.up(plan)
    let usable = try host.inside { try Firewall.usable(plan) }
    let canary = try #require(usable.canary(ofGate: 0))
    #expect(canary != plan.canary(ofGate: 1))
    _ = try host.inside { try TestSocket.connected(to: canary) }
    #expect(try gate.accepted().own == canary)
  }

  @Test("whether peers are kept out can be told from what is in place")
  func keepsPeersOut() throws {
    let world = try FirewallWorld()
    func keepsPeersOut() throws -> Bool {
      try world.pair.host.inside { try Firewall.keepsPeersOut() }
    }
    #expect(try !keepsPeersOut())
    for whenDown in [FirewallPlan.WhenDown.open, .closed] {
      for plan in [
        try FirewallWorld.plan(whenDown), try DatagramWorld.plan(whenDown),
        try DatagramWorld.plan(whenDown, shards: 2),
        try FirewallPlan(gates: FirewallWorld.gates(.open) + DatagramWorld.gates(whenDown)),
        try FirewallPlan(gates: FirewallWorld.gates(whenDown) + DatagramWorld.gates(.open)),
      ] {
        try world.up(plan)
        #expect(try keepsPeersOut() == (whenDown == .closed))
      }
    }
    try world.down()
    #expect(try !keepsPeersOut())
  }

  @Test("IPv6 that is switched off later leaves nothing behind")
  func ipv6SwitchedOff() throws {
    let world = try FirewallWorld()
    try world.up(FirewallWorld.plan())
    try world.pair.host.shell("echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6")
    try world.down()
    let rest = try world.snapshot()
    #expect(!rest.contains("83:") && !rest.contains("21328"))
  }

  @Test("without rights, all but the table can be checked")
  func unprivileged() async throws {
    let world = try FirewallWorld()
    let plan = try FirewallWorld.plan()
    try world.up(plan)
    let path = "/run/netns/\(world.pair.host.name)"
    await #expect(processExitsWith: .success) { [path = path as String] in
      let plan = try FirewallWorld.plan()
      try #require(linux_enter_network_namespace(path) == 0)
      #expect(Capability.networkAdministration.isHeld)
      try #require(setuid(65_534) == 0)
      #expect(!Capability.networkAdministration.isHeld)
      #expect(!Capability.rawNetwork.isHeld)
      #expect(try Firewall.checkUnprivileged(plan).findings == [])
      #expect(throws: FirewallFault.notPermitted) { try Firewall.check(plan) }
      #expect(throws: FirewallFault.notPermitted) { try Firewall.up(plan) }
    }
    try world.pair.host.shell("ip rule delete priority 83")
    let report = try world.pair.host.inside { try Firewall.checkUnprivileged(plan) }
    #expect(report.findings.map(\.kind) == [.ruleMissing(.ipv4)])
  }
}
