internal import Filter
internal import Telemetry

/// What a shard counts of rules and signatures.
extension Shard where World: ~Copyable {
  /// Counts what the rules had to say of a connection.
  mutating func tell(_ findings: RuleFindings, _ slot: UInt32) {
    var rest = findings.met
    while let rule = rest.popFirst() { matches.countMatch(at: policy.places[rule: rule]) }
    rest = findings.wouldRefuse
    while let rule = rest.popFirst() { matches.countWouldRefuse(at: policy.places[rule: rule]) }
    if let reason = findings.watched { count(.observe, reason, strangers[slot].source) }
  }

  /// Answers what the control thread asks about a source.
  mutating func answerQuestion() {
    guard let source = desk.question else { return }
    desk.answer(
      judge.view(
        of: source,
        people: people.verdict(of: source),
        policy.law,
        now: now
      )
    )
  }

  /// Counts a refusal for whoever ordered it.
  mutating func tell(_ order: RefusalOrder) {
    switch order.origin {
    case .signature(let number):
      let place = policy.places[signature: number]
      matches.countMatch(at: place)
      matches.countRefusal(at: place)
    case .rule(let number):
      matches.countRefusal(at: policy.places[rule: number])
    case .score:
      break
    }
  }

  /// Counts a signature on probation that matched.
  mutating func tell(observed match: SignatureMatch, _ slot: UInt32) {
    count(.observe, .signature, strangers[slot].source)
    let place = policy.places[signature: match.index]
    matches.countMatch(at: place)
    matches.countWouldRefuse(at: place)
  }
}
