/// Rules sorted by what they are: one set of them for each question of a decision.
struct RuleSets: BitwiseCopyable {
  /// Rules that are not ignored.
  private(set) var asked = RuleMask()
  /// Rules that are enforced.
  private(set) var enforced = RuleMask()
  /// Rules that can be judged when a connection arrives.
  private(set) var arrival = RuleMask()
  /// Rules that ask for a flight's own bytes.
  private(set) var bytes = RuleMask()
  /// Rules that ask for forms of the first bytes.
  private(set) var beginnings = RuleMask()
  /// Rules that ask for pieces anywhere in them.
  private(set) var contents = RuleMask()
  /// Rules with a weight that is not zero.
  private(set) var weighing = RuleMask()
  /// Rules that act.
  private(set) var acting = RuleMask()
  /// Rules with a limit.
  private(set) var limiting = RuleMask()

  /// Sorts `rules`.
  init(_ rules: [RuleDefinition]) {
    for (rule, definition) in rules.enumerated() where definition.mode != .ignore {
      asked.insert(rule)
      if definition.mode == .enforce { enforced.insert(rule) }
      if definition.phase == .arrival { arrival.insert(rule) }
      if definition.conditions.asksForBytes { bytes.insert(rule) }
      if !definition.conditions.beginnings.isEmpty { beginnings.insert(rule) }
      if !definition.conditions.contents.isEmpty { contents.insert(rule) }
      switch definition.effect {
      case .weight(let weight): if weight != 0 { weighing.insert(rule) }
      case .act: acting.insert(rule)
      case .limit: limiting.insert(rule)
      }
    }
  }

  /// Rules whose buckets are asked in `phase`.
  func limits(of phase: RulePhase) -> RuleMask {
    switch phase {
    case .arrival: limiting & arrival
    case .firstFlight: limiting & ~arrival
    }
  }
}

/// What follows from a rule, without references.
struct CompiledEffect: BitwiseCopyable {
  /// What follows.
  enum Kind: BitwiseCopyable {
    case weight(Int32)
    case act(RuleAction)
    case limit(RuleLimit)
  }

  /// What follows.
  let kind: Kind
  /// Whether the rule is enforced.
  let isEnforced: Bool
  /// Names the rule's buckets: the same for a rule of the same name and limit after a reload.
  let identity: UInt64

  init(_ definition: RuleDefinition) {
    isEnforced = definition.mode == .enforce
    switch definition.effect {
    case .weight(let weight):
      kind = .weight(weight)
      identity = 0
    case .act(let action):
      kind = .act(action)
      identity = 0
    case .limit(let limit):
      kind = .limit(limit)
      // FNV-1a: names are short, and nobody outside chooses them.
      identity = "\(definition.name) \(limit)".utf8.reduce(0xcbf2_9ce4_8422_2325) {
        ($0 ^ UInt64($1)) &* 0x100_0000_01b3
      }
    }
  }
}
