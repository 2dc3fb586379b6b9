/// The `ip` commands for one wire between a host and the namespace that routes for it.
enum HostWiring {
  /// What the routing namespace runs: the wire, its own addresses on it.
  static func hubLines(for host: LabHost) -> [String] {
    let wire = "to-\(host.number)"
    return [
      "link add \(wire) type veth peer name eth0 netns \(host.namespace.name)",
      "addr add \(AddressPlan.hubIPv4(host: host.number))/16 dev \(wire)",
      "addr add \(AddressPlan.hubIPv6(host: host.number))/48 dev \(wire) nodad",
      "link set \(wire) up",
    ]
  }

  /// What the host runs: its addresses and its way to all others.
  static func hostLines(for host: LabHost) -> [String] {
    [
      "link set lo up",
      "addr add \(host.address)/16 dev eth0",
      "addr add \(host.addressIPv6)/48 dev eth0 nodad",
      "link set eth0 up",
      "route add default via \(AddressPlan.hubIPv4(host: host.number))",
      "route add default via \(AddressPlan.hubIPv6(host: host.number))",
    ]
  }

  /// Lets a namespace route between its wires.
  static func allowForwarding(in namespace: NetworkNamespace) throws(LabError) {
    try namespace.setKernelParameter("net.ipv4.ip_forward", to: "1")
    try namespace.setKernelParameter("net.ipv6.conf.all.forwarding", to: "1")
  }
}
