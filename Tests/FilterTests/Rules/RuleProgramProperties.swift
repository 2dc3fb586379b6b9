import Testing
import Wire

@testable import Filter

/// Books and connections drawn at random from a small space, so that much of it meets.
struct RuleWorld {
  var generator: SeededGenerator

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &generator)
  }
  mutating func isDrawn(_ oneOf: Int) -> Bool { number(1...oneOf) == 1 }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[number(0...(elements.count - 1))]
  }

  mutating func book() -> RuleBook {
    var book = RuleBook()
    book.lists = (0..<number(0...3)).map { index in
      NamedPrefixes(name: "list-\(index)", prefixes: (0..<number(0...12)).map { _ in network() })
    }
    let names = book.lists.map(\.name)
    for index in 0..<number(1...40) { book.rules.append(rule("rule-\(index)", lists: names)) }
    if !isDrawn(4) { book.score.refuseFrom = Int32(number(1...8_000)) }
    book.score.mode = pick([.ignore, .observe, .enforce, .enforce])
    book.score.action = pick(RuleAction.allCases)
    return book
  }

  private mutating func rule(_ name: String, lists: [String]) -> RuleDefinition {
    var conditions = RuleConditions()
    for feature in Feature.allCases where isDrawn(8) {
      let ranges = (0..<number(1...3)).map { _ in
        let low = isDrawn(6) ? UInt32(number(120...300)) : UInt32(number(0...6))
        return FeatureRange(low, isDrawn(3) ? .max : low + UInt32(number(0...3)))
      }
      conditions.numbers.append(FeatureCondition(feature, ranges))
    }
    if isDrawn(3) {
      conditions.source = SourceCondition(
        lists: lists.filter { _ in isDrawn(2) },
        prefixes: (0..<number(0...3)).map { _ in network() }
      )
    }
    if isDrawn(4) {
      conditions.syn = SynCondition(
        classes: SynClass.allCases.filter { _ in isDrawn(4) },
        patterns: isDrawn(2) ? [form().pattern] : []
      )
    }
    if isDrawn(4) { conditions.beginnings = (0..<number(1...3)).map { _ in beginning() } }
    if isDrawn(8) { conditions.contents = [content()] }
    let effects: [RuleEffect] = [
      .weight(Int32(number(-2_000...4_000))), .weight(0), .act(pick(RuleAction.allCases)),
      .limit(RuleLimit(count: 3, periodNanoseconds: 1_000, scope: .gate)),
    ]
    let isAct = isDrawn(3)
    let modes: [RuleMode] = [.ignore, .observe, .enforce, .enforce]
    return RuleDefinition(
      name: name,
      // An enforced rule on bytes alone would have to be improbable.
      mode: conditions.asksForBytesAlone ? .observe : pick(modes),
      conditions: conditions,
      effect: isAct ? pick(effects) : effects[number(0...1)]
    )
  }

  mutating func network() -> SourcePrefix {
    let address = source()
    return SourcePrefix(address, length: UInt8(number(0...(address.isIPv4 ? 32 : 128))))
  }

  mutating func source() -> SourceAddress {
    if isDrawn(12) { return SourceAddress(ipv4: 0x0a00_0001) }
    let bits = UInt64(number(0...255))
    guard isDrawn(3) else { return SourceAddress(ipv4: 0xcb00_7100 | UInt32(bits)) }
    return SourceAddress(high: 0x2001_0db8_0000_0000 | bits >> 4, low: bits & 15)
  }

  private mutating func beginning() -> SignaturePattern {
    SignaturePattern(
      (0..<number(1...4)).map { _ in
        SignaturePiece(byteSet(), minimum: number(0...1), maximum: number(1...2))
      }
    )
  }

  private mutating func content() -> SignaturePattern {
    SignaturePattern((0..<number(4...6)).map { _ in SignaturePiece(byteSet()) })
  }

  private mutating func byteSet() -> ByteSet {
    var set = ByteSet(UInt8(97 + number(0...1)))
    if isDrawn(3) { set.insert(98) }
    return set
  }

  mutating func form() -> SynFingerprint { pick([.linux, .masscan]) }

  mutating func bytes() -> [UInt8] {
    let count = isDrawn(10) ? number(200...400) : number(0...24)
    return (0..<count).map { _ in UInt8(97 + number(0...1)) }
  }

  mutating func features() -> Features {
    var features = Features(source: source())
    features.isOwn = isDrawn(20)
    if isDrawn(2) { features.syn = form() }
    for feature in Feature.allCases where !isDrawn(4) {
      features[feature] = isDrawn(30) ? .max : UInt32(number(isDrawn(6) ? 120...300 : 0...9))
    }
    if features.isAllowed == true, !isDrawn(4) { features.isAllowed = false }
    return features
  }
}

extension SynFingerprint {
  /// The signature that this fingerprint has, with the segment size open.
  var pattern: SynPattern {
    (try? SynPattern(text: signature)) ?? SynPattern()
  }
}

@Suite struct RuleProgramProperties {
  @Test(arguments: [UInt64(1), 20_261_122, 0xfeed, 77_777])
  func agreesWithTheNaiveInterpreter(seed: UInt64) throws {
    var world = RuleWorld(seed: seed)
    var matches = 0
    var decisions = Set<String>()
    for round in 0..<150 {
      let book = world.book()
      let program = try RuleProgram(book)
      let naive = NaiveRules(book: book)
      for _ in 0..<60 {
        let features = world.features()
        let bytes = world.bytes()
        let arrival = program.arrival(features)
        let place: Comment = "seed \(seed), round \(round), \(features), \(bytes)"
        #expect(arrival == naive.verdict(features, nil), place)
        let flight = program.firstFlight(features, bytes.span)
        #expect(flight == naive.verdict(features, bytes), place)
        matches += flight.matched.count
        decisions.insert("\(flight.decision)".prefix(5).description)
      }
    }
    print("Seed \(seed): \(matches) rules matched.")
    #expect(matches > 10_000)
    #expect(decisions.count == 3, "\(decisions)")
  }

  @Test func askingTwiceGivesTheSame() throws {
    var world = RuleWorld(seed: 4)
    let program = try RuleProgram(world.book())
    for _ in 0..<200 {
      let features = world.features()
      let bytes = world.bytes()
      #expect(
        program.firstFlight(features, bytes.span) == program.firstFlight(features, bytes.span)
      )
    }
  }
}
