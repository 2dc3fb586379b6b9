internal import Wire

/// The rules of a plan as text for nft: one table of our own, which holds nothing else.
///
/// - A packet from outside is never marked: with `tcp_fwmark_accept` the gate's accepted connection
///   would inherit the mark and answer into the loopback interface.
/// - Packets on the loopback interface pass: they are the gate's own connections to the router.
/// - Only traffic with the outside escapes connection tracking. The leg between gate and router
/// stays tracked, since a host firewall that drops by default lets the router's answers in only as
///   part of an established connection.
struct FirewallRuleset {
  /// The name of the table, in family `inet`.
  static let tableName = "sallyport"

  private let plan: FirewallPlan
  private var text = ""

  /// The table's text for `plan`, with `comment` as the table's comment when there is one.
  static func text(for plan: FirewallPlan, comment: String?) -> String {
    var ruleset = FirewallRuleset(plan)
    ruleset.writeTable(comment: comment)
    return ruleset.text
  }

  private init(_ plan: FirewallPlan) {
    self.plan = plan
  }

  private mutating func writeTable(comment: String?) {
    write("table inet \(Self.tableName) {")
    if let comment { write("  comment \"\(comment)\"") }
    if plan.connectionTracking == .bypassed { writeUntrackedChains() }
    writeDivertChain()
    writeRefusalChain()
    for index in plan.gates.indices { writeGateChain(index) }
    write("}")
  }

  private mutating func writeUntrackedChains() {
    writeChain("untracked_in", "type filter hook prerouting priority raw") { gate in
      "iifname != \"lo\" \(gate.toRouter) notrack"
    }
    writeChain("untracked_out", "type filter hook output priority raw") { gate in
      "oifname != \"lo\" \(gate.fromRouter) notrack"
    }
  }

  private mutating func writeDivertChain() {
    write("  chain divert {")
    write("    type filter hook prerouting priority mangle; policy accept;")
    for (index, gate) in plan.gates.enumerated() {
      guard let canary = plan.canary(ofGate: index) else { continue }
      write(
        "    iifname \"lo\" \(gate.ip) daddr \(canary.address) tcp dport \(canary.port) "
          + "\(gate.tproxy) accept"
      )
    }
    write("    iifname \"lo\" accept")
    for (index, gate) in plan.gates.enumerated() {
      write("    \(gate.toRouter) goto gate_\(index)")
    }
    write("  }")
  }

  /// The kernel's refusal of a connection to a router that is not there carries no mark: it would
  /// leave for the peer instead of telling the gate. A refusal of a first packet is the one reset
  /// with sequence number zero.
  private mutating func writeRefusalChain() {
    let mark = plan.mark
    let marked =
      mark.mask == .max
      ? hexadecimal(mark.value)
      : "meta mark & \(hexadecimal(~mark.mask)) | \(hexadecimal(mark.value))"
    writeChain("refusal", "type route hook output priority mangle") { gate in
      "oifname != \"lo\" \(gate.fromRouter) tcp flags & (rst | ack) == rst | ack "
        + "tcp sequence 0 meta mark set \(marked)"
    }
  }

  /// Connections that began before the gate belong to the router's own sockets, which are not
  /// transparent: the first statement lets them pass to the next rule, and so to the router.
  private mutating func writeGateChain(_ index: Int) {
    let gate = plan.gates[index]
    write("  chain gate_\(index) {")
    write("    meta l4proto \(gate.transport.name) \(gate.tproxy) accept")
    if gate.whenDown == .closed {
      write("    tcp flags & (fin | syn | rst | ack) == syn drop")
    }
    write("  }")
  }

  private mutating func writeChain(
    _ name: String,
    _ hook: String,
    rule: (FirewallPlan.Gate) -> String
  ) {
    write("  chain \(name) {")
    write("    \(hook); policy accept;")
    for gate in plan.gates { write("    " + rule(gate)) }
    write("  }")
  }

  private mutating func write(_ line: String) {
    text += line + "\n"
  }
}

extension FirewallRuleset {
  /// Rules in `listing`, the text of one table as this type or nft writes it.
  static func ruleCount(in listing: String) -> Int {
    let otherBeginnings = ["table ", "comment ", "chain ", "type ", "}"]
    return listing.split(whereSeparator: \.isNewline).count { line in
      let content = line.drop(while: \.isWhitespace)
      return !content.isEmpty && !otherBeginnings.contains { content.hasPrefix($0) }
    }
  }
}

extension FirewallPlan.Transport {
  /// nft's name.
  fileprivate var name: String {
    switch self {
    case .tcp: "tcp"
    }
  }
}

extension FirewallPlan.Gate {
  /// nft's name of the address family.
  fileprivate var ip: String { family == .ipv4 ? "ip" : "ip6" }

  /// Matches packets to the router.
  fileprivate var toRouter: String {
    "\(ip) daddr \(router.address) \(transport.name) dport \(router.port)"
  }

  /// Matches packets from the router's port.
  fileprivate var fromRouter: String {
    "\(ip) saddr \(router.address) \(transport.name) sport \(router.port)"
  }

  /// Hands a packet to the gate's listener.
  fileprivate var tproxy: String { "tproxy \(ip) to :\(listeningPort)" }
}
