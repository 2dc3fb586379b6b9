/// What a connection gets whose first flight matches a rule.
public enum RuleAction: UInt8, Sendable, CaseIterable {
  /// The router's own behaviour on junk: read on, then close when it would.
  case mimic
  /// An immediate close.
  case close
  /// Silence: the connection is forgotten without a packet to the peer.
  case drop
}
