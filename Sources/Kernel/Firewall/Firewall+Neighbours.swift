/// What stands beside a plan in this host's kernel: other programs' rules, and remainders of ours.
extension Firewall {
  /// Rules and routes of other programs that a plan can't live with. `up` refuses the first one.
  /// Needs no capability.
  public static func rivals(of plan: FirewallPlan) throws(FirewallFault) -> [FirewallFault] {
    try rivals(of: usable(plan), ReturnPath())
  }

  static func rivals(
    of plan: FirewallPlan,
    _ path: borrowing ReturnPath
  ) throws(FirewallFault) -> [FirewallFault] {
    var rivals: [FirewallFault] = []
    for family in plan.families {
      for rule in try path.rules(family) where !rule.isOurs {
        if rule.table == plan.routingTable {
          rivals.append(.foreignRuleTable(rule.table, family))
        } else if rule.priority == plan.rulePriority {
          rivals.append(.foreignRulePriority(rule.priority, family))
        }
      }
      let routes = try path.routes(family, table: plan.routingTable)
      if let route = routes.first(where: { !$0.isOurs }) {
        rivals.append(.foreignRoutes(table: route.table, family))
      }
    }
    return rivals
  }

  /// Rules and routes of ours that are no part of `plan`, as `ip` would remove them: of an earlier
  /// configuration, or all of ours when `plan` is nil. Needs no capability.
  public static func leftovers(besides plan: FirewallPlan?) throws(FirewallFault) -> [String] {
    let path = try ReturnPath()
    var leftovers: [String] = []
    for family in presentFamilies {
      let kept = plan.flatMap { $0.families.contains(family) ? $0 : nil }
      for rule in try path.rules(family) where rule.isOurs {
        if let kept, rule.serves(kept) { continue }
        leftovers.append(
          "\(family.ipCommand) rule del priority \(rule.priority) fwmark \(rule.mark) "
            + "lookup \(rule.table)"
        )
      }
      for route in try path.ownRoutes(family) {
        if let kept, route.serves(kept) { continue }
        leftovers.append("\(family.ipCommand) route del local default dev lo table \(route.table)")
      }
    }
    return leftovers
  }

  /// Where the kernel would send a router's answer to a peer, by all rules and routes.
  public enum AnswerWay: Equatable, Sendable {
    /// To the gate.
    case gate
    /// Elsewhere: a route of this table comes first, or there is none of ours.
    case table(UInt32)
    /// Nowhere: no route takes it.
    case none
  }

  /// Asks the kernel for the way of a router's answers to a peer far away, for each family of
  /// `plan`. Sends nothing. Needs no capability.
  public static func answerWays(
    of plan: FirewallPlan
  ) throws(FirewallFault) -> [(family: IPFamily, way: AnswerWay)] {
    let plan = try usable(plan)
    let path = try ReturnPath()
    var ways: [(family: IPFamily, way: AnswerWay)] = []
    for family in plan.families {
      let found = try path.lookUp(family, mark: plan.mark.value)
      let way: AnswerWay
      if let found {
        let isOurs = found.type == RouteValue.localType && found.table == plan.routingTable
        way = isOurs ? .gate : .table(found.table)
      } else {
        way = .none
      }
      ways.append((family: family, way: way))
    }
    return ways
  }

  /// What `up` does beside the table, as commands that a person could type.
  public static func commands(for plan: FirewallPlan) -> [String] {
    plan.families.flatMap { family in
      [
        "\(family.ipCommand) rule add fwmark \(plan.mark) lookup \(plan.routingTable) "
          + "priority \(plan.rulePriority)",
        "\(family.ipCommand) route add local default dev lo table \(plan.routingTable)",
      ]
    } + ["sysctl net.ipv4.tcp_fwmark_accept=1"]
  }
}

extension IPFamily {
  /// The command that shows rules and routes of this family.
  fileprivate var ipCommand: String { self == .ipv4 ? "ip" : "ip -6" }
}
