/// What is known of a source when it asks for something dear: in which order strangers are served.
public enum Standing: UInt8, CaseIterable, Comparable, Sendable, BitwiseCopyable {
  /// Its address has completed a handshake lately or earned its standing before, and has not failed
  /// since.
  case known
  /// Nothing speaks against its address or its network.
  case fresh
  /// Its network or site fails or asks a lot lately; its address has done nothing wrong.
  case crowded
  /// Its address has failed lately, or is one of a crowded network and asks again and again without
  /// finishing.
  case failing

  /// The next worse standing; nil after the worst.
  public var worse: Standing? { rawValue < 3 ? Standing(rawValue: rawValue &+ 1) : nil }
  /// The next better standing; nil after the best.
  public var better: Standing? { rawValue > 0 ? Standing(rawValue: rawValue &- 1) : nil }

  /// Whether `left` is served before `right`.
  public static func < (left: Standing, right: Standing) -> Bool {
    left.rawValue < right.rawValue
  }
}
