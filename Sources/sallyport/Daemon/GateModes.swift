internal import Wire

/// Which groups of shards a configuration asks for.
enum GateModes {
  /// The modes, one a group: all diverted gates share one.
  static func modes(of configuration: Configuration) -> [GateSettings.Mode] {
    groups(of: configuration).map(\.mode)
  }

  /// The groups with the endpoints that each listens on.
  static func groups(
    of configuration: Configuration
  ) -> [(mode: GateSettings.Mode, endpoints: [Endpoint])] {
    let gates = configuration.gates.filter { $0.transport == .ntcp2 }
    let diverted = gates.filter { $0.mode == .transparent }
    var groups: [(mode: GateSettings.Mode, endpoints: [Endpoint])] = []
    if !diverted.isEmpty {
      let port = configuration.firewall.tcpPort
      var wildcards: [Endpoint] = []
      if diverted.contains(where: \.endpoint.address.isIPv4) {
        wildcards.append(Endpoint(address: SourceAddress(ipv4: 0), port: port))
      }
      if diverted.contains(where: { !$0.endpoint.address.isIPv4 }) {
        wildcards.append(Endpoint(address: SourceAddress(high: 0, low: 0), port: port))
      }
      groups.append((.transparent, wildcards))
    }
    for gate in gates where gate.mode != .transparent {
      groups.append((gate.mode, [gate.endpoint]))
    }
    return groups
  }
}
