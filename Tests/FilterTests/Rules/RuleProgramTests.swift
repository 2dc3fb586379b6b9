import Testing
import Wire

@testable import Filter

@Suite struct RuleProgramTests {
  private func stranger(_ fill: (inout Features) -> Void = { _ in }) -> Features {
    var features = Features(source: address("203.0.113.7"))
    fill(&features)
    return features
  }

  @Test func allConditionsMustHoldAndOfAListOne() throws {
    let rules = book(
      try rule("a", .act(.mimic)) {
        $0.syn = SynCondition(classes: [.masscan, .zmap])
        $0.numbers = [
          FeatureCondition(.standing, [FeatureRange(1, 1), FeatureRange(2, 2)]),
          try range("> 3", .failures),
        ]
      }
    )
    let program = try RuleProgram(rules)
    var features = stranger()
    #expect(program.arrival(features).decision == .pass)
    features.learn(syn: .masscan)
    features.standing = .crowded
    features[.failures] = 4
    #expect(program.arrival(features).decision == .act(.mimic, rule: 0))
    #expect(features[.hops] == 11)
    features[.failures] = 3
    #expect(program.arrival(features).decision == .pass)
    features[.failures] = nil
    #expect(program.arrival(features).decision == .pass, "what is unknown meets nothing")
    features[.failures] = 4
    features.standing = .failing
    #expect(program.arrival(features).decision == .pass)
    features.standing = .fresh
    features.learn(syn: .linux)
    #expect(program.arrival(features).decision == .pass)
  }

  @Test func anObservedRuleIsReportedAndNotObeyed() throws {
    let rules = book(
      rule("watch", .act(.close), mode: .observe),
      rule("off", .act(.drop), mode: .ignore),
      rule("act", .act(.mimic))
    )
    let verdict = try RuleProgram(rules).arrival(stranger())
    #expect(Array(verdict.matched) == [0, 2])
    #expect(verdict.decision == .act(.mimic, rule: 2))
    #expect(verdict.watched == .act(.close, rule: 0))
  }

  @Test func weightsAddUpAndOnlyEnforcedOnesRefuse() throws {
    var rules = book(
      rule("a", .weight(4_000)),
      rule("b", .weight(-1_500)),
      rule("c", .weight(8_000)),
      rule("d", .weight(0), mode: .observe),
      rule("e", .weight(100), mode: .observe)
    )
    rules.score.refuseFrom = 10_500
    rules.score.mode = .enforce
    let verdict = try RuleProgram(rules).arrival(stranger())
    #expect(verdict.score == RuleScore(enforced: 10_500, all: 10_600))
    #expect(verdict.decision == .score(.mimic))
    #expect(Array(verdict.matched) == [0, 1, 2, 3, 4])
    rules.rules[2].mode = .observe
    let watched = try RuleProgram(rules).arrival(stranger())
    #expect(watched.decision == .pass)
    #expect(watched.watched == .score(.mimic))
    rules.rules[2].mode = .enforce
    rules.score.mode = .observe
    #expect(try RuleProgram(rules).arrival(stranger()).decision == .pass)
    rules.score.mode = .ignore
    #expect(try RuleProgram(rules).arrival(stranger()).watched == .pass)
    rules.score = ScoreSettings()
    #expect(try RuleProgram(rules).arrival(stranger()).watched == .pass)
  }

  @Test(arguments: [
    "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.7.7", "127.0.0.1", "169.254.1.1",
    "100.64.0.1", "100.127.255.255", "::1", "fe80::1", "febf::1", "fc00::1", "fdff::1",
  ])
  func privateRangesAreNeverRefused(text: String) throws {
    let program = try RuleProgram(book(rule("all", .act(.close)), rule("more", .weight(1))))
    let verdict = program.arrival(Features(source: address(text)))
    #expect(verdict.decision == .pass)
    #expect(verdict.watched == .pass)
    #expect(verdict.exemption == .privateRange)
    #expect(verdict.matched.count == 2)
  }

  @Test(arguments: [
    "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
    "100.63.255.255", "100.128.0.0", "169.253.0.1", "169.255.0.1", "fec0::1", "fbff::1", "fe00::1",
    "::2", "2001:db8::1",
  ])
  func theirNeighboursAreNotPrivate(text: String) throws {
    let program = try RuleProgram(book(rule("all", .act(.close))))
    #expect(program.arrival(Features(source: address(text))).decision == .act(.close, rule: 0))
  }

  @Test func whoIsKnownAllowedOrOwnIsNeverRefused() throws {
    var rules = book(
      rule("all", .act(.close)),
      rule("weight", .weight(90_000)),
      rule("limit", .limit(try RuleLimit(text: "1/1h per gate")))
    )
    rules.score.refuseFrom = 1
    rules.score.mode = .enforce
    let program = try RuleProgram(rules)
    var buckets = RuleBuckets(capacity: 16)
    let exempt: [(RuleExemption, (inout Features) -> Void)] = [
      (.known, { $0.standing = .known }), (.allowed, { $0.isAllowed = true }),
      (.own, { $0.isOwn = true }),
    ]
    for (exemption, fill) in exempt {
      let features = stranger(fill)
      for verdict in [program.arrival(features), program.firstFlight(features, [1, 2].span)] {
        #expect(verdict.exemption == exemption)
        #expect(!verdict.awaitsBuckets)
        for _ in 0..<3 {
          let moment = Instant(nanoseconds: 1)
          let settled = buckets.settle(verdict, program, source: features.source, now: moment)
          #expect(settled.decision == .pass)
        }
      }
    }
    #expect(program.arrival(stranger { $0.isAllowed = false }).decision.action == .close)
  }

  @Test func aLimitIsAskedOnceInItsPhase() throws {
    let early = rule("early", .limit(try RuleLimit(text: "1/1h per gate")))
    let late = try rule("late", .limit(try RuleLimit(text: "1/1h per gate"))) {
      $0.numbers = [try range("> 0", .flightLength)]
    }
    let program = try RuleProgram(book(early, late))
    var features = stranger()
    var buckets = RuleBuckets(capacity: 16)
    let now = Instant(nanoseconds: 5)
    for round in 0..<2 {
      let arrival = program.arrival(features)
      #expect(arrival.awaitsBuckets)
      let settled = buckets.settle(arrival, program, source: features.source, now: now)
      #expect(settled.over == (round == 0 ? RuleMask() : RuleMask(0)))
      features.learn(flight: [1, 2, 3].span)
      let flight = program.firstFlight(features, [1, 2, 3].span)
      #expect(Array(flight.matched) == [0, 1])
      let after = buckets.settle(flight, program, source: features.source, now: now)
      #expect(after.over == (round == 0 ? RuleMask() : RuleMask(1)))
    }
  }

  @Test func bytesAreAskedFromTheFrontAndAnywhere() throws {
    let rules = book(
      try rule("front", .act(.close)) { $0.beginnings = [try pattern("\"SSH-\"")] },
      try rule("either", .weight(1_000)) {
        $0.beginnings = [try pattern("\"GET \""), try pattern("any{2} \"mining\"")]
      },
      try rule("inside", .weight(1_000)) {
        $0.contents = [try pattern("\"mining.\""), try pattern("i\"stratum\"")]
      }
    )
    let program = try RuleProgram(rules)
    func matched(_ text: String) -> [Int] {
      Array(program.firstFlight(stranger(), Array(text.utf8).span).matched)
    }
    #expect(matched("SSH-2.0") == [0])
    #expect(matched("SSH") == [])
    #expect(matched("xSSH-") == [])
    #expect(matched("GET /mining.subscribe") == [1, 2])
    #expect(matched("{\"mining.x") == [1, 2])
    #expect(matched("xSTRATum") == [2])
    #expect(matched(String(repeating: "x", count: 249) + "mining.") == [2])
    #expect(matched(String(repeating: "x", count: 250) + "mining.") == [])
    for lead in 0..<20 {
      let expected = lead == 2 ? [1, 2] : [2]
      #expect(matched(String(repeating: "m", count: lead) + "mining.") == expected, "\(lead)")
    }
    #expect(Array(program.arrival(stranger()).matched) == [])
  }

  @Test func aFlightIsLearnedByLengthAndPrintableShare() {
    var features = stranger()
    features.learn(flight: Array("GET / HTTP/1.1\r\n".utf8).span)
    #expect(features[.flightLength] == 16)
    #expect(features[.printable] == 100)
    features.learn(flight: ([0, 1, 2] + Array("a".utf8)).span)
    #expect(features[.printable] == 25)
    features.learn(flight: ([UInt8]()).span)
    #expect(features[.flightLength] == 0)
    #expect(features[.printable] == nil)
    features.learn(flight: Array(repeating: 0x7f, count: 1_000).span)
    #expect(features[.printable] == 0)
    #expect(features[.flightLength] == 1_000)
  }

  @Test func booksBeyondTheBoundsAreRefused() throws {
    func fault(_ book: RuleBook) -> RuleProgramFault? {
      do throws(RuleProgramFault) {
        _ = try RuleProgram(book)
        return nil
      } catch { return error }
    }
    var many = RuleBook()
    many.rules = (0...RuleLimits.rules).map { rule("r\($0)", .weight(1)) }
    #expect(fault(many) == .tooMany(rule: 256))
    many.rules.removeLast()
    #expect(fault(many) == nil)
    #expect(fault(book(rule("a", .weight(RuleLimits.weight + 1)))) == .tooMany(rule: 0))
    let listless = rule("a", .weight(1)) { $0.source = SourceCondition(lists: ["x"]) }
    #expect(fault(book(listless)) == .unknownList(rule: 0, name: "x"))
    let likely = try rule("a", .act(.mimic)) { $0.beginnings = [try pattern("\"SSH\"")] }
    #expect(fault(book(likely)) == .tooLikely(rule: 0, chance: 1 / 16_777_216))
    var watched = likely
    watched.mode = .observe
    #expect(fault(book(watched)) == nil)
    let pieces: [(String, ContentFault)] = [
      ("\"abc\"", .tooShort), ("\"abc\" any{0,2} \"d\"", .variable), ("any{5}", .tooOpen),
      ("\"abcd\" any{61}", .tooLong),
    ]
    for (text, problem) in pieces {
      let piece = try rule("a", .weight(1)) { $0.contents = [try pattern(text)] }
      #expect(fault(book(piece)) == .unusableContent(rule: 0, problem), "\(text)")
    }
    let hostile = try rule("a", .weight(1)) {
      $0.beginnings = [try pattern("[00-7f]{0,120} 01 [00-7f]{0,60} 02 [00-7f]{0,60} 03 \"abcd\"")]
    }
    #expect(fault(book(hostile)) == .tooComplex)
  }

  @Test func aMaskIsASetOfNumbers() {
    var mask = RuleMask()
    #expect(mask.isEmpty && mask.first == nil && !mask.contains(0) && !mask.contains(-1))
    let numbers = [0, 1, 63, 64, 127, 128, 191, 192, 255]
    for number in numbers.reversed() { mask.insert(number) }
    #expect(Array(mask) == numbers)
    #expect(mask.count == numbers.count)
    #expect(!mask.contains(256) && mask.contains(255))
    #expect((mask & ~mask).isEmpty)
    #expect((mask | ~mask).count == 256)
    #expect(mask.popFirst() == 0)
    #expect(mask.first == 1)
  }
}
