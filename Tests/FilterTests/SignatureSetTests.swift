import Filter
import Testing

@Suite struct SignatureSetTests {
  @Test func matchesOnlyWhenEveryByteIsThere() throws {
    let set = try SignatureSet([try definition("ssh", "\"SSH-2.0-\"", action: .drop)])
    let bytes = Array("SSH-2.0-OpenSSH_9.2".utf8)
    for count in 0..<8 { #expect(match(set, bytes.prefix(count)) == nil) }
    for count in 8...bytes.count {
      let hit = match(set, bytes.prefix(count))
      #expect(hit?.index == 0)
      #expect(hit?.action == .drop)
      #expect(hit?.mode == .enforce)
    }
  }

  @Test func anEmptySetMatchesNothing() throws {
    let set = try SignatureSet([])
    #expect(match(set, [1, 2, 3]) == nil)
    #expect(set.chance == 0)
  }

  @Test func anIgnoredRuleIsNeverAsked() throws {
    let set = try SignatureSet([try definition("ssh", "\"SSH-2.0-\"", mode: .ignore)])
    #expect(match(set, "SSH-2.0-x".utf8) == nil)
  }

  @Test func anObservedRuleNeverHidesAnEnforcedOne() throws {
    let set = try SignatureSet([
      try definition("short", "\"GET /\"", mode: .observe),
      try definition("long", "\"GET /admin\"", action: .close),
    ])
    #expect(match(set, "GET /index".utf8)?.index == 0)
    #expect(match(set, "GET /index".utf8)?.mode == .observe)
    #expect(match(set, "GET /adm".utf8)?.index == 0)
    #expect(match(set, "GET /admin".utf8)?.index == 1)
    #expect(match(set, "GET /admin".utf8)?.mode == .enforce)
  }

  @Test func theRuleCompleteFirstWinsAndThenTheOneListedFirst() throws {
    let set = try SignatureSet([
      try definition("long", "\"GET /admin\""),
      try definition("short", "\"GET /\""),
      try definition("same", "\"GET /\""),
    ])
    #expect(match(set, "GET /admin".utf8)?.index == 1)
  }

  @Test func aRuleTooLikelyIsRefused() throws {
    let likely = try definition("likely", "\"SSH\"")
    let fault = SignatureFault.tooLikely(index: 1, chance: 1 / 16_777_216)
    #expect(throws: fault) {
      _ = try SignatureSet([try definition("ssh", "\"SSH-\""), likely])
    }
  }

  @Test func tooManyStatesAreRefused() throws {
    let hostile = try definition(
      "hostile",
      "[00-7f]{0,120} 01 [00-7f]{0,60} 02 [00-7f]{0,60} 03 \"abcd\""
    )
    #expect(throws: SignatureFault.tooComplex) { _ = try SignatureSet([hostile]) }
  }

  @Test func aFullSetCompilesAndMatches() throws {
    let definitions = try (0..<SignatureLimits.signatures).map {
      try definition("rule-\($0)", "i\"GET \" [2f] any{4} \"\($0 + 1_000) HTTP/1.1\"")
    }
    let duration = try ContinuousClock().measure {
      let set = try SignatureSet(definitions)
      #expect(match(set, "get /abcd2023 HTTP/1.1".utf8)?.index == 1_023)
      print("A set of \(definitions.count) signatures takes \(set.byteCount) bytes.")
    }
    print("It compiles in \(duration).")
    #expect(throws: SignatureFault.tooMany) {
      _ = try SignatureSet(definitions + [try definition("more", "\"more\"")])
    }
  }

  @Test func agreesWithTheNaiveMatcher() throws {
    let seed: UInt64 = 20_261_122
    var generator = SeededGenerator(seed: seed)
    for round in 0..<400 {
      let definitions = Self.randomDefinitions(&generator)
      let set = try SignatureSet(definitions)
      for _ in 0..<60 {
        let bytes = Self.randomInput(&generator, like: definitions)
        let hit = match(set, bytes)
        let expected = NaiveMatcher.match(definitions, bytes)
        #expect(hit?.index == expected?.0, "seed \(seed), round \(round), \(bytes)")
        #expect(hit?.mode == expected?.1, "seed \(seed), round \(round), \(bytes)")
      }
    }
  }

  /// Rules over a small alphabet, so that they overlap; a tail makes them improbable enough.
  private static func randomDefinitions(
    _ generator: inout SeededGenerator
  ) -> [SignatureDefinition] {
    (0..<Int.random(in: 1...5, using: &generator)).map { number in
      let patterns = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
        let head = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
          randomPiece(&generator)
        }
        let tail = (0..<5).map { _ in
          SignaturePiece(ByteSet(UInt8.random(in: 97...98, using: &generator)))
        }
        return SignaturePattern(head + tail)
      }
      return SignatureDefinition(
        name: "rule-\(number)",
        patterns: patterns,
        action: .close,
        mode: [.enforce, .enforce, .observe, .ignore].randomElement(using: &generator) ?? .ignore
      )
    }
  }

  private static func randomPiece(_ generator: inout SeededGenerator) -> SignaturePiece {
    let sets = [ByteSet(97), ByteSet(98), ByteSet(97...98), ByteSet(97...99)]
    let set = sets.randomElement(using: &generator) ?? ByteSet(97)
    let minimum = Int.random(in: 0...1, using: &generator)
    let maximum = minimum + Int.random(in: 0...2, using: &generator)
    return SignaturePiece(set, minimum: minimum, maximum: maximum)
  }

  private static func randomInput(
    _ generator: inout SeededGenerator,
    like definitions: [SignatureDefinition]
  ) -> [UInt8] {
    let noise = (0..<Int.random(in: 0...14, using: &generator)).map { _ in
      UInt8.random(in: 97...98, using: &generator)
    }
    let pieces =
      definitions.randomElement(using: &generator)?.patterns.randomElement(using: &generator)?
      .pieces ?? []
    guard Bool.random(using: &generator) else { return noise }
    let sample = pieces.flatMap { piece in
      let fitting = (UInt8.min...UInt8.max).filter(piece.bytes.contains)
      return (0..<Int.random(in: piece.minimum...piece.maximum, using: &generator)).map { _ in
        fitting.randomElement(using: &generator) ?? 0
      }
    }
    return sample + noise.prefix(3)
  }
}
