import Filter
import Wire

/// What must hold for any bytes as texts of rules; the sentence that does not, or nil.
///
/// Each line is one text, told apart by its first byte; all of it is also a list of networks and a
/// first flight. What was read and written is read again as the same, and a compiled rule says what
/// its parts say.
func violatedRuleTextProperty(_ input: [UInt8]) -> String? {
  var conditions = RuleConditions()
  var effect = RuleEffect.weight(1)
  var features = Features(source: SourceAddress(ipv4: 0xcb00_7107))
  for line in input.split(separator: 0x0a).prefix(32) {
    let text = String(decoding: line.dropFirst(), as: UTF8.self)
    switch line.first {
    case UInt8(ascii: "c"):
      if let violated = readComparison(text, line.count, &conditions, &features) {
        return violated
      }
    case UInt8(ascii: "l"):
      guard let limit = try? RuleLimit(text: text) else { continue }
      if limit.count == 0 || limit.periodNanoseconds < UInt64(limit.count) {
        return "a limit that lets nothing through"
      }
      effect = .limit(limit)
    case UInt8(ascii: "s"):
      if let pattern = try? SynPattern(text: text) {
        conditions.syn = SynCondition(patterns: [pattern])
      }
    case UInt8(ascii: "f"):
      if let pattern = try? SignaturePattern(text: line.dropFirst()) {
        conditions.beginnings.append(pattern)
      }
    case UInt8(ascii: "t"):
      if let pattern = try? SignaturePattern(text: line.dropFirst()), ContentFault(pattern) == nil {
        conditions.contents.append(pattern)
      }
    default: break
    }
  }
  return violatedListProperty(input)
    ?? violatedProgramProperty(input, conditions, effect, features)
}

private func readComparison(
  _ text: String,
  _ number: Int,
  _ conditions: inout RuleConditions,
  _ features: inout Features
) -> String? {
  for unit in FeatureUnit.allCases {
    guard let range = try? FeatureRange(text: text, unit: unit) else { continue }
    guard range.lowest <= range.greatest else { return "a range that nothing lies in" }
    let again = "\(range.lowest)..\(range.greatest)"
    if unit == .count, (try? FeatureRange(text: again, unit: unit)) != range {
      return "a range is not read back"
    }
    let feature = Feature.allCases[number % Feature.allCases.count]
    guard !conditions.numbers.contains(where: { $0.feature == feature }) else { continue }
    conditions.numbers.append(FeatureCondition(feature, [range]))
    features[feature] = number & 1 == 0 ? range.lowest : range.greatest
  }
  return nil
}

private func violatedListProperty(_ input: [UInt8]) -> String? {
  let list = PrefixListText(input.span)
  let lines = 1 + input.count { $0 == 0x0a }
  guard list.faults.count <= PrefixListText.faultsMaximum, list.faultCount >= list.faults.count
  else { return "faults are miscounted" }
  guard list.faults.allSatisfy({ (1...lines).contains($0.line) }) else {
    return "a fault stands at a line that is not there"
  }
  var source = PrefixListSource()
  guard (try? source.add(list.prefixes, value: 1)) != nil else { return "a short list is too long" }
  let compiled = PrefixList(source)
  for prefix in list.prefixes.prefix(64) {
    guard compiled.value(of: prefix.address) == 1 else { return "a network is not found" }
    let again = Array("\(prefix)".utf8)
    guard PrefixListText(again.span).prefixes == [prefix] else {
      return "a network is not read back"
    }
  }
  return nil
}

private func violatedProgramProperty(
  _ input: [UInt8],
  _ conditions: RuleConditions,
  _ effect: RuleEffect,
  _ features: Features
) -> String? {
  var book = RuleBook()
  book.rules = [RuleDefinition(name: "fuzz", conditions: conditions, effect: effect)]
  guard let program = try? RuleProgram(book) else { return nil }
  let numbersHold = conditions.numbers.allSatisfy { condition in
    features[condition.feature].map { number in
      condition.ranges.contains { $0.contains(number) }
    } ?? false
  }
  let verdict = program.firstFlight(features, input.span)
  let isMet = verdict.matched.contains(0)
  if isMet, !numbersHold { return "a rule is met whose numbers do not hold" }
  let asksForMore =
    conditions.syn != nil || !conditions.beginnings.isEmpty || !conditions.contents.isEmpty
  if !isMet, numbersHold, !asksForMore { return "a rule that holds is not met" }
  return verdict.decision == .pass ? nil : "an observed rule decides"
}
