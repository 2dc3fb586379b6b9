import Wire

/// One host of a star: a namespace with public-looking addresses.
struct LabHost: Hashable, Sendable {
  /// Its place in the address plan, from 1.
  let number: Int
  /// Where it lives.
  let namespace: NetworkNamespace

  /// Its IPv4 address.
  var address: SourceAddress { AddressPlan.ipv4(host: number) }
  /// Its IPv6 address.
  var addressIPv6: SourceAddress { AddressPlan.ipv6(host: number) }
}

/// Hosts around a hub that routes between them, and a world with millions of source addresses.
///
/// ```
/// r1 11.1.0.1 ---+
/// r2 11.2.0.1 ---+--- hub ---- world 11.63.0.1, and all of 11.64.0.0/10
/// ```
/// Every wire is a veth pair with the kernel's defaults of MTU and offloads; the host's end is
/// `eth0`. Nothing touches the namespace of the machine.
final class StarTopology: Sendable {
  /// The hosts, the first is number 1.
  let hosts: [LabHost]
  /// Where attackers and honest initiators live.
  let world: LabHost
  /// Where the packets of all hosts pass.
  let hub: NetworkNamespace

  private let namespaces: NamespaceSet

  /// The directory of the run.
  var directory: String { namespaces.directory }
  /// What all names of the run start with.
  var run: RunName { namespaces.run }

  /// Creates the namespaces and wires of a star with `hostCount` hosts named r1, r2, ...
  init(hostCount: Int) throws(LabError) {
    guard (1...AddressPlan.hostsMax).contains(hostCount) else {
      throw LabError("a lab has 1 to \(AddressPlan.hostsMax) hosts, not \(hostCount)")
    }
    let names = (1...hostCount).map { "r\($0)" }
    let created = try NamespaceSet(hosts: names + ["world", "hub"])
    hosts = (1...hostCount).map { LabHost(number: $0, namespace: created.all[$0 - 1]) }
    world = LabHost(number: AddressPlan.worldNumber, namespace: created.all[hostCount])
    hub = created.all[hostCount + 1]
    namespaces = created
    try wire()
  }

  /// Removes everything. May be called twice.
  func remove() {
    namespaces.remove()
  }

  private func wire() throws(LabError) {
    let all = hosts + [world]
    try namespaces.ip(
      ["link set lo up"] + all.flatMap(HostWiring.hubLines) + [
        "route add \(AddressPlan.worldSourcesIPv4) via \(world.address)",
        "route add \(AddressPlan.worldSourcesIPv6) via \(world.addressIPv6)",
      ],
      in: hub
    )
    for host in hosts {
      try namespaces.ip(HostWiring.hostLines(for: host), in: host.namespace)
    }
    let worldSources = [
      "route add local \(AddressPlan.worldSourcesIPv4) dev lo",
      "route add local \(AddressPlan.worldSourcesIPv6) dev lo",
    ]
    try namespaces.ip(HostWiring.hostLines(for: world) + worldSources, in: world.namespace)
    // A route makes an IPv4 address usable, IPv6 wants it on an interface unless told otherwise.
    try world.namespace.setKernelParameter("net.ipv6.ip_nonlocal_bind", to: "1")
    try HostWiring.allowForwarding(in: hub)
  }
}
