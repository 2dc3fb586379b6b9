/// A home router's firewall before a host: answers come in, strangers do not.
enum HomeFirewall {
  /// Puts one before `host` in the hub of `topology`, for its UDP port.
  static func raise(
    before host: LabHost,
    udpPort: UInt16,
    in topology: StarTopology
  ) throws(LabError) {
    let table = "inet home-firewall-\(host.number)"
    let lines = [
      "add table \(table)",
      "add chain \(table) forward { type filter hook forward priority filter; policy accept; }",
      "add rule \(table) forward oifname \"to-\(host.number)\" udp dport \(udpPort) "
        + "ct state new counter drop",
    ]
    let path = "\(topology.directory)/home-firewall-\(host.number).nft"
    try Files.write(lines.joined(separator: "\n") + "\n", to: path)
    _ = try ToolCommand.run(
      [try Toolbox.found().nft, "-f", path],
      namespacePath: topology.hub.path,
      scratchDirectory: topology.directory
    )
  }
}
