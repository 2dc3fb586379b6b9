import Testing
import Wire

@testable import Filter

private let second = Nanoseconds.perSecond

private func moment(_ seconds: Double) -> Instant {
  Instant(nanoseconds: UInt64((1_000 + seconds) * 1_000_000_000))
}

@Suite struct RuleBucketsTests {
  private func ask(
    _ buckets: inout RuleBuckets,
    _ program: borrowing RuleProgram,
    _ source: String,
    at seconds: Double
  ) -> RuleVerdict {
    let features = Features(source: address(source))
    let verdict = program.arrival(features)
    return buckets.settle(verdict, program, source: features.source, now: moment(seconds))
  }

  private func program(_ limits: (String, RuleMode)...) throws -> RuleProgram {
    var book = RuleBook()
    for (number, (text, mode)) in limits.enumerated() {
      book.rules.append(rule("limit-\(number)", .limit(try RuleLimit(text: text)), mode: mode))
    }
    return try RuleProgram(book)
  }

  @Test func aBurstPassesAndThenOneForEachPart() throws {
    let program = try program(("8/2m per /32", .enforce))
    var buckets = RuleBuckets(capacity: 64)
    for _ in 0..<8 {
      let verdict = ask(&buckets, program, "203.0.113.7", at: 0)
      #expect(verdict.decision == .pass)
      #expect(!verdict.awaitsBuckets)
    }
    let over = ask(&buckets, program, "203.0.113.7", at: 1)
    #expect(over.decision == .limit(.mimic, rule: 0))
    #expect(over.over == RuleMask(0))
    #expect(ask(&buckets, program, "203.0.113.8", at: 1).decision == .pass)
    #expect(ask(&buckets, program, "203.0.113.7", at: 14.9).decision != .pass)
    #expect(ask(&buckets, program, "203.0.113.7", at: 15.1).decision == .pass)
    #expect(ask(&buckets, program, "203.0.113.7", at: 15.2).decision != .pass)
    for _ in 0..<8 { #expect(ask(&buckets, program, "203.0.113.7", at: 500).decision == .pass) }
    #expect(ask(&buckets, program, "203.0.113.7", at: 500).decision != .pass)
  }

  @Test func neighboursShareTheBucketOfTheirNetwork() throws {
    let program = try program(("2/1h per /24 /48", .enforce))
    var buckets = RuleBuckets(capacity: 64)
    #expect(ask(&buckets, program, "203.0.113.1", at: 0).decision == .pass)
    #expect(ask(&buckets, program, "203.0.113.2", at: 0).decision == .pass)
    #expect(ask(&buckets, program, "203.0.113.3", at: 0).decision != .pass)
    #expect(ask(&buckets, program, "203.0.114.3", at: 0).decision == .pass)
    #expect(ask(&buckets, program, "2001:db8:1::1", at: 0).decision == .pass)
    #expect(ask(&buckets, program, "2001:db8:1:2::1", at: 0).decision == .pass)
    #expect(ask(&buckets, program, "2001:db8:1:3::1", at: 0).decision != .pass)
    #expect(ask(&buckets, program, "2001:db8:2::1", at: 0).decision == .pass)
  }

  @Test func anObservedLimitCountsAndLetsPass() throws {
    let program = try program(("1/1h per /32", .observe), ("2/1h per gate", .enforce))
    var buckets = RuleBuckets(capacity: 64)
    _ = ask(&buckets, program, "203.0.113.1", at: 0)
    let second = ask(&buckets, program, "203.0.113.1", at: 0)
    #expect(second.decision == .pass)
    #expect(second.watched == .limit(.mimic, rule: 0))
    let third = ask(&buckets, program, "203.0.113.2", at: 0)
    #expect(third.decision == .limit(.mimic, rule: 1))
    #expect(third.over == RuleMask(1))
  }

  @Test func aFloodDoesNotEmptyFullBucketsOrFreeEmptyOnes() throws {
    let program = try program(("3/1h per /32", .enforce), ("100000/1h per gate", .enforce))
    var buckets = RuleBuckets(capacity: 4_096)
    for _ in 0..<3 { _ = ask(&buckets, program, "203.0.113.1", at: 0) }
    #expect(ask(&buckets, program, "203.0.113.1", at: 0).decision != .pass)
    for number in 0..<50_000 {
      let source = "198.\(18 + number & 1).\(number >> 8 & 255).\(number & 255)"
      #expect(ask(&buckets, program, source, at: 1).decision == .pass)
    }
    #expect(ask(&buckets, program, "203.0.113.1", at: 2).decision != .pass)
  }

  @Test func aReloadKeepsTheBucketsOfRulesThatStay() throws {
    var book = RuleBook()
    book.rules = [rule("kept", .limit(try RuleLimit(text: "1/1h per /32")))]
    let before = try RuleProgram(book)
    book.rules.insert(rule("new", .limit(try RuleLimit(text: "1/1h per /32"))), at: 0)
    let after = try RuleProgram(book)
    var buckets = RuleBuckets(capacity: 64)
    #expect(ask(&buckets, before, "203.0.113.1", at: 0).decision == .pass)
    let verdict = ask(&buckets, after, "203.0.113.1", at: 0)
    #expect(verdict.decision == .limit(.mimic, rule: 1))
    #expect(verdict.over == RuleMask(1))
  }

  /// Against buckets that are counted in whole tokens, one after the other.
  @Test func agreesWithANaiveBucket() throws {
    let seed: UInt64 = 8_128
    var generator = SeededGenerator(seed: seed)
    for round in 0..<100 {
      let count = UInt64.random(in: 1...9, using: &generator)
      let period = count * UInt64.random(in: 1...20, using: &generator)
      let program = try program(("\(count)/\(period)s per /32", .enforce))
      var buckets = RuleBuckets(capacity: 16)
      let perToken = period / count * second
      var tokens = count
      var lastRefill: UInt64 = 1_000 * second
      var now = lastRefill
      for _ in 0..<200 {
        now += UInt64.random(in: 0...(perToken * 3 / 2), using: &generator)
        if tokens == count { lastRefill = now }
        while now - lastRefill >= perToken, tokens < count {
          tokens += 1
          lastRefill += perToken
        }
        if tokens == count { lastRefill = now }
        let features = Features(source: address("203.0.113.7"))
        let verdict = buckets.settle(
          program.arrival(features),
          program,
          source: features.source,
          now: Instant(nanoseconds: now)
        )
        #expect((verdict.decision == .pass) == (tokens > 0), "seed \(seed), round \(round)")
        if tokens > 0 { tokens -= 1 }
      }
    }
  }
}
