import Wire

/// Two namespaces on one wire: a world of clients, and a host with a service and a proxy before it.
///
/// ```
/// world 11.1.0.254, all of 11.64.0.0/10 --- 11.1.0.1 host: proxy, service
/// ```
/// Proxy and service share the host as a guard and its router do, and nothing forwards between the
/// wire's ends: what is measured is the proxy.
final class BenchWire: Sendable {
  /// Where clients come from.
  let world: NetworkNamespace
  /// Where the proxy and the service live.
  let host: NetworkNamespace

  private let namespaces: NamespaceSet

  /// The mark of a service's answers to the address of a client that a proxy uses as its own.
  private static let mark = 1
  private static let table = 100
  private static let nameOfTable = "sallyport_lab"

  /// The directory of the run.
  var directory: String { namespaces.directory }
  /// The address of the host.
  let address = AddressPlan.ipv4(host: 1)

  /// Creates the namespaces and the wire.
  init() throws(LabError) {
    namespaces = try NamespaceSet(hosts: ["world", "host"])
    world = namespaces.all[0]
    host = namespaces.all[1]
    let worldAddress = AddressPlan.hubIPv4(host: 1)
    try namespaces.ip(
      [
        "link set lo up",
        "link add to-world type veth peer name eth0 netns \(world.name)",
        "addr add \(address)/16 dev to-world",
        "link set to-world up",
        "route add \(AddressPlan.worldSourcesIPv4) via \(worldAddress)",
        "rule add fwmark \(Self.mark) lookup \(Self.table) pref \(Self.table)",
        "route add local default dev lo table \(Self.table)",
      ],
      in: host
    )
    try namespaces.ip(
      [
        "link set lo up",
        "addr add \(worldAddress)/16 dev eth0",
        "link set eth0 up",
        "route add local \(AddressPlan.worldSourcesIPv4) dev lo",
      ],
      in: world
    )
  }

  /// Removes everything. May be called twice.
  func remove() {
    namespaces.remove()
  }

  /// Leads what the service at `port` answers back to a proxy of this host that speaks to it from
  /// the addresses of clients. The gate has rules of its own for this.
  func returnAnswers(of port: UInt16) throws(LabError) {
    try ToolCommand.nftables(
      """
      table ip \(Self.nameOfTable) {
        chain answers {
          type route hook output priority mangle; policy accept;
          ip saddr \(address) tcp sport \(port) meta mark set \(Self.mark)
        }
      }
      """,
      namespacePath: host.path,
      scratchDirectory: directory
    )
  }

  /// Ends what `port` of the host sends at the world's end of the wire: here the kernel does the
  /// receiver's work in the sender's time, and on a real wire it does not.
  func endAnswers(of port: UInt16) throws(LabError) {
    try ToolCommand.nftables(
      """
      table netdev \(Self.nameOfTable) {
        chain ends {
          type filter hook ingress device eth0 priority 0; policy accept;
          udp sport \(port) drop
        }
      }
      """,
      namespacePath: world.path,
      scratchDirectory: directory
    )
  }

  /// Leads them back no more, so that a proxy measured later does not pay for it.
  func forgetAnswers() {
    try? ToolCommand.nftables(
      "delete table ip \(Self.nameOfTable)",
      namespacePath: host.path,
      scratchDirectory: directory
    )
  }
}
