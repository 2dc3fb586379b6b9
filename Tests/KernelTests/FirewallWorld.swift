import Kernel
import Testing
import Wire

/// A host with a router and a gate to be, and a peer outside; each in a namespace of its own.
struct FirewallWorld: Sendable {
  static let gatePort: UInt16 = 19_111
  static let routerPort: UInt16 = 17_654

  let pair: NamespacePair

  init() throws {
    pair = try NamespacePair()
  }

  /// The router's endpoint of a family.
  static func router(_ family: IPFamily) throws -> Endpoint {
    let text = family == .ipv4 ? NamespacePair.hostIPv4 : NamespacePair.hostIPv6
    return Endpoint(address: try #require(SourceAddress(text)), port: routerPort)
  }

  static func wildcard(_ family: IPFamily, port: UInt16) -> Endpoint {
    let address =
      family == .ipv4 ? SourceAddress(ipv4: 0) : SourceAddress(high: 0, low: 0)
    return Endpoint(address: address, port: port)
  }

  static func gates(
    _ whenDown: FirewallPlan.WhenDown = .closed,
    families: [IPFamily] = IPFamily.allCases
  ) throws -> [FirewallPlan.Gate] {
    try families.map { family in
      FirewallPlan.Gate(
        transport: .tcp,
        router: try router(family),
        listeningPort: gatePort,
        whenDown: whenDown
      )
    }
  }

  static func plan(_ whenDown: FirewallPlan.WhenDown = .closed) throws -> FirewallPlan {
    try FirewallPlan(gates: gates(whenDown))
  }

  func up(_ plan: FirewallPlan) throws {
    try pair.host.inside { try Firewall.up(plan) }
  }

  func down() throws {
    try pair.host.inside { try Firewall.down() }
  }

  func kinds(missingOf plan: FirewallPlan) throws -> [FirewallFinding.Kind] {
    try pair.host.inside { try Firewall.check(plan) }.findings.map(\.kind)
  }

  /// All that the firewall might touch, as text.
  func snapshot() throws -> String {
    try pair.host.shell(
      "nft list ruleset; ip rule; ip -6 rule; ip route show table all; "
        + "ip -6 route show table all; cat /proc/sys/net/ipv4/tcp_fwmark_accept"
    )
  }

  func listenAsGate(_ family: IPFamily) throws -> TestSocket {
    try pair.host.inside {
      try .listening(on: Self.wildcard(family, port: Self.gatePort), isTransparent: true)
    }
  }

  func listenAsRouter(_ family: IPFamily, isWildcard: Bool = true) throws -> TestSocket {
    let endpoint =
      isWildcard ? Self.wildcard(family, port: Self.routerPort) : try Self.router(family)
    return try pair.host.inside { try .listening(on: endpoint, isTransparent: false) }
  }

  func connectAsPeer(_ family: IPFamily) throws -> TestSocket {
    let router = try Self.router(family)
    return try pair.peer.inside { try .connected(to: router) }
  }

  /// A connection of the gate to where `accepted` was meant for, from the same peer's address.
  func dial(for accepted: TestSocket, mark: FirewallPlan.Mark) throws -> TestSocket {
    let router = try #require(accepted.own)
    let peer = try #require(accepted.other)
    return try pair.host.inside {
      try .dialled(to: router, from: peer.address, mark: mark.value)
    }
  }
}

/// A peer's connection through a gate to a router, all of its four ends.
struct RelayedSession {
  let peer: TestSocket
  let accepted: TestSocket
  let dialled: TestSocket
  let router: TestSocket

  /// Brings a peer of `family` through the gate.
  init(
    in world: FirewallWorld,
    _ family: IPFamily,
    mark: FirewallPlan.Mark = .standard,
    gate: TestSocket,
    router listener: TestSocket
  ) throws {
    peer = try world.connectAsPeer(family)
    accepted = try gate.accepted()
    dialled = try world.dial(for: accepted, mark: mark)
    router = try listener.accepted()
  }

  /// Carries `text` to the router and back; what the peer gets.
  func echo(_ text: String) throws -> String {
    try peer.send(text)
    try dialled.send(accepted.received())
    try router.send(router.received())
    try accepted.send(dialled.received())
    return try peer.received()
  }
}
