internal import Wire

/// Rules, compiled: asked when a connection arrives and when its first bytes are there.
///
/// Both questions are pure: the same features and bytes give the same verdict. A set of rules is
/// 256 bits, and every condition takes those out that do not hold, the cheap ones first; the cost
/// hardly depends on how many rules there are. Memory is taken at load only and nothing changes
/// after `init`, which is why threads may share it.
///
/// Of several rules that would act, the one listed first does. An act decides before the score, the
/// score before a bucket, and nobody with an exemption is refused at all.
@safe
public struct RuleProgram: ~Copyable, @unchecked Sendable {
  /// The rules, in the order of their numbers.
  public let definitions: [RuleDefinition]
  /// What becomes of a score.
  public let score: ScoreSettings
  /// What the rules that are not ignored ask for.
  public let asks: RuleQuestions
  /// Networks that are looked up.
  public var prefixCount: Int { sources.prefixes.entryCount }

  let numbers: RuleConditionTables
  let syns: RuleSynTable
  let sources: RuleSourceTable
  let beginnings: FlightBeginnings
  let contents: FlightContents
  let sets: RuleSets
  /// What follows from each rule, by its number.
  let effects: UnsafeMutablePointer<CompiledEffect>
  /// What each rule adds to the sums, for as many rules as a mask has bits.
  private let weights: UnsafeMutablePointer<RuleScore>

  /// Compiles `book`.
  /// - Throws: `RuleProgramFault`, for the first fault found.
  public init(_ book: RuleBook) throws(RuleProgramFault) {
    try Self.checkBounds(of: book)
    try Self.checkChances(of: book)
    let syns = try RuleSynTable(book.rules)
    let contents = try FlightContents(book.rules)
    let beginnings: FlightBeginnings
    do throws(SignatureFault) {
      beginnings = try FlightBeginnings(book.rules)
    } catch {
      throw .tooComplex
    }
    sources = try RuleSourceTable(book)
    self.syns = syns
    self.contents = contents
    self.beginnings = beginnings
    numbers = RuleConditionTables(book.rules)
    definitions = book.rules
    score = book.score
    sets = RuleSets(book.rules)
    asks = RuleQuestions(book.rules)
    unsafe effects = .allocate(capacity: max(book.rules.count, 1))
    for (rule, definition) in book.rules.enumerated() {
      unsafe (effects + rule).initialize(to: CompiledEffect(definition))
    }
    unsafe weights = .allocate(capacity: RuleLimits.rules)
    unsafe weights.initialize(repeating: RuleScore(), count: RuleLimits.rules)
    for (rule, definition) in book.rules.enumerated() {
      guard case .weight(let weight) = definition.effect else { continue }
      let enforced = definition.mode == .enforce ? weight : 0
      unsafe weights[rule] = RuleScore(enforced: enforced, all: weight)
    }
  }

  deinit {
    unsafe effects.deallocate()
    unsafe weights.deallocate()
  }

  /// Asks the rules about a connection that has sent nothing yet.
  #if !DEBUG
    @_noLocks
  #endif
  public func arrival(_ features: borrowing Features) -> RuleVerdict {
    let matched = matches(features, among: sets.asked & sets.arrival)
    return verdict(matched, features, .arrival)
  }

  /// Asks the rules about a connection of which the first `bytes` have come.
  ///
  /// All rules are asked again, since more may be known by now; the limits of those that can be
  /// judged at arrival are not, so that nothing is counted twice.
  #if !DEBUG
    @_noLocks
  #endif
  public func firstFlight(
    _ features: borrowing Features,
    _ bytes: borrowing Span<UInt8>
  ) -> RuleVerdict {
    var matched = matches(features, among: sets.asked)
    if matched.intersects(sets.beginnings) {
      matched = matched & (beginnings.rules(meeting: bytes) | ~sets.beginnings)
    }
    if matched.intersects(sets.contents) {
      matched = matched & (contents.rules(meeting: bytes) | ~sets.contents)
    }
    return verdict(matched, features, .firstFlight)
  }

  /// The rules of `candidates` of which all but what asks for bytes holds.
  @inline(always)
  private func matches(_ features: borrowing Features, among candidates: RuleMask) -> RuleMask {
    let ofNumbers = numbers.rules(of: candidates, meeting: features)
    guard !ofNumbers.isEmpty else { return ofNumbers }
    let ofSyns = syns.rules(of: ofNumbers, meeting: features.syn)
    return sources.rules(of: ofSyns, meeting: features.source)
  }

  private func verdict(
    _ matched: RuleMask,
    _ features: borrowing Features,
    _ phase: RulePhase
  ) -> RuleVerdict {
    var verdict = RuleVerdict(
      decision: .pass,
      watched: .pass,
      matched: matched,
      score: unsafe (matched & sets.weighing).sum(of: weights),
      exemption: nil,
      phase: phase
    )
    guard !matched.isEmpty else { return verdict }
    verdict.exemption = features.exemption
    guard verdict.exemption == nil else { return verdict }
    let acting = matched & sets.acting
    verdict.watched = decide(acting, verdict.score.all)
    let isScoreEnforced = score.mode == .enforce
    verdict.decision = decide(
      acting & sets.enforced,
      isScoreEnforced ? verdict.score.enforced : .min
    )
    verdict.awaitsBuckets =
      verdict.decision == .pass && matched.intersects(sets.limits(of: phase))
    return verdict
  }

  private func decide(_ acting: RuleMask, _ sum: Int32) -> RuleDecision {
    if let rule = acting.first, case .act(let action) = unsafe effects[rule].kind {
      return .act(action, rule: UInt8(truncatingIfNeeded: rule))
    }
    guard score.mode != .ignore, let bound = score.refuseFrom, sum >= bound else { return .pass }
    return .score(score.action)
  }

  /// The rules among `matched` that would have refused by themselves, were they enforced: those
  /// that act, and those of `over`. None where an exemption holds.
  #if !DEBUG
    @_noLocks
  #endif
  func wouldRefuse(_ verdict: RuleVerdict) -> RuleMask {
    guard verdict.exemption == nil else { return RuleMask() }
    return (verdict.matched & sets.acting | verdict.over) & ~sets.enforced
  }

  /// The rules among `matched` that act, and do not because the source is known.
  #if !DEBUG
    @_noLocks
  #endif
  func spared(_ verdict: RuleVerdict) -> RuleMask {
    verdict.exemption == .known ? verdict.matched & sets.acting : RuleMask()
  }

  /// What `rule` adds to the score, in thousandths; 0 for a rule that does not weigh.
  public func weight(of rule: Int) -> Int32 {
    guard definitions.indices.contains(rule), case .weight(let weight) = definitions[rule].effect
    else { return 0 }
    return weight
  }
}

// MARK: - Checks

extension RuleProgram {
  private static func checkBounds(of book: RuleBook) throws(RuleProgramFault) {
    guard book.rules.count <= RuleLimits.rules, book.lists.count <= RuleLimits.lists else {
      throw .tooMany(rule: min(book.rules.count, RuleLimits.rules))
    }
    for (rule, definition) in book.rules.enumerated() {
      let conditions = definition.conditions
      let counts = [
        conditions.numbers.count, conditions.beginnings.count, conditions.contents.count,
        conditions.syn?.classes.count ?? 0, conditions.syn?.patterns.count ?? 0,
        conditions.source?.lists.count ?? 0,
        conditions.numbers.map(\.ranges.count).max() ?? 0,
      ]
      guard counts.allSatisfy({ $0 <= RuleLimits.alternatives }) else {
        throw .tooMany(rule: rule)
      }
      if case .weight(let weight) = definition.effect,
        weight.magnitude > RuleLimits.weight.magnitude
      {
        throw .tooMany(rule: rule)
      }
    }
  }

  private static func checkChances(of book: RuleBook) throws(RuleProgramFault) {
    for (rule, definition) in book.rules.enumerated() where definition.refusesForBytesAlone {
      var chance = 0.0
      do throws(SignatureFault) {
        chance = try definition.chance() ?? 1
      } catch {
        throw .tooComplex
      }
      guard chance <= SignatureLimits.chance else {
        throw .tooLikely(rule: rule, chance: chance)
      }
    }
  }
}
