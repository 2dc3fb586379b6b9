internal import Wire

/// A group of shards that a configuration asks for: those of all diverted gates of one transport
/// together, or those of one gate in proxy mode.
struct GroupPlan: Equatable, Sendable {
  /// What is spoken.
  var transport: Transport
  /// How peers reach the router.
  var mode: GateSettings.Mode
  /// Where peers arrive: all addresses of a family for diverted connections, the gate's own for a
  /// proxy. Where diverted datagrams arrive, the kernel's rules say (`FirewallPlan.strangers`).
  var arrivals: [Endpoint]

  /// The groups of a configuration.
  static func groups(of configuration: Configuration) -> [GroupPlan] {
    Transport.allCases.flatMap { transport in
      let gates = configuration.gates.filter { $0.transport == transport }
      let diverted = gates.filter { $0.mode == .transparent }
      let proxies = gates.filter { $0.mode != .transparent }
      var groups: [GroupPlan] = []
      if !diverted.isEmpty {
        let arrivals =
          transport == .ssu2 ? [] : wildcards(diverted, port: configuration.firewall.tcpPort)
        groups.append(GroupPlan(transport: transport, mode: .transparent, arrivals: arrivals))
      }
      return groups
        + proxies.map {
          GroupPlan(transport: transport, mode: $0.mode, arrivals: [$0.endpoint])
        }
    }
  }

  /// All addresses of each family that `gates` have.
  private static func wildcards(_ gates: [GateSettings], port: UInt16) -> [Endpoint] {
    var endpoints: [Endpoint] = []
    if gates.contains(where: \.endpoint.address.isIPv4) {
      endpoints.append(Endpoint(address: SourceAddress(ipv4: 0), port: port))
    }
    if gates.contains(where: { !$0.endpoint.address.isIPv4 }) {
      endpoints.append(Endpoint(address: SourceAddress(high: 0, low: 0), port: port))
    }
    return endpoints
  }
}
