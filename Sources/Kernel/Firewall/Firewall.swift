/// The kernel's part of a gate: diverts the router's ports to it, and leads the router's answers
/// back.
///
/// Works on the network namespace of the calling thread. Touches the nft table `inet sallyport`,
/// the rules and routes of its own origin, and `tcp_fwmark_accept`; nothing else.
public enum Firewall {
  /// The table of `plan` as text for `nft -f`, to be read by people.
  public static func ruleset(for plan: FirewallPlan) -> String {
    FirewallRuleset.text(for: plan, comment: nil)
  }

  /// Brings the kernel in line with `plan`, or changes nothing that lasts.
  ///
  /// May be called while traffic flows: the table is replaced as one transaction, and connections
  /// that exist go on. The same plan once more leaves the sets of flows as they are. IPv6 gates are
  /// left out where the host has no IPv6.
  ///
  /// - Throws: `FirewallFault`; its text says what to do. When nothing was in place before, what
  ///   was already done is undone first.
  public static func up(_ plan: FirewallPlan) throws(FirewallFault) {
    try FewDescriptors.run { () throws(FirewallFault) in try bringUp(plan) }
  }

  /// Takes away all that `up` made, by whatever plan, and puts back what it found. Twice is fine.
  public static func down() throws(FirewallFault) {
    try FewDescriptors.run { () throws(FirewallFault) in try takeDown() }
  }

  /// What is missing of `plan`. Needs CAP_NET_ADMIN, since the kernel shows its nft rules to nobody
  /// else.
  public static func check(_ plan: FirewallPlan) throws(FirewallFault) -> FirewallReport {
    try FewDescriptors.run { () throws(FirewallFault) in try look(for: plan) }
  }

  /// Whether what is in place keeps new peers out while no gate listens, by whatever plan it was
  /// made; false when nothing is. Needs CAP_NET_ADMIN.
  public static func keepsPeersOut() throws(FirewallFault) -> Bool {
    try FewDescriptors.run { () throws(FirewallFault) in
      guard Capability.networkAdministration.isHeld else { throw .notPermitted }
      return try FirewallTable.listing(NFTables()).map(FirewallTable.keepsPeersOut) ?? false
    }
  }

  /// What is missing of `plan` except for the table, which only the canary can tell. Needs no
  /// capability.
  public static func checkUnprivileged(
    _ plan: FirewallPlan
  ) throws(FirewallFault) -> FirewallReport {
    var report = FirewallReport()
    try checkReturnPath(of: usable(plan), into: &report)
    return report
  }
}

extension Firewall {
  private static func bringUp(_ plan: FirewallPlan) throws(FirewallFault) {
    guard Capability.networkAdministration.isHeld else { throw .notPermitted }
    let plan = try usable(plan)
    let path = try ReturnPath()
    let nft = try NFTables()
    if let rival = try rivals(of: plan, path).first { throw rival }
    let remembered = try rememberedSetting(nft, path)
    let setting = if let remembered { remembered } else { try read(.inheritMarks) }
    do throws(FirewallFault) {
      try load(plan, settingBefore: setting, nft, path)
    } catch {
      if remembered == nil {
        _ = try? nft.run(FirewallTable.removal)
        try? restore(setting, path)
      }
      throw error
    }
  }

  private static func takeDown() throws(FirewallFault) {
    guard Capability.networkAdministration.isHeld else { throw .notPermitted }
    let path = try ReturnPath()
    let nft = try NFTables()
    let setting = try rememberedSetting(nft, path)
    try nft.run(FirewallTable.removal)
    try restore(setting, path)
  }

  private static func look(for plan: FirewallPlan) throws(FirewallFault) -> FirewallReport {
    guard Capability.networkAdministration.isHeld else { throw .notPermitted }
    var report = FirewallReport()
    let plan = try usable(plan)
    let nft = try NFTables()
    if let listing = try FirewallTable.listing(nft) {
      if FirewallTable.difference(of: listing, from: plan) == .differs {
        report.add(.tableDiffers, for: plan)
      }
    } else {
      report.add(.tableMissing, for: plan)
    }
    try checkReturnPath(of: plan, into: &report)
    return report
  }

  /// The table comes last and goes first, so nothing is diverted whose answers could not return.
  private static func load(
    _ plan: FirewallPlan,
    settingBefore setting: Int,
    _ nft: borrowing NFTables,
    _ path: borrowing ReturnPath
  ) throws(FirewallFault) {
    let origin = ReturnPath.Origin.remembering(setting: setting)
    for family in plan.families {
      if try !path.routes(family, table: plan.routingTable).contains(where: { $0.serves(plan) }) {
        try path.addRoute(family, of: plan, origin: origin)
      }
      if try !path.rules(family).contains(where: { $0.serves(plan) }) {
        try path.addRule(family, of: plan, origin: origin)
      }
    }
    try write(.inheritMarks, 1)
    if let listing = try FirewallTable.listing(nft), FirewallTable.isRenewable(listing, as: plan) {
      try nft.run(FirewallTable.renewal(for: plan))
    } else {
      try nft.run(FirewallTable.replacement(for: plan, settingBefore: setting))
    }
    try removeReturnPaths(path, except: plan)
  }

  /// Puts back everything but the table.
  private static func restore(
    _ setting: Int?,
    _ path: borrowing ReturnPath
  ) throws(FirewallFault) {
    // What somebody else has set meanwhile is theirs.
    if let setting, try read(.inheritMarks) == 1 { try write(.inheritMarks, setting) }
    try removeReturnPaths(path, except: nil)
  }

  /// Removes what is ours and not part of `plan`, also of a family that is no longer in use.
  private static func removeReturnPaths(
    _ path: borrowing ReturnPath,
    except plan: FirewallPlan?
  ) throws(FirewallFault) {
    for family in presentFamilies {
      let kept = plan.flatMap { $0.families.contains(family) ? $0 : nil }
      for rule in try path.rules(family) where rule.isOurs {
        if let kept, rule.serves(kept) { continue }
        try path.remove(rule)
      }
      for route in try path.ownRoutes(family) {
        if let kept, route.serves(kept) { continue }
        try path.remove(route)
      }
    }
  }

  /// What `tcp_fwmark_accept` was before the first `up`; nil when nothing of ours is in place.
  private static func rememberedSetting(
    _ nft: borrowing NFTables,
    _ path: borrowing ReturnPath
  ) throws(FirewallFault) -> Int? {
    if let listing = try FirewallTable.listing(nft),
      let setting = FirewallTable.settingBefore(in: listing)
    {
      return setting
    }
    for family in presentFamilies {
      if let rule = try path.rules(family).first(where: { $0.isOurs }) {
        return ReturnPath.Origin.setting(rememberedBy: rule.origin)
      }
      if let route = try path.ownRoutes(family).first {
        return ReturnPath.Origin.setting(rememberedBy: route.origin)
      }
    }
    return nil
  }

  private static func checkReturnPath(
    of plan: FirewallPlan,
    into report: inout FirewallReport
  ) throws(FirewallFault) {
    let path = try ReturnPath()
    for family in plan.families {
      if try !path.rules(family).contains(where: { $0.serves(plan) }) {
        report.add(.ruleMissing(family), for: plan)
      }
      if try !path.routes(family, table: plan.routingTable).contains(where: { $0.serves(plan) }) {
        report.add(.routeMissing(family), for: plan)
      }
    }
    if try read(.inheritMarks) != 1 { report.add(.marksNotInherited, for: plan) }
  }

  /// `plan` as far as this host can carry it out now: without its IPv6 gates where IPv6 is off. The
  /// others may so have another place in it, and another canary.
  public static func usable(_ plan: FirewallPlan) throws(FirewallFault) -> FirewallPlan {
    guard IPv6State.current != .on else { return plan }
    let rest = plan.withoutIPv6
    guard !rest.gates.isEmpty else {
      throw .unusablePlan("every gate is for IPv6, which is off on this host: switch it on")
    }
    return rest
  }

  static var presentFamilies: ContiguousArray<IPFamily> {
    IPv6State.current == .absent ? [.ipv4] : [.ipv4, .ipv6]
  }

  static func read(_ setting: KernelSetting) throws(FirewallFault) -> Int {
    do throws(Errno) {
      return try setting.read()
    } catch {
      throw .setting(path: setting.path, error)
    }
  }

  private static func write(_ setting: KernelSetting, _ number: Int) throws(FirewallFault) {
    do throws(Errno) {
      // In a container it may be there for reading alone.
      if try setting.read() != number { try setting.write(number) }
    } catch {
      throw .setting(path: setting.path, error)
    }
  }
}
