/// What a connection gets whose first flight matches a rule.
public enum RuleAction: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  /// The router's own behaviour on junk: read on, then close when it would.
  case mimic
  /// An immediate close.
  case close
  /// Silence: the connection is forgotten without a packet to the peer.
  case drop

  /// The word that people write in a rule file.
  public var word: StaticString {
    switch self {
    case .mimic: "mimic"
    case .close: "close"
    case .drop: "drop"
    }
  }
}
