import Kernel
import Testing
import Wire

/// What stands beside a plan in the kernel.
@Suite(
  "The firewall's neighbours",
  .enabled(if: NetworkNamespaces.areAllowed, NetworkNamespaces.reason)
)
struct FirewallNeighbourTests {
  private func ways(_ plan: FirewallPlan, _ world: FirewallWorld) throws -> [Firewall.AnswerWay] {
    try world.pair.host.inside { try Firewall.answerWays(of: plan).map(\.way) }
  }

  @Test("the way of the router's answers is what the kernel would do")
  func answers() throws {
    let world = try FirewallWorld()
    let plan = try FirewallWorld.plan()
    let host = world.pair.host
    #expect(try ways(plan, world) == [.none, .none])
    try host.ip("route add default via \(NamespacePair.peerIPv4)")
    #expect(try ways(plan, world) == [.table(254), .none])
    try world.up(plan)
    #expect(try ways(plan, world) == [.gate, .gate])
    try host.ip("rule add fwmark 0x53000000 lookup main priority 5")
    try host.ip("-6 rule add fwmark 0x53000000 unreachable priority 5")
    #expect(try ways(plan, world) == [.table(254), .none])
    try host.ip("rule delete priority 5")
    try host.ip("-6 rule delete priority 5")
    #expect(try ways(plan, world) == [.gate, .gate])
  }

  @Test("rivals are all named, and not only the first")
  func rivals() throws {
    let world = try FirewallWorld()
    let plan = try FirewallWorld.plan()
    let host = world.pair.host
    func rivals() throws -> [FirewallFault] {
      try host.inside { try Firewall.rivals(of: plan) }
    }
    try world.up(plan)
    #expect(try rivals() == [])
    try world.down()
    try host.ip("rule add fwmark 0x1 lookup 500 priority 83")
    try host.ip("-6 rule add fwmark 0x1 lookup 21328 priority 500")
    try host.ip("route add 192.0.2.0/24 dev cable table 21328")
    #expect(
      try rivals() == [
        .foreignRulePriority(83, .ipv4), .foreignRoutes(table: 21_328, .ipv4),
        .foreignRuleTable(21_328, .ipv6),
      ]
    )
  }

  @Test("what is left of another plan is named as ip would remove it, and can be removed so")
  func leftovers() throws {
    let world = try FirewallWorld()
    let host = world.pair.host
    let old = try FirewallPlan(
      gates: FirewallWorld.gates(.open, families: [.ipv4]),
      mark: .init(value: 0x7, mask: .max),
      routingTable: 77,
      rulePriority: 78
    )
    try world.up(old)
    func leftovers(_ plan: FirewallPlan?) throws -> [String] {
      try host.inside { try Firewall.leftovers(besides: plan) }
    }
    #expect(try leftovers(old) == [])
    let found = try leftovers(FirewallWorld.plan())
    #expect(
      found == [
        "ip rule del priority 78 fwmark 0x00000007/0xffffffff lookup 77",
        "ip route del local default dev lo table 77",
      ]
    )
    #expect(try leftovers(nil) == found)
    for command in found { try host.shell(command) }
    #expect(try leftovers(nil) == [])
  }

  @Test("the commands that are shown do what up does")
  func commands() throws {
    let world = try FirewallWorld()
    let plan = try FirewallWorld.plan()
    for command in Firewall.commands(for: plan) {
      try world.pair.host.shell("\(command) \(command.hasPrefix("ip") ? "proto 83" : "")")
    }
    #expect(try world.kinds(missingOf: plan) == [.tableMissing])
  }
}
