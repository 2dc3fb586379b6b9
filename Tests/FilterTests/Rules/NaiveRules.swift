import Wire

@testable import Filter

/// The plainest interpreter of rules there is, to compare the compiled ones with.
struct NaiveRules {
  let book: RuleBook

  func matched(_ features: Features, _ bytes: [UInt8]?) -> [Int] {
    book.rules.indices.filter { rule in
      let definition = book.rules[rule]
      guard definition.mode != .ignore else { return false }
      if bytes == nil, definition.phase == .firstFlight { return false }
      return holds(definition.conditions, features, bytes ?? [])
    }
  }

  func verdict(_ features: Features, _ bytes: [UInt8]?) -> RuleVerdict {
    let matched = matched(features, bytes)
    var verdict = RuleVerdict(
      decision: .pass,
      watched: .pass,
      matched: matched.reduce(into: RuleMask()) { $0.insert($1) },
      score: RuleScore(),
      exemption: nil,
      phase: bytes == nil ? .arrival : .firstFlight
    )
    for rule in matched {
      guard case .weight(let weight) = book.rules[rule].effect else { continue }
      verdict.score.all += weight
      if book.rules[rule].mode == .enforce { verdict.score.enforced += weight }
    }
    guard !matched.isEmpty else { return verdict }
    verdict.exemption = features.exemption
    guard verdict.exemption == nil else { return verdict }
    verdict.watched = decide(matched, verdict.score.all, isScoreAsked: book.score.mode != .ignore)
    verdict.decision = decide(
      matched.filter { book.rules[$0].mode == .enforce },
      verdict.score.enforced,
      isScoreAsked: book.score.mode == .enforce
    )
    verdict.awaitsBuckets =
      verdict.decision == .pass
      && matched.contains {
        guard case .limit = book.rules[$0].effect else { return false }
        return book.rules[$0].phase == verdict.phase
      }
    return verdict
  }

  private func decide(_ rules: [Int], _ score: Int32, isScoreAsked: Bool) -> RuleDecision {
    for rule in rules {
      if case .act(let action) = book.rules[rule].effect { return .act(action, rule: UInt8(rule)) }
    }
    guard isScoreAsked, let bound = book.score.refuseFrom, score >= bound else { return .pass }
    return .score(book.score.action)
  }

  private func holds(_ conditions: RuleConditions, _ features: Features, _ bytes: [UInt8]) -> Bool {
    for condition in conditions.numbers {
      guard let number = features[condition.feature],
        condition.ranges.contains(where: { $0.lowest <= number && number <= $0.greatest })
      else { return false }
    }
    if let source = conditions.source, !holds(source, features.source) { return false }
    if let syn = conditions.syn {
      guard let form = features.syn else { return false }
      let isOfClass = syn.classes.contains(form.senderClass)
      guard isOfClass || syn.patterns.contains(where: { $0.matches(form) }) else { return false }
    }
    if !conditions.beginnings.isEmpty {
      let fits = conditions.beginnings.contains { !NaiveMatcher.ends($0, bytes).isEmpty }
      guard fits else { return false }
    }
    guard !conditions.contents.isEmpty else { return true }
    let searched = Array(bytes.prefix(256))
    return conditions.contents.contains { piece in
      searched.indices.contains { !NaiveMatcher.ends(piece, Array(searched[$0...])).isEmpty }
    }
  }

  private func holds(_ source: SourceCondition, _ address: SourceAddress) -> Bool {
    if source.prefixes.contains(where: { $0.contains(address) }) { return true }
    return source.lists.contains { name in
      book.lists.contains { $0.name == name && $0.prefixes.contains { $0.contains(address) } }
    }
  }
}
