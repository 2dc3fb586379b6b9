public import Filter
public import Wire

/// How admitted datagrams reach the router.
public enum DatagramWay: BitwiseCopyable, Sendable, Equatable {
  /// In the peer's own name, to where the peer sent them: the kernel diverted them here.
  case original
  /// From a socket of this host, one for each flow, to a fixed endpoint.
  case fixed(Endpoint)
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
