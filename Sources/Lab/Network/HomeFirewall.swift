/// A home router's firewall before a host: whoever the host has spoken to may answer, strangers do
/// not come in.
enum HomeFirewall {
  /// How long an answer may take; home routers give a datagram's flow 30 s and more.
  static let answerSeconds = 20

  /// Puts one before `host` in the hub of `topology`, for its UDP port.
  static func raise(
    before host: LabHost,
    udpPort: UInt16,
    in topology: StarTopology
  ) throws(LabError) {
    let wire = "to-\(host.number)"
    let rules = """
      table inet home-firewall-\(host.number) {
        set spoken-to {
          type ipv4_addr . inet_service; flags dynamic,timeout
          timeout \(answerSeconds)s; size 65536
        }
        chain forward {
          type filter hook forward priority filter; policy accept;
          iifname "\(wire)" udp sport \(udpPort) update @spoken-to { ip daddr . udp dport }
          oifname "\(wire)" udp dport \(udpPort) ip saddr . udp sport @spoken-to accept
          oifname "\(wire)" udp dport \(udpPort) counter drop
        }
      }

      """
    let path = "\(topology.directory)/home-firewall-\(host.number).nft"
    try Files.write(rules, to: path)
    _ = try ToolCommand.run(
      [try Toolbox.found().nft, "-f", path],
      namespacePath: topology.hub.path,
      scratchDirectory: topology.directory
    )
  }
}
