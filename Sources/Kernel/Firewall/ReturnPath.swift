internal import Glibc

/// The way of the router's answers back to the gate: a rule for marked packets, and a local default
/// route in a table of its own, for each family.
///
/// What is ours is known by its origin, the number that the kernel keeps with a rule or route to
/// tell who made it. Nothing of another origin is ever removed.
struct ReturnPath: ~Copyable {
  let socket: NetlinkSocket

  /// Opens the way to the kernel's routing.
  init() throws(FirewallFault) {
    do throws(Errno) {
      socket = try NetlinkSocket()
    } catch {
      throw .routing(step: "opening rtnetlink", error)
    }
  }

  /// Origins that are ours, two of them: the one in use says what `tcp_fwmark_accept` was before.
  /// This memory outlives a `flush ruleset` of the host's own nft rules, and knows no file that
  /// network namespaces might share.
  enum Origin {
    static let settingWasOff: UInt8 = 83
    static let settingWasOn: UInt8 = 84

    static func isOurs(_ origin: UInt32) -> Bool {
      origin == UInt32(settingWasOff) || origin == UInt32(settingWasOn)
    }

    static func remembering(setting: Int) -> UInt8 {
      setting == 0 ? settingWasOff : settingWasOn
    }

    static func setting(rememberedBy origin: UInt32) -> Int {
      origin == UInt32(settingWasOff) ? 0 : 1
    }
  }

  /// A rule that sends packets to a table.
  struct Rule: Equatable {
    let family: IPFamily
    let priority: UInt32
    let table: UInt32
    let mark: FirewallPlan.Mark
    let origin: UInt32

    var isOurs: Bool { Origin.isOurs(origin) && mark.value != 0 }

    /// Whether this rule does what `plan` asks for.
    func serves(_ plan: FirewallPlan) -> Bool {
      isOurs && priority == plan.rulePriority && table == plan.routingTable && mark == plan.mark
    }
  }

  /// A route that delivers everything to this host.
  struct Route: Equatable {
    let family: IPFamily
    let table: UInt32
    let type: UInt8
    let origin: UInt32

    var isOurs: Bool { Origin.isOurs(origin) && type == RouteValue.localType }

    /// Whether this route does what `plan` asks for.
    func serves(_ plan: FirewallPlan) -> Bool { isOurs && table == plan.routingTable }
  }
}

extension ReturnPath {
  /// All rules of `family` that send packets to a table.
  func rules(_ family: IPFamily) throws(FirewallFault) -> ContiguousArray<Rule> {
    let request = NetlinkRequest(
      type: RoutingMessage.getRule,
      flags: NetlinkFlags.dump,
      header: [family.rawValue, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    )
    let answer = try list(request, step: "listing \(family) rules")
    var rules: ContiguousArray<Rule> = []
    var offset = 0
    while let message = answer.message(at: &offset) {
      guard message.type == RoutingMessage.newRule,
        let rule = Self.rule(in: answer, at: message.content), rule.family == family
      else { continue }
      rules.append(rule)
    }
    return rules
  }

  private static func rule(in answer: NetlinkAnswer, at content: Range<Int>) -> Rule? {
    func attribute(_ kind: UInt16) -> UInt32? {
      answer.attribute(kind, of: content, headerBytes: 12)
    }
    guard content.count >= 12,
      let family = answer.number(at: content.lowerBound, as: UInt8.self).flatMap(IPFamily.init),
      answer.number(at: content.lowerBound + 7, as: UInt8.self) == RuleValue.toTable
    else { return nil }
    return Rule(
      family: family,
      priority: attribute(RuleAttribute.priority) ?? 0,
      table: attribute(RuleAttribute.table) ?? 0,
      mark: FirewallPlan.Mark(
        value: attribute(RuleAttribute.mark) ?? 0,
        mask: attribute(RuleAttribute.mask) ?? 0
      ),
      origin: attribute(RuleAttribute.origin) ?? 0
    )
  }

  /// The routes of `family` in `table`.
  func routes(_ family: IPFamily, table: UInt32) throws(FirewallFault) -> ContiguousArray<Route> {
    var request = NetlinkRequest(
      type: RoutingMessage.getRoute,
      flags: NetlinkFlags.dump,
      header: Self.routeHeader(family, origin: 0, scope: 0, type: 0)
    )
    request.append(attribute: RouteAttribute.table, table)
    return try routes(family, request)
  }

  /// The routes of `family` that are ours, in whatever table.
  func ownRoutes(_ family: IPFamily) throws(FirewallFault) -> ContiguousArray<Route> {
    var own: ContiguousArray<Route> = []
    for origin in [Origin.settingWasOff, Origin.settingWasOn] {
      let request = NetlinkRequest(
        type: RoutingMessage.getRoute,
        flags: NetlinkFlags.dump,
        header: Self.routeHeader(family, origin: origin, scope: 0, type: 0)
      )
      own += try routes(family, request).filter { $0.isOurs }
    }
    return own
  }

  private func routes(
    _ family: IPFamily,
    _ request: NetlinkRequest
  ) throws(FirewallFault) -> ContiguousArray<Route> {
    let answer = try list(request, step: "listing \(family) routes")
    var routes: ContiguousArray<Route> = []
    var offset = 0
    while let message = answer.message(at: &offset) {
      guard message.type == RoutingMessage.newRoute,
        let route = Self.route(in: answer, at: message.content), route.family == family
      else { continue }
      routes.append(route)
    }
    return routes
  }

  private static func route(in answer: NetlinkAnswer, at content: Range<Int>) -> Route? {
    let start = content.lowerBound
    guard content.count >= 12,
      let family = answer.number(at: start, as: UInt8.self).flatMap(IPFamily.init),
      let shortTable = answer.number(at: start + 4, as: UInt8.self),
      let origin = answer.number(at: start + 5, as: UInt8.self),
      let type = answer.number(at: start + 7, as: UInt8.self)
    else { return nil }
    let table = answer.attribute(RouteAttribute.table, of: content, headerBytes: 12)
    return Route(
      family: family,
      table: table ?? UInt32(shortTable),
      type: type,
      origin: UInt32(origin)
    )
  }

  /// A table that does not exist yet is an empty one.
  private func list(
    _ request: NetlinkRequest,
    step: String
  ) throws(FirewallFault) -> NetlinkAnswer {
    do throws(Errno) {
      return try socket.list(request)
    } catch {
      guard error.rawValue != ENOENT else { return NetlinkAnswer(bytes: []) }
      throw .routing(step: step, error)
    }
  }
}
