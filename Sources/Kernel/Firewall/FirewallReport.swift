/// What is missing between a plan and the kernel; empty when everything is in place.
public struct FirewallReport: Equatable, Sendable {
  /// The parts that are missing or differ.
  public internal(set) var findings: [FirewallFinding] = []

  mutating func add(_ kind: FirewallFinding.Kind, for plan: FirewallPlan) {
    findings.append(FirewallFinding(kind: kind, plan: plan))
  }
}

/// One part of a plan that the kernel does not have, or has otherwise.
public struct FirewallFinding: Equatable, Sendable {
  /// Which part.
  public enum Kind: Equatable, Sendable {
    /// The nft table is not there: nothing is diverted.
    case tableMissing
    /// The nft table is of another plan, or was changed by hand.
    case tableDiffers
    /// The rule for marked packets is not there.
    case ruleMissing(IPFamily)
    /// The route for marked packets is not there.
    case routeMissing(IPFamily)
    /// The router's connections do not inherit the gate's mark.
    case marksNotInherited
  }

  /// Which part.
  public let kind: Kind
  /// What is wrong and what follows from it.
  public let message: String

  /// What to do.
  public var remedy: String {
    switch kind {
    case .ruleMissing, .routeMissing:
      "run `sallyport firewall up`; if systemd-networkd removed it, set "
        + "ManageForeignRoutingPolicyRules=no and ManageForeignRoutes=no in networkd.conf"
    case .tableMissing:
      "run `sallyport firewall up`, also after every reload of the host's own nft rules that "
        + "begins with `flush ruleset`"
    case .tableDiffers, .marksNotInherited:
      "run `sallyport firewall up`"
    }
  }

  init(kind: Kind, plan: FirewallPlan) {
    self.kind = kind
    message =
      switch kind {
      case .tableMissing:
        "nft table inet \(FirewallRuleset.tableName) is missing: peers reach the router directly"
      case .tableDiffers:
        "nft table inet \(FirewallRuleset.tableName) is not the one of this configuration"
      case .ruleMissing(let family):
        "\(family) rule \(plan.rulePriority) (fwmark \(plan.mark) lookup \(plan.routingTable)) "
          + "is missing: the router's answers do not reach the gate"
      case .routeMissing(let family):
        "\(family) route `local default dev lo` of table \(plan.routingTable) is missing: "
          + "the router's answers do not reach the gate"
      case .marksNotInherited:
        "\(KernelSetting.inheritMarks.path) is not 1: the router's answers do not reach the gate"
      }
  }
}
