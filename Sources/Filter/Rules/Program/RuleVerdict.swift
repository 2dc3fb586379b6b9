/// What the rules say to a connection, with all that led to it.
public struct RuleVerdict: BitwiseCopyable, Sendable, Equatable {
  /// What is to be done.
  public internal(set) var decision: RuleDecision
  /// What would be done if every rule and the score were enforced: to be counted and logged.
  public internal(set) var watched: RuleDecision
  /// Every rule whose conditions hold, those that only watch among them.
  public internal(set) var matched: RuleMask
  /// Of those, the rules whose buckets were empty; known when the buckets were asked.
  public internal(set) var over = RuleMask()
  /// The sum of the weights.
  public internal(set) var score: RuleScore
  /// Why no rule may refuse this connection; nil when one may.
  public internal(set) var exemption: RuleExemption?
  /// When the rules were asked.
  public internal(set) var phase: RulePhase
  /// Whether `RuleBuckets` have to be asked before the decision stands.
  public internal(set) var awaitsBuckets = false
}

/// What the rules decide.
public enum RuleDecision: BitwiseCopyable, Sendable, Equatable {
  /// Nothing speaks against the connection, or not enough.
  case pass
  /// A rule acts.
  case act(RuleAction, rule: UInt8)
  /// The connection is over a rule's limit.
  case limit(RuleAction, rule: UInt8)
  /// The score has reached its bound.
  case score(RuleAction)

  /// What is to be done; nil for nothing.
  public var action: RuleAction? {
    switch self {
    case .pass: nil
    case .act(let action, _), .limit(let action, _), .score(let action): action
    }
  }

  /// The rule that decided, if one did.
  public var rule: Int? {
    switch self {
    case .pass, .score: nil
    case .act(_, let rule), .limit(_, let rule): Int(rule)
    }
  }
}

/// Sums of weights, in thousandths.
public struct RuleScore: BitwiseCopyable, Sendable, Equatable {
  /// Of the enforced rules alone: this is what can refuse.
  public var enforced: Int32
  /// Of the observed ones as well.
  public var all: Int32

  /// Sums, as given.
  public init(enforced: Int32 = 0, all: Int32 = 0) {
    self.enforced = enforced
    self.all = all
  }
}

/// Why no rule may refuse a connection, whatever it matches.
public enum RuleExemption: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// The source has completed a handshake before, and is not failing.
  case known
  /// People allowed it.
  case allowed
  /// It is an address of this host.
  case own
  /// It lies in a range that no stranger comes from: private, shared, link-local or loopback.
  case privateRange

  /// The word that people read.
  public var word: StaticString {
    switch self {
    case .known: "known"
    case .allowed: "allowed"
    case .own: "own"
    case .privateRange: "private"
    }
  }
}
