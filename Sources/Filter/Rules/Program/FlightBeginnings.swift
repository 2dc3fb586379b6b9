/// Which rules the first bytes of a connection meet: all of them, where `SignatureSet` tells the
/// first.
///
/// One look in the table per byte, up to the first that fits no form. Nothing changes after `init`.
@safe
struct FlightBeginnings: ~Copyable, @unchecked Sendable {
  /// A state in which forms are complete.
  private struct End: BitwiseCopyable {
    var rules: RuleMask
    var row: UInt16
  }

  /// Marks a cell that leads to an end.
  private static let endMark: UInt16 = 0x8000

  private let classes: UnsafeMutablePointer<UInt8>
  /// Rows of `width` cells. A cell is 0 (nothing can match any more), a row, or a marked end.
  private let cells: UnsafeMutablePointer<UInt16>
  private let ends: UnsafeMutablePointer<End>
  private let width: Int
  private let startRow: UInt16
  /// The rules with a form that no byte is needed for.
  private let metByAll: RuleMask

  /// Compiles the forms that `rules` ask for.
  /// - Throws: `tooMany` or `tooComplex`.
  init(_ rules: [RuleDefinition]) throws(SignatureFault) {
    // Observed, so that no match ends the search for others.
    let definitions = rules.map {
      let isAsked = $0.mode != .ignore && !$0.conditions.beginnings.isEmpty
      return SignatureDefinition(
        name: $0.name,
        patterns: isAsked ? $0.conditions.beginnings : [],
        mode: isAsked ? .observe : .ignore
      )
    }
    let automaton = try SignatureAutomaton(definitions)
    let width = automaton.classSizes.count
    let rowCount = automaton.states.count { $0.row != nil }
    let endCount = automaton.states.count { !$0.complete.isEmpty }
    self.width = width
    unsafe classes = .allocate(capacity: 256)
    unsafe cells = .allocate(capacity: (rowCount + 1) * width)
    unsafe cells.initialize(repeating: 0, count: (rowCount + 1) * width)
    unsafe ends = .allocate(capacity: max(endCount, 1))
    for (byte, byteClass) in automaton.classes.enumerated() { unsafe classes[byte] = byteClass }
    func rowNumber(_ state: SignatureAutomaton.State) -> UInt16 {
      state.row.map { UInt16($0 / width + 1) } ?? 0
    }
    startRow = rowNumber(automaton.states[1])
    metByAll = automaton.states[1].complete.reduce(into: RuleMask()) { $0.insert($1) }
    var names: [UInt16] = []
    var written = 0
    for state in automaton.states {
      guard !state.complete.isEmpty else {
        names.append(rowNumber(state))
        continue
      }
      let found = state.complete.reduce(into: RuleMask()) { $0.insert($1) }
      unsafe (ends + written).initialize(to: End(rules: found, row: rowNumber(state)))
      names.append(UInt16(written) | Self.endMark)
      written += 1
    }
    for state in automaton.states {
      guard let row = state.row else { continue }
      let target = Int(rowNumber(state)) * width
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

  /// The rules of which `bytes`, the first of a connection, have one of the forms.
  #if !DEBUG
    @_noLocks
  #endif
  func rules(meeting bytes: borrowing Span<UInt8>) -> RuleMask {
    var found = metByAll
    var row = startRow
    var index = 0
    while row != 0, index < bytes.count {
      let byteClass = unsafe classes[Int(bytes[index])]
      let cell = unsafe cells[Int(row) &* width &+ Int(byteClass)]
      index &+= 1
      guard cell & Self.endMark != 0 else {
        row = cell
        continue
      }
      let end = unsafe ends[Int(cell & ~Self.endMark)]
      found = found | end.rules
      row = end.row
    }
    return found
  }
}
