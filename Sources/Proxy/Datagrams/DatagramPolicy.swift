public import Filter
public import Kernel
public import Wire

/// How admitted datagrams reach the router.
public enum DatagramWay: Sendable, Equatable {
  /// In the peer's own name, to where the peer sent them: the kernel diverted them here, and is
  /// told of its flows by these marks.
  case original(DatagramMarks)
  /// From a socket of this host, one for each flow, to a fixed endpoint.
  case fixed(Endpoint)

  /// Whether datagrams were diverted here by the kernel.
  var isDiverted: Bool {
    switch self {
    case .original: true
    case .fixed: false
    }
  }
}

/// Everything that decides about datagrams and that a reload may change: replaced as one unit.
public struct DatagramPolicy: Sendable {
  /// What the router publishes.
  public let facts: SSU2Facts
  /// The bounds, already this shard's share.
  public let limits: DatagramLimits
  /// The bounds of proxied flows, already this shard's share.
  public let flows: FlowLimits
  /// How admitted datagrams reach the router.
  public let way: DatagramWay

  /// A policy.
  public init(facts: SSU2Facts, limits: DatagramLimits, flows: FlowLimits, way: DatagramWay) {
    self.facts = facts
    self.limits = limits
    self.flows = flows
    self.way = way
  }
}
