internal import Wire

/// The bounds of a datagram gate in proxy mode, which keeps flows that the kernel keeps otherwise.
public struct FlowLimits: Sendable, Equatable {
  /// Flows at a time, a descriptor each.
  public var flows: UInt32 = 1_024
  /// How long a flow may be silent in both directions. i2pd ends idle sessions after 165 s, Java
  /// I2P after some minutes.
  public var idleTimeoutNanoseconds: UInt64 = 300 * Nanoseconds.perSecond

  /// How long a flow on trial lives without a further datagram.
  static let trialNanoseconds: UInt64 = 10 * Nanoseconds.perSecond

  /// The defaults.
  public init() {}

  /// One of `shards` equal shares.
  public func share(of shards: UInt32) -> FlowLimits {
    precondition(shards > 0, "a share of nothing")
    var share = self
    share.flows = max(flows / shards, 1)
    return share
  }
}
