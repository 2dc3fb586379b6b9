/// Why the kernel could not be brought in line with a plan. Every description says what is wrong,
/// where, and what to do.
public enum FirewallFault: Error, Equatable, Sendable {
  /// The plan contradicts itself or names what cannot work.
  case unusablePlan(String)
  /// This process may not change or list the kernel's rules.
  case notPermitted
  /// The kernel has no nf_tables.
  case noNFTables(Errno)
  /// nft refused the table; `message` is libnftables' own text.
  case rulesRefused(message: String)
  /// A routing rule or route could not be read or changed.
  case routing(step: String, Errno)
  /// Somebody else's rule stands at the plan's priority.
  case foreignRulePriority(UInt32, IPFamily)
  /// Somebody else's rule uses the plan's routing table.
  case foreignRuleTable(UInt32, IPFamily)
  /// Somebody else's routes are in the plan's routing table.
  case foreignRoutes(table: UInt32, IPFamily)
  /// A kernel setting could not be read or written.
  case setting(path: String, Errno)
}

extension FirewallFault: CustomStringConvertible {
  /// What is wrong, and what to do.
  public var description: String {
    switch self {
    case .unusablePlan(let reason):
      reason
    case .notPermitted:
      "the kernel's rules need CAP_NET_ADMIN: run the command as root"
    case .noNFTables(let errno):
      "this kernel has no nf_tables (\(errno)): load the module nf_tables or use another kernel"
    case .rulesRefused(let message):
      "the kernel refused the nft table inet \(FirewallRuleset.tableName): \(message): "
        + "the modules nft_tproxy and nft_ct must be there, and the table nobody else's"
    case .routing(let step, let errno):
      "\(step) failed: \(errno): compare `ip rule`, `ip route` and `ip link show lo`"
    case .setting(let path, let errno):
      "\(path): \(errno): the setting must be readable, and writable for root"
    case .foreignRulePriority, .foreignRuleTable, .foreignRoutes:
      foreignDescription
    }
  }

  private var foreignDescription: String {
    switch self {
    case .foreignRulePriority(let priority, let family):
      "another program's \(family) rule has priority \(priority) (`ip rule`): "
        + "set `priority` to a free number"
    case .foreignRuleTable(let table, let family):
      "another program's \(family) rule uses routing table \(table) (`ip rule`): "
        + "set `table` to a free number"
    case .foreignRoutes(let table, let family):
      "routing table \(table) holds another program's \(family) routes "
        + "(`ip route show table \(table)`): set `table` to a free number"
    default:
      ""
    }
  }
}
