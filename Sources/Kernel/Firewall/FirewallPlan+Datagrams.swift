public import Wire

/// Where the shards of a UDP gate receive, and what a plan for datagrams must fulfil.
///
/// Every shard has an address of its own on which nobody outside can reach it, since only the rules
/// can choose a shard: for a diverted datagram the kernel asks no program of a reuseport group.
extension FirewallPlan {
  /// Most shards over which datagrams are spread; it bounds the rules.
  public static let maximumShards = 64

  /// The marks of a UDP gate's verdicts; nil when the mask has no room for them, which a plan with
  /// a UDP gate excludes.
  public var datagramMarks: DatagramMarks? { DatagramMarks(after: mark) }

  /// Where `shard` receives the datagrams of strangers. Gates of one family and port share it.
  ///
  /// - Returns: The endpoint to receive on, `diverted`; nil without such a UDP gate or shard.
  public func strangers(ofGate index: Int, shard: Int) -> Endpoint? {
    guard gates.indices.contains(index), gates[index].transport != .tcp else { return nil }
    return receiver(gates[index].family, port: gates[index].listeningPort, shard: shard)
  }

  /// Where `shard` receives the router's answers to endpoints on trial; otherwise as `strangers`.
  public func witness(ofGate index: Int, shard: Int) -> Endpoint? {
    guard gates.indices.contains(index), case .udp(let port) = gates[index].transport else {
      return nil
    }
    return receiver(gates[index].family, port: port, shard: shard)
  }

  private func receiver(_ family: IPFamily, port: UInt16, shard: Int) -> Endpoint? {
    guard (0..<shards).contains(shard) else { return nil }
    return Endpoint(address: Self.address(family, ofShard: shard), port: port)
  }

  /// 127.83.0.1 and following: loopback addresses that nothing else uses. `100::53:1` and
  /// following: of the prefix that is for discarding (RFC 6666), since IPv6 has but one loopback
  /// address; a transparent socket may be bound to any.
  static func address(_ family: IPFamily, ofShard shard: Int) -> SourceAddress {
    let place = UInt32(truncatingIfNeeded: shard) &+ 1
    return switch family {
    case .ipv4: SourceAddress(ipv4: 0x7f53_0000 | place)
    case .ipv6: SourceAddress(high: 0x0100_0000_0000_0000, low: 0x53_0000 | UInt64(place))
    }
  }

  static func validateDatagrams(
    _ gates: [Gate],
    _ mark: Mark,
    _ flows: DatagramFlows,
    shards: Int
  ) throws(FirewallFault) {
    guard (1...maximumShards).contains(shards) else {
      throw .unusablePlan("\(shards) shards: there must be 1 to \(maximumShards)")
    }
    guard gates.contains(where: { $0.transport != .tcp }) else { return }
    try flows.validate()
    let strangers = gates.filter { $0.transport != .tcp }.map(\.listeningPort)
    for case .udp(let witnessPort) in gates.map(\.transport)
    where strangers.contains(witnessPort) {
      throw .unusablePlan(
        "UDP port \(witnessPort) is to receive strangers and the router's answers: choose another "
          + "port for the witness"
      )
    }
    guard DatagramMarks(after: mark) != nil else {
      throw .unusablePlan(
        "the mark \(mark) leaves no room for the three that follow it within its mask: choose a "
          + "mask of at least three bits, and a mark that is small within it"
      )
    }
  }
}

extension FirewallPlan.Transport {
  /// nft's name.
  var name: String {
    switch self {
    case .tcp: "tcp"
    case .udp: "udp"
    }
  }
}

extension FirewallPlan.Gate {
  /// The ports that the gate takes for itself.
  var ports: [UInt16] {
    switch transport {
    case .tcp: [listeningPort]
    case .udp(let witnessPort): [listeningPort, witnessPort]
    }
  }
}
