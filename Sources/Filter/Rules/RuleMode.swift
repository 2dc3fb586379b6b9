/// How far a rule is trusted: every rule starts by being watched.
public enum RuleMode: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  /// The rule is read and checked, and never asked.
  case ignore
  /// What matches is counted and logged, and goes on as if nothing had matched.
  case observe
  /// What matches gets the rule's action.
  case enforce

  /// The word that people write in a rule file.
  public var word: StaticString {
    switch self {
    case .ignore: "ignore"
    case .observe: "observe"
    case .enforce: "enforce"
    }
  }
}
