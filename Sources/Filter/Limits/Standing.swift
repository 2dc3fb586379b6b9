/// What is known of a source when it asks for something dear: in which order strangers are served.
public enum Standing: UInt8, CaseIterable, Comparable, Sendable, BitwiseCopyable {
  /// Its address has completed a handshake, and has not failed since more often than not.
  case known
  /// Nothing speaks against its address or its network.
  case fresh
  /// Its network fails or asks a lot lately; its address has done nothing wrong.
  case crowded
  /// Its address has failed lately.
  case failing

  /// Whether `left` is served before `right`.
  public static func < (left: Standing, right: Standing) -> Bool {
    left.rawValue < right.rawValue
  }
}
