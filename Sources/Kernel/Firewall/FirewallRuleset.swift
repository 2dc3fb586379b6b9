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
  /// How the names of the gates' own chains begin.
  static let gateWords = "gate_"

  let plan: FirewallPlan
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
    writeSets()
    if plan.connectionTracking == .bypassed { writeUntrackedChains() }
    writeDivertChain()
    if plan.gates.contains(where: { $0.transport == .tcp }) { writeRefusalChain() }
    if plan.gates.contains(where: { $0.transport != .tcp }) { writeSpokenChain() }
    for index in plan.gates.indices { writeGateChains(index) }
    write("}")
  }

  /// The router's answers to endpoints on trial are led over the loopback interface, so they belong
  /// to the leg that stays tracked.
  private mutating func writeUntrackedChains() {
    writeChain("untracked_in", "type filter hook prerouting priority raw") { _, gate in
      "iifname != \"lo\" \(gate.toRouter) notrack"
    }
    writeChain("untracked_out", "type filter hook output priority raw") { index, gate in
      let outside = "oifname != \"lo\" \(gate.fromRouter)"
      return gate.transport == .tcp
        ? "\(outside) notrack"
        : "\(outside) \(gate.destinationFlow) != @\(Self.pending(index)) notrack"
    }
  }

  private mutating func writeDivertChain() {
    write("  chain divert {")
    write("    type filter hook prerouting priority mangle; policy accept;")
    for (index, gate) in plan.gates.enumerated() {
      guard let canary = plan.canary(ofGate: index) else { continue }
      write(
        "    iifname \"lo\" \(gate.ip) daddr \(canary.address) "
          + "\(gate.transport.name) dport \(canary.port) \(canaryDiversion(gate)) accept"
      )
    }
    for (index, gate) in plan.gates.enumerated() where gate.transport != .tcp {
      let isLedHere = marked(plan.mark.value)
      write("    iifname \"lo\" \(gate.fromRouter) \(isLedHere) goto witness_\(index)")
    }
    write("    iifname \"lo\" accept")
    for (index, gate) in plan.gates.enumerated() {
      write("    \(gate.toRouter) goto \(Self.gate(index))")
    }
    write("  }")
  }

  /// The kernel's refusal of a connection to a router that is not there carries no mark: it would
  /// leave for the peer instead of telling the gate. A refusal of a first packet is the one reset
  /// with sequence number zero.
  private mutating func writeRefusalChain() {
    let setMark = setRoutingMark
    write("  chain refusal {")
    write("    type route hook output priority mangle; policy accept;")
    for gate in plan.gates where gate.transport == .tcp {
      write(
        "    oifname != \"lo\" \(gate.fromRouter) tcp flags & (rst | ack) == rst | ack "
          + "tcp sequence 0 \(setMark)"
      )
    }
    write("  }")
  }

  private mutating func writeGateChains(_ index: Int) {
    switch plan.gates[index].transport {
    case .tcp: writeStreamChain(index)
    case .udp: writeDatagramChains(index)
    }
  }

  /// Connections that began before the gate belong to the router's own sockets, which are not
  /// transparent: the first statement lets them pass to the next rule, and so to the router.
  private mutating func writeStreamChain(_ index: Int) {
    let gate = plan.gates[index]
    write("  chain \(Self.gate(index)) {")
    write("    meta l4proto tcp \(gate.tproxy) accept")
    if gate.whenDown == .closed {
      write("    tcp flags & (fin | syn | rst | ack) == syn drop")
    }
    write("  }")
  }

  private func canaryDiversion(_ gate: FirewallPlan.Gate) -> String {
    gate.transport == .tcp
      ? gate.tproxy : diversion(gate, shard: 0, port: gate.listeningPort)
  }

  private mutating func writeChain(
    _ name: String,
    _ hook: String,
    rule: (Int, FirewallPlan.Gate) -> String
  ) {
    write("  chain \(name) {")
    write("    \(hook); policy accept;")
    for (index, gate) in plan.gates.enumerated() { write("    " + rule(index, gate)) }
    write("  }")
  }

  mutating func write(_ line: String) {
    text += line + "\n"
  }
}

extension FirewallRuleset {
  /// Rules in `listing`, the text of one table as this type or nft writes it.
  static func ruleCount(in listing: String) -> Int {
    let otherBeginnings = [
      "table ", "comment ", "chain ", "set ", "type ", "size ", "flags ", "timeout ", "}",
    ]
    return listing.split(whereSeparator: \.isNewline).count { line in
      let content = line.drop(while: \.isWhitespace)
      return !content.isEmpty && !otherBeginnings.contains { content.hasPrefix($0) }
    }
  }
}

extension FirewallRuleset {
  /// The sets and chains in `listing`, with the hooks of those that have one.
  static func parts(of listing: String) -> Set<String> {
    let beginnings = ["set ", "chain ", "type "]
    return Set(
      listing.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
        .filter { line in beginnings.contains { line.hasPrefix($0) } }
        .map(String.init)
    )
  }
}

extension FirewallPlan.Gate {
  /// nft's name of the address family.
  var ip: String { family == .ipv4 ? "ip" : "ip6" }

  /// Matches packets to the router.
  var toRouter: String {
    "\(ip) daddr \(router.address) \(transport.name) dport \(router.port)"
  }

  /// Matches packets from the router's port.
  var fromRouter: String {
    "\(ip) saddr \(router.address) \(transport.name) sport \(router.port)"
  }

  /// Hands a packet to the gate's listener.
  fileprivate var tproxy: String { "tproxy \(ip) to :\(listeningPort)" }
}
