/// Signatures as one deterministic automaton: the form in which their chance is computed exactly
/// and from which a set is laid out flat.
///
/// Every pattern starts at the first byte and is bounded, so states lie in levels, one level a
/// byte, and there are no loops. A state is the set of places in all patterns that the bytes so far
/// may have led to. It is used at load only.
struct SignatureAutomaton {
  /// A place in a pattern: before a byte, or behind the last one.
  private struct Place {
    /// The byte values that lead to the next place; empty at a pattern's end.
    var bytes: ByteSet
    /// Whether the next place is reached without a byte as well.
    var skippable: Bool
    /// At a pattern's end, the signature that matched; otherwise -1.
    var signature: Int32
  }

  /// A state and what is known in it.
  struct State {
    /// Where the state's row of `transitions` starts; nil when no byte can change the outcome.
    var row: Int?
    /// The first enforced signature that is complete here.
    var enforced: Int?
    /// The first observed signature that is complete here.
    var observed: Int?
    /// Every signature that is complete here, in rising order.
    var complete: [Int] = []
  }

  /// The class of each byte value: bytes that no pattern tells apart share one.
  private(set) var classes: [UInt8]
  /// How many byte values each class holds.
  private(set) var classSizes: [Int]
  /// The states; 0 is where nothing can match any more, 1 is the start.
  private(set) var states: [State] = []
  /// The next state for each state and class, a row a state.
  private(set) var transitions: [UInt16] = []

  private var places: [Place] = []
  private var modes: [RuleMode]
  private let comparisonLimit: Int
  private var comparisons = 0

  /// Builds the automaton of `definitions`; rules in mode `ignore` are left out.
  /// - Parameters:
  ///   - definitions: The rules; their places in this list are the numbers in `State`.
  ///   - treatingAllAsEnforced: Whether a match ends at the first complete rule, whatever the modes
  ///     say.
  /// - Throws: `tooMany` or `tooComplex`.
  init(
    _ definitions: [SignatureDefinition],
    treatingAllAsEnforced: Bool = false
  ) throws(SignatureFault) {
    guard definitions.count <= SignatureLimits.signatures else { throw .tooMany }
    comparisonLimit =
      definitions.count == 1 ? SignatureLimits.comparisonsOfOne : SignatureLimits.comparisons
    modes = definitions.map { treatingAllAsEnforced ? .enforce : $0.mode }
    classes = Array(repeating: 0, count: 256)
    classSizes = [256]
    var starts: [Int32] = []
    for (index, definition) in definitions.enumerated() where modes[index] != .ignore {
      guard definition.patterns.count <= SignatureLimits.patterns else { throw .tooMany }
      for pattern in definition.patterns {
        guard pattern.longest <= SignatureLimits.patternBytes else { throw .tooMany }
        starts.append(Int32(places.count))
        append(pattern, of: index)
        guard places.count <= SignatureLimits.places else { throw .tooMany }
      }
    }
    for place in places { refineClasses(by: place.bytes) }
    try build(from: starts)
  }

  /// The probability that uniformly random bytes reach an end.
  func chance() -> Double {
    var arriving = Array(repeating: 0.0, count: states.count)
    var chance = 0.0
    arriving[1] = 1
    for (index, state) in states.enumerated() where arriving[index] > 0 {
      guard state.enforced == nil, state.observed == nil else {
        chance += arriving[index]
        continue
      }
      guard let row = state.row else { continue }
      for (byteClass, size) in classSizes.enumerated() {
        let next = Int(transitions[row + byteClass])
        if next != 0 { arriving[next] += arriving[index] * Double(size) / 256 }
      }
    }
    return chance
  }

  private mutating func append(_ pattern: SignaturePattern, of index: Int) {
    for piece in pattern.pieces {
      for number in 0..<piece.maximum {
        let skippable = number >= piece.minimum
        places.append(Place(bytes: piece.bytes, skippable: skippable, signature: -1))
      }
    }
    places.append(Place(bytes: ByteSet(), skippable: false, signature: Int32(index)))
  }

  private mutating func refineClasses(by bytes: ByteSet) {
    var insideCounts = Array(repeating: 0, count: classSizes.count)
    for byte in UInt8.min...UInt8.max where bytes.contains(byte) {
      insideCounts[Int(classes[Int(byte)])] += 1
    }
    var renamed = Array(repeating: UInt8(0), count: classSizes.count)
    for (byteClass, inside) in insideCounts.enumerated() {
      renamed[byteClass] = UInt8(byteClass)
      guard inside > 0, inside < classSizes[byteClass] else { continue }
      renamed[byteClass] = UInt8(classSizes.count)
      classSizes[byteClass] -= inside
      classSizes.append(inside)
    }
    for byte in UInt8.min...UInt8.max where bytes.contains(byte) {
      classes[Int(byte)] = renamed[Int(classes[Int(byte)])]
    }
  }
}

// MARK: - Levels

extension SignatureAutomaton {
  private mutating func build(from starts: [Int32]) throws(SignatureFault) {
    states = [State(), State()]
    var level = [starts]
    var first = 1
    close(&level[0])
    note(level[0], in: first)
    while !level.isEmpty {
      let count = level.count
      try advance(&level, first: first)
      first += count
    }
  }

  /// Fills the rows of one level's states and puts the next level's states in their stead.
  private mutating func advance(
    _ level: inout [[Int32]],
    first: Int
  ) throws(SignatureFault) {
    var arrivals: [(places: [Int32], cell: Int)] = []
    var reached: [[Int32]] = []
    for (offset, current) in level.enumerated() where states[first + offset].enforced == nil {
      try reach(from: current, into: &reached)
      guard reached.contains(where: { !$0.isEmpty }) else { continue }
      let row = transitions.count
      states[first + offset].row = row
      transitions += Array(repeating: 0, count: classSizes.count)
      for (byteClass, places) in reached.enumerated() where !places.isEmpty {
        arrivals.append((places, row + byteClass))
      }
    }
    arrivals.sort { $0.places.lexicographicallyPrecedes($1.places) }
    level.removeAll()
    for arrival in arrivals {
      if level.last != arrival.places {
        guard states.count < SignatureLimits.states else { throw .tooComplex }
        level.append(arrival.places)
        states.append(State())
        note(arrival.places, in: states.count - 1)
      }
      transitions[arrival.cell] = UInt16(states.count - 1)
    }
  }

  /// Finds the places behind one more byte, for each class of bytes.
  private mutating func reach(
    from current: [Int32],
    into reached: inout [[Int32]]
  ) throws(SignatureFault) {
    reached = Array(repeating: [], count: classSizes.count)
    var members: [UInt8] = Array(repeating: 0, count: classSizes.count)
    for byte in UInt8.min...UInt8.max { members[Int(classes[Int(byte)])] = byte }
    comparisons += current.count * classSizes.count
    guard comparisons <= comparisonLimit else { throw .tooComplex }
    for place in current {
      let bytes = places[Int(place)].bytes
      for byteClass in 0..<classSizes.count where bytes.contains(members[byteClass]) {
        reached[byteClass].append(place + 1)
      }
    }
    for byteClass in 0..<reached.count where !reached[byteClass].isEmpty {
      close(&reached[byteClass])
    }
  }

  /// Adds every place that is reached without a byte; in rising order, once each.
  private func close(_ members: inout [Int32]) {
    var closed: [Int32] = []
    for start in members.sorted() {
      var place = start
      while closed.isEmpty || closed[closed.count - 1] < place {
        closed.append(place)
        guard places[Int(place)].skippable else { break }
        place += 1
      }
    }
    members = closed
  }

  private mutating func note(_ members: [Int32], in state: Int) {
    for member in members {
      let signature = Int(places[Int(member)].signature)
      guard signature >= 0 else { continue }
      // Places rise with the signatures, so the forms of one follow each other.
      if states[state].complete.last != signature { states[state].complete.append(signature) }
      if modes[signature] == .enforce {
        states[state].enforced = min(states[state].enforced ?? signature, signature)
      } else {
        states[state].observed = min(states[state].observed ?? signature, signature)
      }
    }
  }
}
