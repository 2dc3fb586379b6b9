internal import Wire

/// The conditions on the source: one look-up tells every rule that asks for it. Nothing changes
/// after `init`.
@safe
struct RuleSourceTable: ~Copyable, @unchecked Sendable {
  /// The rules that ask for a source at all.
  let asking: RuleMask
  /// The networks that are looked up.
  let prefixes: PrefixList

  /// For each value of `prefixes`, the rules whose condition holds there.
  private let masks: UnsafeMutablePointer<RuleMask>

  /// Collects what the rules of `book` ask for.
  /// - Throws: `unknownList`, `tooManyPrefixes` or `tooManySourceCombinations`.
  init(_ book: RuleBook) throws(RuleProgramFault) {
    var source = PrefixListSource()
    // Who asks for a network, by the network's value.
    var askers: [RuleMask] = [RuleMask()]
    for (networks, rules) in try Self.askedNetworks(in: book) where !networks.isEmpty {
      do throws(PrefixListFault) {
        try source.add(networks, value: UInt16(askers.count))
      } catch {
        throw .tooManyPrefixes
      }
      askers.append(rules)
    }
    var combinations = RuleCombinations()
    let compiled = PrefixList(source) { outer, inner in
      combinations.number(of: outer, with: askers[Int(inner)], askedBy: inner)
    }
    guard !combinations.isFull else { throw .tooManySourceCombinations }
    prefixes = compiled
    asking = book.rules.indices.reduce(into: RuleMask()) { asking, rule in
      let definition = book.rules[rule]
      if definition.mode != .ignore, definition.conditions.source != nil { asking.insert(rule) }
    }
    unsafe masks = .allocate(capacity: combinations.masks.count)
    for (index, mask) in combinations.masks.enumerated() {
      unsafe (masks + index).initialize(to: mask)
    }
  }

  deinit {
    unsafe masks.deallocate()
  }

  /// The rules of `candidates` whose condition on the source holds, or that have none.
  @inline(always)
  func rules(of candidates: RuleMask, meeting address: SourceAddress) -> RuleMask {
    guard candidates.intersects(asking) else { return candidates }
    let met = unsafe masks[Int(prefixes.value(of: address))]
    return candidates & (met | ~asking)
  }
}

// MARK: - Collecting

extension RuleSourceTable {
  /// The networks of each rule's own and of each list that is asked for, with the rules that do.
  private static func askedNetworks(
    in book: RuleBook
  ) throws(RuleProgramFault) -> [(networks: [SourcePrefix], rules: RuleMask)] {
    var ofList = Array(repeating: RuleMask(), count: book.lists.count)
    var asked: [(networks: [SourcePrefix], rules: RuleMask)] = []
    for (rule, definition) in book.rules.enumerated() where definition.mode != .ignore {
      guard let condition = definition.conditions.source else { continue }
      asked.append((condition.prefixes, RuleMask(rule)))
      for name in condition.lists {
        guard let list = book.lists.firstIndex(where: { $0.name == name }) else {
          throw .unknownList(rule: rule, name: name)
        }
        ofList[list].insert(rule)
      }
    }
    for (list, rules) in zip(book.lists, ofList) where !rules.isEmpty {
      asked.append((list.prefixes, rules))
    }
    return asked
  }
}

/// Numbers sets of rules: a network that lies in another is asked for by the rules of both.
struct RuleCombinations {
  /// The sets; the first is the empty one.
  private(set) var masks: [RuleMask] = [RuleMask()]
  /// Whether there were more than `RuleLimits.sourceCombinations`.
  private(set) var isFull = false

  /// What was asked last, by a few bits of the question: lists ask the same over and over.
  private var recent: [(outer: UInt16, inner: UInt16, number: UInt16)] =
    Array(repeating: (0, 0, 0), count: 256)

  /// The number of the set numbered `outer` with `rules` added, which the value `inner` stands for
  /// (never zero).
  mutating func number(of outer: UInt16, with rules: RuleMask, askedBy inner: UInt16) -> UInt16 {
    let place = Int((outer &* 31 &+ inner) & 255)
    if recent[place].inner == inner, recent[place].outer == outer { return recent[place].number }
    let number = number(of: masks[Int(outer)] | rules)
    recent[place] = (outer, inner, number)
    return number
  }

  private mutating func number(of mask: RuleMask) -> UInt16 {
    if let known = masks.firstIndex(of: mask) { return UInt16(known) }
    guard masks.count < RuleLimits.sourceCombinations else {
      isFull = true
      return 0
    }
    masks.append(mask)
    return UInt16(masks.count - 1)
  }
}
