internal import Filter

/// The words that rule files choose from.
enum RuleWords {
  /// What is done to a connection.
  static var actions: KeyValuePairs<String, RuleAction> {
    ["mimic": .mimic, "close": .close, "drop": .drop]
  }

  /// How far a rule is trusted.
  static var modes: KeyValuePairs<String, RuleMode> {
    ["ignore": .ignore, "observe": .observe, "enforce": .enforce]
  }

  /// The words of a feature that is asked by a word, with the number each stands for.
  static func words(of feature: Feature) -> KeyValuePairs<String, UInt32> {
    switch feature {
    case .standing: ["known": 0, "fresh": 1, "crowded": 2, "failing": 3]
    case .netDb: ["listed": 1, "unlisted": 0]
    case .earlier: ["none": 0, "complete": 1, "fail": 2]
    default: [:]
    }
  }
}
