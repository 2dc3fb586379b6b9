import Testing
import Wire

@testable import Filter

/// The bucket as it is described, in whole numbers that are finer than a nanosecond: a bucket owes
/// time, each token a second divided by the rate, and never more than all of its tokens.
private struct NaiveBucket {
  /// Parts of a nanosecond; no rate used here needs finer ones to stay exact within a test.
  static let scale: Int128 = 1_000_000
  /// The moment at which nothing is owed, in those parts.
  var settled: Int128 = 0

  /// How far the bucket is from a token: a token is there when this is not positive.
  func shortage(_ limit: RateLimit, _ now: UInt64) -> Int128 {
    let owed = max(settled - Int128(now) * Self.scale, 0)
    let most = Int128(limit.burst - 1) * perToken(limit)
    return owed - most
  }

  /// Forgives what a bucket of this limit can't owe; whether there was anything to forgive.
  mutating func forgive(_ limit: RateLimit, _ now: UInt64) -> Bool {
    let empty = Int128(now) * Self.scale + Int128(limit.burst) * perToken(limit)
    guard settled > empty else { return false }
    settled = empty
    return true
  }

  mutating func take(_ limit: RateLimit, _ now: UInt64) {
    settled = max(settled, Int128(now) * Self.scale) + perToken(limit)
  }

  mutating func putBack(_ limit: RateLimit) {
    settled = max(settled - perToken(limit), 0)
  }

  private func perToken(_ limit: RateLimit) -> Int128 {
    Self.scale * Int128(limit.periodNanoseconds) / Int128(limit.tokens)
  }
}

@Suite struct TokenBucketTests {
  private static func limit(_ generator: inout SeededGenerator) -> RateLimit {
    let rates: [UInt32] = [1, 2, 3, 7, 10, 20, 199, 1_000, 50_000, 999_983]
    return RateLimit(
      tokens: rates.randomElement(using: &generator) ?? 1,
      periodNanoseconds: Bool.random(using: &generator) ? 1_000_000_000 : 60_000_000_000,
      burst: UInt32.random(in: 1...40, using: &generator)
    )
  }

  @Test(arguments: UInt64(1)...8)
  func agreesWithTheNaiveBucket(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var limit = Self.limit(&generator)
    var now = UInt64.random(in: 0...1 << 40, using: &generator)
    var bucket = TokenBucket()
    var naive = NaiveBucket()
    // What the two may differ by: less than a nanosecond a token since the bucket was last full.
    var slack: Int128 = 0
    var decided = 0
    for step in 0..<20_000 {
      switch Int.random(in: 0..<100, using: &generator) {
      case 0: limit = Self.limit(&generator)
      case 1: now -= min(now, UInt64.random(in: 0...5_000_000_000, using: &generator))
      case 2: now += UInt64.random(in: 0...20_000_000_000, using: &generator)
      case 3:
        bucket.putBack(limit)
        naive.putBack(limit)
        slack += NaiveBucket.scale
      case 4..<60:
        let perToken = limit.periodNanoseconds / UInt64(limit.tokens)
        now += UInt64.random(in: 0...perToken, using: &generator)
      default: break
      }
      if naive.settled + slack <= Int128(now) * NaiveBucket.scale { slack = 0 }
      // Either may forgive where the other, less than the slack away, does not yet: then a token's
      // rounding a burst is added.
      if naive.forgive(limit, now) { slack += Int128(limit.burst) * NaiveBucket.scale }
      let shortage = naive.shortage(limit, now)
      let moment = Instant(nanoseconds: now)
      let hasToken = bucket.hasToken(limit, now: moment)
      let took = bucket.take(limit, now: moment)
      #expect(took == hasToken, "seed \(seed), step \(step)")
      if shortage.magnitude > slack.magnitude {
        #expect(took == (shortage <= 0), "seed \(seed), step \(step), short by \(shortage)")
        guard took == (shortage <= 0) else { return }
        decided += 1
      }
      guard took else { continue }
      naive.take(limit, now)
      slack += NaiveBucket.scale
    }
    #expect(decided > 15_000, "seed \(seed)")
  }

  @Test func aFullBucketHoldsItsBurstAndNoMore() {
    let limit = RateLimit(perSecond: 10, burst: 64)
    var bucket = TokenBucket()
    let now = Instant(nanoseconds: 77)
    let taken = (0..<200).count { _ in bucket.take(limit, now: now) }
    #expect(taken == 64)
    let later = now.advanced(byNanoseconds: 300 * Nanoseconds.perMillisecond)
    let more = (0..<200).count { _ in bucket.take(limit, now: later) }
    #expect(more == 3)
  }

  @Test func aTokenComesBackToTheNanosecond() {
    let limit = RateLimit(perSecond: 4, burst: 1)
    var bucket = TokenBucket()
    let start = Instant(nanoseconds: 1_000)
    let first = bucket.take(limit, now: start)
    let early = bucket.take(limit, now: start.advanced(byNanoseconds: 249_999_999))
    let due = bucket.take(limit, now: start.advanced(byNanoseconds: 250_000_000))
    #expect(first)
    #expect(!early)
    #expect(due)
  }

  @Test func aClockThatStepsBackRefillsNothing() {
    let limit = RateLimit(perSecond: 1, burst: 3)
    let start = Instant(nanoseconds: 100 * Nanoseconds.perSecond)
    for second in 0..<100 as Range<UInt64> {
      var bucket = TokenBucket()
      let taken = (0..<3).count { _ in bucket.take(limit, now: start) }
      #expect(taken == 3)
      let moment = Instant(nanoseconds: second * Nanoseconds.perSecond)
      let hasToken = bucket.hasToken(limit, now: moment)
      #expect(!hasToken, "\(second)")
      let early = bucket.hasToken(limit, now: moment.advanced(byNanoseconds: 999_999_999))
      #expect(!early, "\(second)")
    }
  }

  @Test func aWiderLimitTakesEffectAtOnce() {
    let narrow = RateLimit(perMinute: 1, burst: 10)
    let wide = RateLimit(perSecond: 100, burst: 20)
    let now = Instant(nanoseconds: 1_000 * Nanoseconds.perSecond)
    var bucket = TokenBucket()
    let taken = (0..<50).count { _ in bucket.take(narrow, now: now) }
    #expect(taken == 10)
    // It owes ten minutes under the old limit. Under the new one it is empty, no more.
    let atOnce = bucket.take(wide, now: now)
    #expect(!atOnce)
    let soon = now.advanced(byNanoseconds: 50 * Nanoseconds.perMillisecond)
    let refilled = (0..<50).count { _ in bucket.take(wide, now: soon) }
    #expect(refilled == 5)
    // And the other way round nothing is given away.
    let narrowed = bucket.hasToken(narrow, now: soon)
    #expect(narrowed, "an empty bucket of the wide limit owes less than the narrow one holds")
  }

  @Test func slowRatesAreSharedExactly() {
    let whole = RateLimit(perMinute: 10, burst: 10)
    for shards in [1, 2, 3, 7, 10] as [UInt32] {
      let share = whole.share(of: shards)
      var passed = 0
      for _ in 0..<shards {
        var bucket = TokenBucket()
        var now = Instant(nanoseconds: 0)
        for _ in 0..<600 {
          now = now.advanced(byNanoseconds: Nanoseconds.perSecond)
          while bucket.take(share, now: now) { passed += 1 }
        }
      }
      // Ten minutes: a hundred and the bursts, less the tokens that are on their way.
      #expect(passed <= 110, "\(shards) shards")
      #expect(passed >= 100 - Int(shards), "\(shards) shards")
    }
  }

  @Test func puttingBackFillsAtMost() {
    let limit = RateLimit(perSecond: 1, burst: 5)
    var bucket = TokenBucket()
    let now = Instant(nanoseconds: 1_000 * Nanoseconds.perSecond)
    for _ in 0..<2_000 { bucket.putBack(limit) }
    let taken = (0..<50).count { _ in bucket.take(limit, now: now) }
    #expect(taken == 5)
    bucket.putBack(limit)
    let again = (0..<50).count { _ in bucket.take(limit, now: now) }
    #expect(again == 1)
  }

  @Test func theLargestLimitsAndTheLastMomentDoNotTrap() {
    let limits = [
      RateLimit(perSecond: .max, burst: .max), RateLimit(perSecond: 1, burst: .max),
      RateLimit(perSecond: .max, burst: 1),
    ]
    for limit in limits {
      var bucket = TokenBucket()
      for moment in [0, 1, UInt64.max / 2, .max - 1, .max] {
        _ = bucket.take(limit, now: Instant(nanoseconds: moment))
        _ = bucket.hasToken(limit, now: Instant(nanoseconds: moment))
        bucket.putBack(limit)
      }
    }
  }

  @Test func aLimitOfNothingIsOurMistake() async {
    await #expect(processExitsWith: .failure) { _ = RateLimit(perSecond: 0, burst: 1) }
    await #expect(processExitsWith: .failure) { _ = RateLimit(perSecond: 1, burst: 0) }
    await #expect(processExitsWith: .failure) {
      _ = RateLimit(tokens: 1, periodNanoseconds: 0, burst: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = RateLimit(perSecond: 1, burst: 1).share(of: 0)
    }
  }
}
