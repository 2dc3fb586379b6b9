internal import Glibc

extension ReturnPath {
  /// Adds the rule of `plan` for `family`; one that is there already is as good.
  func addRule(_ family: IPFamily, of plan: FirewallPlan, origin: UInt8) throws(FirewallFault) {
    let rule = Rule(
      family: family,
      priority: plan.rulePriority,
      table: plan.routingTable,
      mark: plan.mark,
      origin: UInt32(origin)
    )
    try change(
      Self.request(RoutingMessage.newRule, NetlinkFlags.create | NetlinkFlags.exclusive, rule),
      step: "adding \(family) rule \(plan.rulePriority)",
      harmless: EEXIST
    )
  }

  /// Removes a rule of ours; one that is gone already is as good.
  func remove(_ rule: Rule) throws(FirewallFault) {
    precondition(rule.isOurs, "only what is ours is removed")
    try change(
      Self.request(RoutingMessage.deleteRule, 0, rule),
      step: "removing \(rule.family) rule \(rule.priority)",
      harmless: ENOENT
    )
  }

  /// Adds the route of `plan` for `family`; one that is there already is as good.
  func addRoute(_ family: IPFamily, of plan: FirewallPlan, origin: UInt8) throws(FirewallFault) {
    let route = Route(
      family: family,
      table: plan.routingTable,
      type: RouteValue.localType,
      origin: UInt32(origin)
    )
    try change(
      Self.request(RoutingMessage.newRoute, NetlinkFlags.create | NetlinkFlags.exclusive, route),
      step: "adding the \(family) route of table \(plan.routingTable)",
      harmless: EEXIST
    )
  }

  /// Removes a route of ours; one that is gone already is as good.
  func remove(_ route: Route) throws(FirewallFault) {
    precondition(route.isOurs, "only what is ours is removed")
    try change(
      Self.request(RoutingMessage.deleteRoute, 0, route),
      step: "removing the \(route.family) route of table \(route.table)",
      harmless: ESRCH
    )
  }

  private func change(
    _ request: NetlinkRequest,
    step: String,
    harmless: Int32
  ) throws(FirewallFault) {
    do throws(Errno) {
      try socket.change(request)
    } catch {
      guard error.rawValue != harmless else { return }
      throw .routing(step: step, error)
    }
  }

  private static func request(_ type: UInt16, _ flags: UInt16, _ rule: Rule) -> NetlinkRequest {
    var request = NetlinkRequest(
      type: type,
      flags: flags | NetlinkFlags.acknowledge,
      header: [rule.family.rawValue, 0, 0, 0, 0, 0, 0, RuleValue.toTable, 0, 0, 0, 0]
    )
    request.append(attribute: RuleAttribute.priority, rule.priority)
    request.append(attribute: RuleAttribute.mark, rule.mark.value)
    request.append(attribute: RuleAttribute.mask, rule.mark.mask)
    request.append(attribute: RuleAttribute.table, rule.table)
    request.append(
      attribute: RuleAttribute.origin,
      byte: UInt8(truncatingIfNeeded: rule.origin)
    )
    return request
  }

  private static func request(_ type: UInt16, _ flags: UInt16, _ route: Route) -> NetlinkRequest {
    var request = NetlinkRequest(
      type: type,
      flags: flags | NetlinkFlags.acknowledge,
      header: routeHeader(
        route.family,
        origin: UInt8(truncatingIfNeeded: route.origin),
        scope: RouteValue.hostScope,
        type: route.type
      )
    )
    request.append(attribute: RouteAttribute.table, route.table)
    request.append(attribute: RouteAttribute.outgoingInterface, RouteValue.loopbackIndex)
    return request
  }

  /// The header of a route message (`rtmsg`).
  static func routeHeader(
    _ family: IPFamily,
    origin: UInt8,
    scope: UInt8,
    type: UInt8
  ) -> ContiguousArray<UInt8> {
    [family.rawValue, 0, 0, 0, 0, origin, scope, type, 0, 0, 0, 0]
  }
}
