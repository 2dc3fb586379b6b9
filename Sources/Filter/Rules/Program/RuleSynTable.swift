/// The conditions on the form of a SYN. Nothing changes after `init`.
@safe
struct RuleSynTable: ~Copyable, @unchecked Sendable {
  /// A signature and the rules that name it.
  private struct Entry: BitwiseCopyable {
    var pattern: SynPattern
    var rules: RuleMask
  }

  /// The rules that ask for a form at all.
  let asking: RuleMask

  private let classes: UnsafeMutablePointer<RuleMask>
  private let entries: UnsafeMutablePointer<Entry>
  private let entryCount: Int

  /// Collects what `rules` ask for.
  /// - Throws: `tooMany`.
  init(_ rules: [RuleDefinition]) throws(RuleProgramFault) {
    var asking = RuleMask()
    var ofClass = Array(repeating: RuleMask(), count: SynClass.allCases.count)
    var found: [Entry] = []
    for (rule, definition) in rules.enumerated() where definition.mode != .ignore {
      guard let condition = definition.conditions.syn else { continue }
      asking.insert(rule)
      for synClass in condition.classes { ofClass[Int(synClass.rawValue)].insert(rule) }
      for pattern in condition.patterns {
        if let index = found.firstIndex(where: { $0.pattern == pattern }) {
          found[index].rules.insert(rule)
          continue
        }
        guard found.count < RuleLimits.synPatterns else { throw .tooMany(rule: rule) }
        found.append(Entry(pattern: pattern, rules: RuleMask(rule)))
      }
    }
    self.asking = asking
    entryCount = found.count
    unsafe classes = .allocate(capacity: ofClass.count)
    unsafe entries = .allocate(capacity: max(found.count, 1))
    for index in ofClass.indices { unsafe (classes + index).initialize(to: ofClass[index]) }
    for index in found.indices { unsafe (entries + index).initialize(to: found[index]) }
  }

  deinit {
    unsafe classes.deallocate()
    unsafe entries.deallocate()
  }

  /// The rules of `candidates` whose condition on the SYN holds, or that have none.
  @inline(always)
  func rules(of candidates: RuleMask, meeting syn: SynFingerprint?) -> RuleMask {
    let asked = candidates & asking
    guard !asked.isEmpty else { return candidates }
    guard let syn else { return candidates & ~asking }
    var met = unsafe classes[Int(syn.senderClass.rawValue)]
    for index in 0..<entryCount {
      let entry = unsafe entries + index
      if unsafe (entry.pointee.rules & asked & ~met).isEmpty { continue }
      if unsafe entry.pointee.pattern.matches(syn) { met = unsafe met | entry.pointee.rules }
    }
    return candidates & (met | ~asking)
  }
}
