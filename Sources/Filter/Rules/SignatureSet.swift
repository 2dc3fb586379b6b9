/// What a connection's first bytes matched.
public struct SignatureMatch: Sendable, Equatable, BitwiseCopyable {
  /// The rule's place in `SignatureSet.definitions`.
  public let index: Int
  /// What the rule asks for.
  public let action: RuleAction
  /// `enforce`: the action is to be taken. `observe`: the match is counted and logged, no more.
  public let mode: RuleMode
}

/// All signatures in one flat table that is asked with the first bytes of a connection, before any
/// key agreement.
///
/// One look in the table per byte, from the first byte to the first one that fits no rule: random
/// bytes end after one or two. No input makes it take longer than the longest pattern. It allocates
/// at load only, and is replaced as a whole. Nothing changes after `init`, which is why threads may
/// share it.
@safe
public struct SignatureSet: ~Copyable, @unchecked Sendable {
  /// The rules, in the order of `SignatureMatch.index`.
  public let definitions: [SignatureDefinition]
  /// The probability that uniformly random bytes match any rule that is not ignored.
  public let chance: Double
  /// The bytes of memory that the table takes.
  public let byteCount: Int

  /// A state in which a rule is complete.
  private struct End: BitwiseCopyable {
    var enforced: UInt16
    var observed: UInt16
    var action: RuleAction
    var observedAction: RuleAction
    var row: UInt16
  }

  /// No rule; also bounds the rules' indexes from above.
  private static let none: UInt16 = .max
  /// Marks a cell that leads to an end.
  private static let endMark: UInt16 = 0x8000

  private let classes: UnsafeMutablePointer<UInt8>
  /// Rows of `width` cells. A cell is 0 (nothing can match any more), a row, or a marked end.
  private let cells: UnsafeMutablePointer<UInt16>
  private let ends: UnsafeMutablePointer<End>
  private let width: Int
  private let startRow: UInt16

  /// Compiles `definitions`.
  /// - Throws: `SignatureFault`, `tooLikely` for the first rule that random bytes would meet too
  ///   often.
  public init(_ definitions: [SignatureDefinition]) throws(SignatureFault) {
    for (index, definition) in definitions.enumerated() {
      let chance = try definition.chance()
      guard chance <= SignatureLimits.chance else {
        throw .tooLikely(index: index, chance: chance)
      }
    }
    let automaton = try SignatureAutomaton(definitions)
    let width = automaton.classSizes.count
    let rowCount = automaton.states.count { $0.row != nil }
    let endCount = automaton.states.count { $0.enforced != nil || $0.observed != nil }
    self.definitions = definitions
    self.width = width
    chance = automaton.chance()
    byteCount =
      256 + (rowCount + 1) * width * MemoryLayout<UInt16>.stride
      + endCount * MemoryLayout<End>.stride
    unsafe classes = .allocate(capacity: 256)
    unsafe cells = .allocate(capacity: (rowCount + 1) * width)
    unsafe ends = .allocate(capacity: max(endCount, 1))
    unsafe cells.initialize(repeating: 0, count: (rowCount + 1) * width)
    for (byte, byteClass) in automaton.classes.enumerated() {
      unsafe classes[byte] = byteClass
    }
    startRow = Self.rowNumber(of: automaton.states[1], width: width)
    var names: [UInt16] = []
    unsafe Self.layOutEnds(of: automaton, definitions: definitions, at: ends, names: &names)
    for state in automaton.states {
      guard let row = state.row else { continue }
      let target = Int(Self.rowNumber(of: state, width: width)) * width
      for byteClass in 0..<width {
        unsafe cells[target + byteClass] = names[Int(automaton.transitions[row + byteClass])]
      }
    }
  }

  deinit {
    unsafe classes.deallocate()
    unsafe cells.deallocate()
    unsafe ends.deallocate()
  }

  /// The rule that `bytes`, the first of a connection, match; nil when none does yet.
  ///
  /// An enforced rule whose pattern is complete first wins; of several complete with the same byte,
  /// the one listed first. An observed rule is reported when no enforced one matches.
  #if !DEBUG
    @_noLocks
  #endif
  public func match(_ bytes: borrowing Span<UInt8>) -> SignatureMatch? {
    var row = startRow
    var observed: SignatureMatch?
    var index = 0
    while row != 0, index < bytes.count {
      let byteClass = unsafe classes[Int(bytes[index])]
      let cell = unsafe cells[Int(row) &* width &+ Int(byteClass)]
      index &+= 1
      if cell & Self.endMark == 0 {
        row = cell
        continue
      }
      let end = unsafe ends[Int(cell & ~Self.endMark)]
      if end.enforced != Self.none {
        return SignatureMatch(index: Int(end.enforced), action: end.action, mode: .enforce)
      }
      if observed == nil {
        observed = SignatureMatch(
          index: Int(end.observed),
          action: end.observedAction,
          mode: .observe
        )
      }
      row = end.row
    }
    return observed
  }
}

// MARK: - Layout

extension SignatureSet {
  private static func rowNumber(of state: SignatureAutomaton.State, width: Int) -> UInt16 {
    guard let row = state.row else { return 0 }
    return UInt16(row / width + 1)
  }

  /// Writes the ends, and to `names` the cell that stands for each state.
  private static func layOutEnds(
    of automaton: SignatureAutomaton,
    definitions: [SignatureDefinition],
    at ends: UnsafeMutablePointer<End>,
    names: inout [UInt16]
  ) {
    var written = 0
    for state in automaton.states {
      let row = rowNumber(of: state, width: automaton.classSizes.count)
      guard state.enforced != nil || state.observed != nil else {
        names.append(row)
        continue
      }
      let end = End(
        enforced: state.enforced.map(UInt16.init) ?? none,
        observed: state.observed.map(UInt16.init) ?? none,
        action: state.enforced.map { definitions[$0].action } ?? .mimic,
        observedAction: state.observed.map { definitions[$0].action } ?? .mimic,
        row: row
      )
      unsafe (ends + written).initialize(to: end)
      names.append(UInt16(written) | endMark)
      written += 1
    }
  }
}
