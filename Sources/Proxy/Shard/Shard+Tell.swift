internal import Filter
internal import Telemetry
internal import Wire

/// What a shard counts of rules and signatures.
extension Shard where World: ~Copyable {
  /// Counts what the rules had to say of a connection.
  mutating func tell(_ findings: RuleFindings, of source: Endpoint) {
    var rest = findings.met
    while let rule = rest.popFirst() { matches.countMatch(at: policy.places[rule: rule]) }
    rest = findings.wouldRefuse
    while let rule = rest.popFirst() { matches.countWouldRefuse(at: policy.places[rule: rule]) }
    rest = findings.spared
    while let rule = rest.popFirst() { matches.countKnown(at: policy.places[rule: rule]) }
    if let reason = findings.watched { count(.observe, reason, source) }
  }

  /// Answers what the control thread asks about a source.
  mutating func answerQuestion() {
    guard let source = desk.question else { return }
    desk.answer(judge.view(of: source, wish: people.verdict(of: source), policy.law, now: now))
  }

  /// Counts the refusal of a stranger for whoever ordered it.
  mutating func tell(_ order: RefusalOrder, _ slot: UInt32) {
    switch order.origin {
    case .signature(let number):
      let place = policy.places[signature: number]
      matches.countMatch(at: place)
      matches.countRefusal(at: place)
      if isKnown(slot) { matches.countKnown(at: place) }
    case .rule(let number):
      matches.countRefusal(at: policy.places[rule: number])
    case .score:
      break
    }
  }

  /// Counts a signature on probation that a stranger matched.
  mutating func tell(observed match: SignatureMatch, _ slot: UInt32) {
    count(.observe, .signature, strangers[slot].source)
    let place = policy.places[signature: match.index]
    matches.countMatch(at: place)
    matches.countWouldRefuse(at: place)
    if isKnown(slot) { matches.countKnown(at: place) }
  }

  private func isKnown(_ slot: UInt32) -> Bool {
    judge.limits.standing(strangers[slot].keys, now: now) == .known
  }
}
