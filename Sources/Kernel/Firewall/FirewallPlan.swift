public import Wire

/// What the kernel is to do for the gates of one host: which ports lead to which gate, and by which
/// mark, routing table and rule the router's answers find back to the gate.
///
/// A value without side effects; `Firewall` brings the kernel in line with it.
public struct FirewallPlan: Equatable, Sendable {
  /// Most gates of one plan; it bounds the rules that a packet passes and the canary's ports.
  public static let maximumGates = 16

  /// The gates, in the order of the configuration.
  public let gates: [Gate]
  /// The mark of the gate's own connections to the router, which the router's answers inherit.
  public let mark: Mark
  /// The routing table that leads marked packets back to this host. Used by nobody else.
  public let routingTable: UInt32
  /// The place of the rule that sends marked packets to `routingTable`: before `main` (32766), and
  /// before the rules of other programs that might catch them.
  public let rulePriority: UInt32
  /// Whether connection tracking sees the ports' traffic with the outside.
  public let connectionTracking: ConnectionTracking
  /// What the kernel remembers for each UDP gate.
  public let flows: DatagramFlows
  /// Over how many shards the datagrams of a UDP gate are spread.
  public let shards: Int
  /// Mixed into the spreading, so that nobody outside can tell which networks share a shard.
  public let steeringSeed: UInt32

  /// A plan for `gates`.
  ///
  /// - Throws: `FirewallFault.unusablePlan`, which names what cannot work.
  public init(
    gates: [Gate],
    mark: Mark = .standard,
    routingTable: UInt32 = 21_328,
    rulePriority: UInt32 = 83,
    connectionTracking: ConnectionTracking = .bypassed,
    flows: DatagramFlows = DatagramFlows(),
    shards: Int = 1,
    steeringSeed: UInt32 = 0
  ) throws(FirewallFault) {
    try Self.validate(gates)
    guard mark.value != 0, mark.value & ~mark.mask == 0 else {
      throw .unusablePlan(
        "the mark \(mark) is zero or has bits outside of its mask: choose a mark within the mask"
      )
    }
    guard routingTable > 0, !(253...255).contains(routingTable) else {
      throw .unusablePlan(
        "routing table \(routingTable) is the kernel's own: choose another number for `table`"
      )
    }
    guard (1...32_765).contains(rulePriority) else {
      throw .unusablePlan(
        "rule priority \(rulePriority) does not come before the main table: "
          + "choose a `priority` from 1 to 32765"
      )
    }
    try Self.validateDatagrams(gates, mark, flows, shards: shards)
    self.gates = gates
    self.mark = mark
    self.routingTable = routingTable
    self.rulePriority = rulePriority
    self.connectionTracking = connectionTracking
    self.flows = flows
    self.shards = shards
    self.steeringSeed = steeringSeed
  }

  private init(_ plan: FirewallPlan, gates: [Gate]) {
    self.gates = gates
    mark = plan.mark
    routingTable = plan.routingTable
    rulePriority = plan.rulePriority
    connectionTracking = plan.connectionTracking
    flows = plan.flows
    shards = plan.shards
    steeringSeed = plan.steeringSeed
  }

  /// The families that the gates use.
  var families: ContiguousArray<IPFamily> {
    ContiguousArray(IPFamily.allCases.filter { family in gates.contains { $0.family == family } })
  }

  /// This plan without its IPv6 gates.
  var withoutIPv6: FirewallPlan {
    FirewallPlan(self, gates: gates.filter { $0.family == .ipv4 })
  }
}

extension FirewallPlan {
  /// One port of a router, and the gate in front of it.
  public struct Gate: Equatable, Sendable {
    /// What the port speaks.
    public let transport: Transport
    /// The router's own address on this host, and its port.
    public let router: Endpoint
    /// Where the gate listens, with `IP_TRANSPARENT`: TCP on all addresses, UDP on those that
    /// `FirewallPlan.strangers` names.
    public let listeningPort: UInt16
    /// What happens to new peers while no gate listens.
    public let whenDown: WhenDown

    /// A gate that listens on `listeningPort` in front of `router`.
    public init(transport: Transport, router: Endpoint, listeningPort: UInt16, whenDown: WhenDown) {
      self.transport = transport
      self.router = router
      self.listeningPort = listeningPort
      self.whenDown = whenDown
    }

    var family: IPFamily { IPFamily(of: router.address) }
  }

  /// A protocol whose packets are diverted.
  public enum Transport: Equatable, Sendable {
    /// NTCP2's.
    case tcp
    /// SSU2's; the router's answers to endpoints on trial are led to the gate at `witnessPort`.
    case udp(witnessPort: UInt16)
  }

  /// What happens to new peers while no gate listens.
  public enum WhenDown: Sendable {
    /// They reach the router as if there were no gate.
    case open
    /// Their first packets are dropped, so they try again until a gate is back.
    case closed
  }

  /// Whether connection tracking sees the ports' traffic with the outside.
  public enum ConnectionTracking: Sendable {
    /// It does not: a flood cannot fill its table.
    case bypassed
    /// It does: for a host whose firewall lets answers out only by their connection's state.
    case kept
  }

  /// A packet mark of which only the bits of a mask are ours, beside the marks of other programs.
  public struct Mark: Equatable, Sendable, CustomStringConvertible {
    /// The bits as the gate sets them on its connections to the router (`SO_MARK`).
    public let value: UInt32
    /// The bits that are compared.
    public let mask: UInt32

    /// The mark `value` within `mask`.
    public init(value: UInt32, mask: UInt32) {
      self.value = value
      self.mask = mask
    }

    /// The topmost byte, which common VPN and container software leaves alone.
    public static let standard = Mark(value: 0x5300_0000, mask: 0xff00_0000)

    /// `0x…/0x…`, as `ip rule` shows it.
    public var description: String { "\(hexadecimal(value))/\(hexadecimal(mask))" }
  }
}

extension FirewallPlan {
  /// Where a gate connects, or sends a datagram, to see whether its rules are still there.
  ///
  /// While the table is loaded, the connection arrives at the gate's own listener, by way of the
  /// same statement that brings it strangers; the accepted connection has this endpoint as its own
  /// address and is to be closed at once. Without the table the kernel refuses it. Any other
  /// outcome says nothing: a host firewall that drops by default may swallow it. A datagram arrives
  /// at the gate's first shard, with this endpoint as its original destination.
  ///
  /// Needs no capability. The port is one that IANA reserves (225 to 240), so that nobody else
  /// answers.
  ///
  /// - Parameter index: The gate's place in `gates`.
  /// - Returns: The endpoint to connect to; nil when there is no such gate.
  public func canary(ofGate index: Int) -> Endpoint? {
    guard gates.indices.contains(index) else { return nil }
    return Endpoint(
      address: gates[index].family == .ipv4
        ? Self.canaryAddressIPv4 : Self.canaryAddressIPv6,
      port: Self.canaryFirstPort &+ UInt16(truncatingIfNeeded: index)
    )
  }

  /// 127.83.65.76: a loopback address that nothing else uses.
  private static let canaryAddressIPv4 = SourceAddress(ipv4: 0x7f53_414c)
  /// `::1`, the only loopback address of IPv6.
  private static let canaryAddressIPv6 = SourceAddress(high: 0, low: 1)
  private static let canaryFirstPort: UInt16 = 225
}

extension FirewallPlan {
  private static func validate(_ gates: [Gate]) throws(FirewallFault) {
    guard !gates.isEmpty, gates.count <= maximumGates else {
      throw .unusablePlan("\(gates.count) gates: there must be 1 to \(maximumGates)")
    }
    for (index, gate) in gates.enumerated() {
      try validate(gate)
      for other in gates[..<index]
      where other.router == gate.router && other.transport.name == gate.transport.name {
        throw .unusablePlan("two gates stand before \(gate.router): remove one of them")
      }
      for other in gates
      where other.transport.name == gate.transport.name
        && gate.ports.contains(other.router.port)
      {
        throw .unusablePlan(
          "the gate of \(gate.router) listens on the port of the router at \(other.router): "
            + "choose another port for the gate to listen on"
        )
      }
    }
  }

  private static func validate(_ gate: Gate) throws(FirewallFault) {
    guard gate.router.port != 0, !gate.ports.contains(0) else {
      throw .unusablePlan("port 0 of the gate of \(gate.router): give all its ports a number")
    }
    guard isAddressOfOneHost(gate.router.address) else {
      throw .unusablePlan(
        "\(gate.router.address) cannot be a router's address: name the address of this host's "
          + "interface at which the router's peers arrive"
      )
    }
  }

  /// Whether peers can arrive at `address`: traffic over loopback is never diverted.
  private static func isAddressOfOneHost(_ address: SourceAddress) -> Bool {
    if address.isLoopback { return false }
    if address.isIPv4 { return address.ipv4 >> 24 != 0 && address.ipv4 >> 28 < 14 }
    return (address.high != 0 || address.low != 0) && address.high >> 56 != 0xff
  }
}

/// `value` with all of its eight digits, as nft prints it.
func hexadecimal(_ value: UInt32) -> String {
  let digits = String(value, radix: 16)
  return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
}
