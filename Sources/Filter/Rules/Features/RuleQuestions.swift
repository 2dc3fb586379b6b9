/// What a set of rules asks for: what nobody asks for need not be found out.
public struct RuleQuestions: BitwiseCopyable, Sendable, Equatable {
  private var features: UInt32 = 0
  /// Whether any rule is asked at all.
  public private(set) var isAny = false
  /// Whether a rule asks for the form of the SYN, or for what it alone tells.
  public private(set) var forSyn = false

  /// The questions of `rules`, of which the ignored ones ask nothing.
  init(_ rules: [RuleDefinition]) {
    for rule in rules where rule.mode != .ignore {
      isAny = true
      if rule.conditions.syn != nil { forSyn = true }
      for condition in rule.conditions.numbers {
        features |= 1 << UInt32(condition.feature.rawValue)
      }
    }
    if asks(for: .hops) { forSyn = true }
  }

  /// Whether a rule asks for `feature`.
  #if !DEBUG
    @_noLocks
  #endif
  public func asks(for feature: Feature) -> Bool {
    features >> UInt32(feature.rawValue) & 1 == 1
  }
}
