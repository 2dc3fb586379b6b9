import Wire

/// Three namespaces in a row: what a proxy in the middle costs between a client and a server.
///
/// ```
/// client 11.1.0.1 --- 11.1.0.254 middle 11.2.0.254 --- server 11.2.0.1
/// ```
/// The middle is the way of the server to everywhere, so that answers to the address of a client,
/// which a transparent proxy uses as its own, come back to the middle.
final class RowTopology: Sendable {
  /// Where the load comes from.
  let client: LabHost
  /// Where the proxy runs.
  let middle: NetworkNamespace
  /// Where the proxied service runs.
  let server: LabHost

  private let namespaces: NamespaceSet

  /// The mark of packets that belong to a transparent socket of the middle.
  static let mark = 1
  /// The routing table that delivers marked packets to the middle itself.
  static let table = 100

  /// The directory of the run.
  var directory: String { namespaces.directory }
  /// The address of the middle on the client's side.
  var entry: SourceAddress { AddressPlan.hubIPv4(host: client.number) }

  /// Creates the namespaces and wires, and lets the middle keep transparent connections.
  init() throws(LabError) {
    namespaces = try NamespaceSet(hosts: ["client", "server", "middle"])
    client = LabHost(number: 1, namespace: namespaces.all[0])
    server = LabHost(number: 2, namespace: namespaces.all[1])
    middle = namespaces.all[2]
    try namespaces.ip(
      ["link set lo up"] + [client, server].flatMap(HostWiring.hubLines) + Self.deliveryOfMarked,
      in: middle
    )
    for host in [client, server] {
      try namespaces.ip(HostWiring.hostLines(for: host), in: host.namespace)
    }
    try HostWiring.allowForwarding(in: middle)
    try load(Self.keepTransparent)
  }

  /// Removes everything. May be called twice.
  func remove() {
    namespaces.remove()
  }

  /// Diverts connections from the client to `port` of the server to a proxy in the middle that
  /// listens at `proxyPort` with a transparent socket.
  func divert(port: UInt16, toProxyPort proxyPort: UInt16) throws(LabError) {
    try load(
      """
      table ip sallyport_lab {
        chain divert {
          type filter hook prerouting priority mangle + 1; policy accept;
          iifname "to-\(client.number)" tcp dport \(port) tproxy to :\(proxyPort) \
      meta mark set \(Self.mark) accept
        }
      }
      """
    )
  }

  /// Answers to a transparent socket carry an address that is not the middle's: they are marked,
  /// and the mark makes them local.
  private static let keepTransparent = """
    table ip sallyport_lab {
      chain keep {
        type filter hook prerouting priority mangle; policy accept;
        meta l4proto tcp socket transparent 1 meta mark set \(mark) accept
      }
    }
    """

  private static let deliveryOfMarked = [
    "rule add fwmark \(mark) lookup \(table) pref \(table)",
    "route add local default dev lo table \(table)",
  ]

  private func load(_ ruleset: String) throws(LabError) {
    try ToolCommand.nftables(ruleset, namespacePath: middle.path, scratchDirectory: directory)
  }
}
