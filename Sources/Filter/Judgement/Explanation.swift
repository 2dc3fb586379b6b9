internal import Wire

/// Why a source is judged as it is: a shard's `SourceView` with the names of the rules, and what
/// would change the verdict. Plain values; the words for people are made elsewhere.
public struct Explanation: Sendable {
  /// What the gate does with the source's next connection before its first byte.
  public enum Verdict: Sendable, Equatable {
    /// It may show its first flight.
    case welcome
    /// It is refused for this reason, by this rule where one decides.
    case refuse(Reason, rule: String?)
  }

  /// One rule that the source meets by itself, before its first byte.
  public struct Rule: Sendable, Equatable {
    /// What people call it.
    public let name: String
    /// How far it is trusted.
    public let mode: RuleMode
    /// What follows from it.
    public let effect: RuleEffect
    /// Whether it has a limit and its bucket is empty.
    public let isOver: Bool
  }

  /// What made the standing.
  public enum Ground: Sendable, Equatable {
    /// The address has completed so many handshakes, and failed no more than once since.
    case completions(UInt32)
    /// The address has failed so often lately.
    case failures(UInt32)
    /// The address asked so often for handshakes that it did not finish, in a network that fails.
    case unfinished(UInt32)
    /// Its network has failed so often, or left so many handshakes unfinished.
    case network(failures: UInt32, unfinished: UInt32)
    /// Nothing speaks against it.
    case nothing
  }

  /// What would change the verdict or the standing.
  public enum Change: Sendable, Equatable {
    /// So many nanoseconds from now a bucket has a token again.
    case token(afterNanoseconds: UInt64)
    /// When the connections that have shown nothing are fewer than this.
    case fewerHalfOpen(than: UInt32)
    /// After so many nanoseconds without another failure none is held against it.
    case noFailure(forNanoseconds: UInt64)
    /// A completed handshake makes it known, and no rule refuses who is known.
    case completion
    /// People may allow it, and no rule refuses whom they allow.
    case allowance
    /// This rule decides: change it.
    case rule(String)
    /// The score's bound, in thousandths, lies this far below its score.
    case lowerScore(by: Int32)
  }

  /// What the shard remembers.
  public let view: SourceView
  /// What happens to its next connection.
  public let verdict: Verdict
  /// What would happen were every rule enforced.
  public let watched: Verdict
  /// Why no rule may refuse it; nil when one may.
  public let exemption: RuleExemption?
  /// What made its standing.
  public let ground: Ground
  /// Every rule that it meets, by number.
  public let rules: [Rule]
  /// The sums of their weights, in thousandths.
  public let score: RuleScore
  /// When a score refuses.
  public let bound: ScoreSettings
  /// What would change the verdict or a bad standing.
  public let changes: [Change]

  /// Explains `view` by the rules that it was made with; nil when `shared` are others, since the
  /// shard had not taken the latest yet.
  public init?(_ view: SourceView, _ shared: SharedRules) {
    guard view.rulesSerial == shared.serial else { return nil }
    self.init(view, shared.program)
  }

  private init(_ view: SourceView, _ program: borrowing RuleProgram) {
    self.view = view
    exemption = view.rules.exemption
    ground = Self.ground(view)
    score = view.rules.score
    bound = program.score
    let names = program.definitions.map(\.name)
    rules = view.rules.matched.map { number in
      let rule = program.definitions[number]
      return Rule(
        name: rule.name,
        mode: rule.mode,
        effect: rule.effect,
        isOver: view.emptyBuckets.contains(number)
      )
    }
    let isFree = view.rules.exemption != nil
    let over = view.emptyBuckets.filter { !isFree && program.definitions[$0].mode == .enforce }
    let decision = view.rules.decision
    verdict = Self.verdict(view.refusal, decision, over: over.first, names)
    watched = Self.verdict(
      view.refusal,
      view.rules.watched,
      over: isFree ? nil : view.emptyBuckets.first,
      names
    )
    changes = Self.changes(view, verdict, bound)
  }

  private static func verdict(
    _ refusal: Reason?,
    _ decision: RuleDecision,
    over: Int?,
    _ names: [String]
  ) -> Verdict {
    if let refusal { return .refuse(refusal, rule: nil) }
    switch decision {
    case .act(_, let rule): return .refuse(.rule, rule: names[Int(rule)])
    case .limit(_, let rule): return .refuse(.ruleLimit, rule: names[Int(rule)])
    case .score: return .refuse(.score, rule: nil)
    case .pass: return over.map { .refuse(.ruleLimit, rule: names[$0]) } ?? .welcome
    }
  }

  private static func ground(_ view: SourceView) -> Ground {
    switch view.history.standing {
    case .known: .completions(view.address.completions)
    case .failing where view.history.failures == 0 && SourceRecord.isInsistent(view.address.asked):
      .unfinished(view.address.asked)
    case .failing: .failures(view.history.failures)
    case .crowded: .network(failures: view.network.failures, unfinished: view.network.asked)
    case .fresh: .nothing
    }
  }

  private static func changes(
    _ view: SourceView,
    _ verdict: Verdict,
    _ bound: ScoreSettings
  ) -> [Change] {
    var changes: [Change] = []
    if case .refuse(let reason, let rule) = verdict {
      switch reason {
      case .addressRate: changes.append(.token(afterNanoseconds: view.address.nextTokenNanoseconds))
      case .prefixRate:
        let site = view.site?.nextTokenNanoseconds ?? 0
        changes.append(.token(afterNanoseconds: max(view.network.nextTokenNanoseconds, site)))
      case .gateRate: changes.append(.token(afterNanoseconds: view.gate.nextTokenNanoseconds))
      case .addressHalfOpen:
        changes.append(.fewerHalfOpen(than: view.address.halfOpenLimit ?? 0))
      case .prefixHalfOpen:
        changes.append(.fewerHalfOpen(than: view.network.halfOpenLimit ?? 0))
      case .score:
        changes.append(.lowerScore(by: view.rules.score.enforced - (bound.refuseFrom ?? 0) + 1))
      default:
        if let rule { changes.append(.rule(rule)) }
      }
      if reason == .rule || reason == .ruleLimit || reason == .score {
        changes += [.completion, .allowance]
      }
    }
    if view.history.standing == .failing {
      let held = max(view.address.failures, view.address.asked)
      changes.append(.noFailure(forNanoseconds: SourceRecord.decay(of: held)))
      if !changes.contains(.completion) { changes.append(.completion) }
    }
    return changes
  }
}
