internal import Wire

/// The part of the rules that belongs to UDP gates.
///
/// - A datagram from an admitted endpoint goes straight to the router; any other goes to the gate.
/// - The gate injects what it lets through, and the packet mark is its verdict, which the rules
///   write into the sets: no flow costs a message to the kernel.
/// - What the router sends to an endpoint on trial is led to the gate's witness; an answer to a
///   trial must not admit, or a forged source would open the way for itself. Whatever else the
///   router sends admits.
extension FirewallRuleset {
  static func gate(_ index: Int) -> String { "\(gateWords)\(index)" }
  static func admitted(_ index: Int) -> String { "admitted_\(index)" }
  static func pending(_ index: Int) -> String { "pending_\(index)" }

  mutating func writeSets() {
    for (index, gate) in plan.gates.enumerated() where gate.transport != .tcp {
      let flows = plan.flows
      writeSet(Self.admitted(index), gate, flows.admittedSize, seconds: flows.admittedSeconds)
      writeSet(Self.pending(index), gate, flows.pendingSize, seconds: flows.pendingSeconds)
    }
  }

  private mutating func writeSet(
    _ name: String,
    _ gate: FirewallPlan.Gate,
    _ size: Int,
    seconds: Int
  ) {
    write("  set \(name) {")
    write("    type \(gate.family == .ipv4 ? "ipv4_addr" : "ipv6_addr") . inet_service")
    write("    size \(size)")
    write("    flags dynamic,timeout")
    write("    timeout \(seconds)s")
    write("  }")
  }

  /// What is sent to the router comes from the gate here, or from this host, without a mark.
  mutating func writeSpokenChain() {
    write("  chain spoken {")
    write("    type route hook output priority mangle; policy accept;")
    for (index, gate) in plan.gates.enumerated() where gate.transport != .tcp {
      write("    \(gate.toRouter) goto verdict_\(index)")
      write("    oifname != \"lo\" \(gate.fromRouter) goto answer_\(index)")
    }
    write("  }")
  }

  mutating func writeDatagramChains(_ index: Int) {
    let gate = plan.gates[index]
    guard case .udp(let witnessPort) = gate.transport else { return }
    writeStrangersChain(index, gate)
    writeWitnessChain(index, gate, witnessPort)
    writeVerdictChain(index, gate)
    writeAnswerChain(index, gate)
    guard plan.shards > 1 else { return }
    for shard in 0..<plan.shards {
      writeShardChain(Self.gate(index), gate, shard, port: gate.listeningPort)
      writeShardChain("witness_\(index)", gate, shard, port: witnessPort)
    }
  }

  /// A diversion without a receiver lets the datagram pass to the next rule. Then no gate is there
  /// to hear the router's answer, so it is not to wait for one.
  private mutating func writeStrangersChain(_ index: Int, _ gate: FirewallPlan.Gate) {
    write("  chain \(Self.gate(index)) {")
    write("    \(gate.sourceFlow) @\(Self.admitted(index)) accept")
    writeDiversion(Self.gate(index), gate, network: gate.sourceNetwork, port: gate.listeningPort)
    switch gate.whenDown {
    case .open: write("    delete @\(Self.pending(index)) { \(gate.sourceFlow) }")
    case .closed: write("    drop")
    }
    write("  }")
  }

  /// The router's answer that finds no witness cannot leave the loopback interface any more; the
  /// next one to this endpoint goes to the peer.
  private mutating func writeWitnessChain(
    _ index: Int,
    _ gate: FirewallPlan.Gate,
    _ witnessPort: UInt16
  ) {
    write("  chain witness_\(index) {")
    writeDiversion("witness_\(index)", gate, network: gate.destinationNetwork, port: witnessPort)
    write("    delete @\(Self.pending(index)) { \(gate.destinationFlow) } drop")
    write("  }")
  }

  private mutating func writeDiversion(
    _ chain: String,
    _ gate: FirewallPlan.Gate,
    network: String,
    port: UInt16
  ) {
    guard plan.shards > 1 else {
      write("    meta l4proto udp \(diversion(gate, shard: 0, port: port)) accept")
      return
    }
    let targets = (0..<plan.shards).map { "\($0) : jump \(chain)_\($0)" }
    write(
      "    jhash \(network) mod \(plan.shards) seed \(hexadecimal(plan.steeringSeed)) "
        + "vmap { \(targets.joined(separator: ", ")) }"
    )
  }

  private mutating func writeShardChain(
    _ chain: String,
    _ gate: FirewallPlan.Gate,
    _ shard: Int,
    port: UInt16
  ) {
    write("  chain \(chain)_\(shard) {")
    write("    meta l4proto udp \(diversion(gate, shard: shard, port: port)) accept")
    write("  }")
  }

  /// A statement whose set is full ends its rule: an endpoint that cannot be put on trial is not
  /// heard, since its answer would admit it.
  private mutating func writeVerdictChain(_ index: Int, _ gate: FirewallPlan.Gate) {
    guard let marks = plan.datagramMarks else { return }
    let isOnTrial = marked(marks.trial.rawValue)
    write("  chain verdict_\(index) {")
    write("    \(isOnTrial) update @\(Self.pending(index)) { \(gate.sourceFlow) } accept")
    write("    \(isOnTrial) drop")
    write(
      "    \(marked(marks.admit.rawValue)) delete @\(Self.pending(index)) { \(gate.sourceFlow) } "
        + "update @\(Self.admitted(index)) { \(gate.sourceFlow) }"
    )
    write("  }")
  }

  private mutating func writeAnswerChain(_ index: Int, _ gate: FirewallPlan.Gate) {
    guard let marks = plan.datagramMarks else { return }
    let flow = gate.destinationFlow
    write("  chain answer_\(index) {")
    write("    \(marked(marks.answer.rawValue)) accept")
    write("    \(marked(marks.admit.rawValue)) delete @\(Self.pending(index)) { \(flow) }")
    write(
      "    \(flow) @\(Self.pending(index)) \(flow) != @\(Self.admitted(index)) "
        + "\(setRoutingMark) accept"
    )
    write("    update @\(Self.admitted(index)) { \(flow) }")
    write("  }")
  }
}

extension FirewallRuleset {
  /// Matches packets whose mark is `value` within the mask.
  func marked(_ value: UInt32) -> String {
    plan.mark.mask == .max
      ? "meta mark \(hexadecimal(value))"
      : "meta mark & \(hexadecimal(plan.mark.mask)) == \(hexadecimal(value))"
  }

  /// Gives a packet the routing mark and leaves the bits of others as they are.
  var setRoutingMark: String {
    let mark = plan.mark
    return mark.mask == .max
      ? "meta mark set \(hexadecimal(mark.value))"
      : "meta mark set meta mark & \(hexadecimal(~mark.mask)) | \(hexadecimal(mark.value))"
  }

  /// Hands a datagram to the socket of `shard`.
  func diversion(_ gate: FirewallPlan.Gate, shard: Int, port: UInt16) -> String {
    let address = FirewallPlan.address(gate.family, ofShard: shard)
    return gate.family == .ipv4
      ? "tproxy ip to \(address):\(port)" : "tproxy ip6 to [\(address)]:\(port)"
  }
}

extension FirewallPlan.Gate {
  /// The endpoint that a datagram comes from, as a set's key.
  var sourceFlow: String { "\(ip) saddr . udp sport" }
  /// The endpoint that a datagram goes to, as a set's key.
  var destinationFlow: String { "\(ip) daddr . udp dport" }

  /// The network that a datagram comes from, in bits of its header: the first 24 of an IPv4
  /// address, the first 48 of an IPv6 address. The same bytes give the same hash in both
  /// directions.
  var sourceNetwork: String { family == .ipv4 ? "@nh,96,24" : "@nh,64,48" }
  /// The network that a datagram goes to, likewise.
  var destinationNetwork: String { family == .ipv4 ? "@nh,128,24" : "@nh,192,48" }
}
