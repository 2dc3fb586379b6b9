/// Everything that a judgement goes by and that a reload may change: replaced as one unit.
public struct Law: ~Copyable, Sendable {
  /// The judgement of first flights for the router.
  public let handshake: NTCP2Handshake
  /// The signatures of other protocols, and the rules on all else that is known of a connection.
  public let rules: SharedRules
  /// The bounds, already one shard's share.
  public let limits: LimitSettings
  /// Among how many shards the whole gate's bounds are shared out.
  public let shards: UInt32
  /// Addresses of this host, which no rule refuses.
  public let own: OwnAddresses

  /// A law.
  public init(
    handshake: consuming NTCP2Handshake,
    rules: SharedRules,
    limits: LimitSettings,
    shards: UInt32 = 1,
    own: OwnAddresses = OwnAddresses([])
  ) {
    self.handshake = handshake
    self.rules = rules
    self.limits = limits
    self.shards = shards
    self.own = own
  }
}
