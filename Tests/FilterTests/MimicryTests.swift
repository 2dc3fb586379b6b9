import Testing
import Wire

@testable import Filter

/// How refused connections end: the distributions of each known manner.
@Suite struct MimicryTests {
  private static let start = Instant(nanoseconds: 50_000 * Nanoseconds.perSecond)
  private static let seconds = Nanoseconds.perSecond
  /// Reasons that come with the stranger's bytes, after a look at a whole first flight.
  private static let garbage: [Reason] = [
    .unauthenticated, .signature, .proofBudget, .oversized, .otherNetwork, .otherVersion,
    .message3OutOfBounds, .replayed, .weakKey, .hybridUnpublished, .earlyBytes,
  ]

  private static func mimicry(_ kind: RouterKind, _ version: UInt32, seed: UInt64) -> Mimicry {
    Mimicry(kind: kind, version: version, seed: seed, now: start)
  }

  /// The bytes after which plans for `reason` end, from many draws.
  private static func draws(
    _ kind: RouterKind,
    _ version: UInt32,
    _ reason: Reason,
    seed: UInt64
  ) -> [Int] {
    var mimicry = mimicry(kind, version, seed: seed)
    return (0..<40_000).map { _ in mimicry.plan(reason, accepted: start, now: start).totalBytes }
  }

  /// Whether draws fill `range` evenly: each value is drawn, and none much more often than its
  /// share (six standard deviations).
  private static func expectEven(_ draws: [Int], in range: ClosedRange<Int>, _ what: String) {
    var counts = [Int](repeating: 0, count: range.count)
    for draw in draws {
      guard range.contains(draw) else {
        Issue.record("\(what): \(draw) is not in \(range)")
        return
      }
      counts[draw - range.lowerBound] += 1
    }
    let share = Double(draws.count) / Double(range.count)
    let tolerance = 6 * share.squareRoot()
    for (index, count) in counts.enumerated() {
      let difference = abs(Double(count) - share)
      #expect(difference < tolerance, "\(what): \(range.lowerBound + index) came \(count) times")
    }
  }

  @Test func generationsOfI2PDAreToldApartByVersion() {
    #expect(RouterManner(kind: .i2pd, version: 957) == .i2pdPrompt)
    #expect(RouterManner(kind: .i2pd, version: 965) == .i2pdPrompt)
    #expect(RouterManner(kind: .i2pd, version: 966) == .i2pdReadsOn)
    #expect(RouterManner(kind: .i2pd, version: 10_000) == .i2pdReadsOn)
    #expect(RouterManner(kind: .java, version: 1) == .java)
    #expect(RouterManner(kind: .java, version: 966) == .java)
  }

  @Test func anOlderI2PDClosesAtTheSixtyFourthByte() {
    for reason in Self.garbage + [.paddingTooLong] {
      #expect(Set(Self.draws(.i2pd, 957, reason, seed: 1)) == [64], "\(reason)")
    }
  }

  @Test func aNewerI2PDReadsUpTo286BytesMore() {
    for (seed, reason) in Self.garbage.enumerated() {
      let draws = Self.draws(.i2pd, 966, reason, seed: UInt64(seed))
      Self.expectEven(draws, in: 64...350, "seed \(seed), \(reason)")
    }
    #expect(Set(Self.draws(.i2pd, 966, .paddingTooLong, seed: 1)) == [64])
  }

  @Test func javaReadsUpTo127BytesMoreAfterAFailedTagOnly() {
    for (seed, reason) in [Reason.unauthenticated, .signature, .proofBudget].enumerated() {
      let draws = Self.draws(.java, 966, reason, seed: UInt64(seed))
      Self.expectEven(draws, in: 64...191, "seed \(seed), \(reason)")
    }
    let immediate: [Reason] = [
      .hybridUnpublished, .weakKey, .otherVersion, .otherNetwork, .message3OutOfBounds, .replayed,
      .earlyBytes,
    ]
    for reason in immediate {
      #expect(Set(Self.draws(.java, 966, reason, seed: 1)) == [64], "\(reason)")
    }
  }

  @Test func aPeerThatIsOnlyUnluckyIsNeverEndedByItsBytes() {
    for kind in RouterKind.allCases {
      for reason in [Reason.routerBusy, .routerDown, .clockSkew] {
        let fewest = Self.draws(kind, 966, reason, seed: 1).min() ?? 0
        #expect(fewest > 1 << 20, "\(kind), \(reason)")
      }
    }
  }

  @Test func javaHangsOnPaddingThatItCannotHold() {
    let fewest = Self.draws(.java, 966, .paddingTooLong, seed: 1).min() ?? 0
    #expect(fewest > 1 << 20)
  }

  @Test func onlyJavaReadsWhatLiesThereBeforeItCloses() {
    for (kind, version, expected) in [
      (RouterKind.java, UInt32(966), true), (.i2pd, 957, false), (.i2pd, 966, false),
    ] {
      var mimicry = Self.mimicry(kind, version, seed: 1)
      let plan = mimicry.plan(.unauthenticated, accepted: Self.start, now: Self.start)
      #expect(plan.drainsBeforeClose == expected, "\(kind) \(version)")
    }
  }

  @Test func javaEndsWithinItsSevenTenthsOfASecond() {
    var mimicry = Self.mimicry(.java, 966, seed: 4)
    var ages: [UInt64] = []
    for step in 0..<20_000 as Range<UInt64> {
      let accepted = Self.start.advanced(byNanoseconds: step * 7_000_000)
      let end = mimicry.endWithoutFlight(accepted: accepted, now: accepted)
      ages.append(end.nanoseconds(since: accepted))
    }
    let range = 10_200 * Nanoseconds.perMillisecond..<10_900 * Nanoseconds.perMillisecond
    #expect(ages.allSatisfy(range.contains))
    let tenths = ages.map { ($0 - range.lowerBound) / (100 * Nanoseconds.perMillisecond) }
    for tenth in 0..<7 as Range<UInt64> {
      #expect((2_500...3_200).contains(tenths.count { $0 == tenth }), "tenth \(tenth)")
    }
  }

  @Test func theSameSeedDrawsTheSameAndAnotherAnother() {
    let one = Self.draws(.i2pd, 966, .unauthenticated, seed: 5)
    #expect(one == Self.draws(.i2pd, 966, .unauthenticated, seed: 5))
    #expect(one != Self.draws(.i2pd, 966, .unauthenticated, seed: 6))
  }
}

/// i2pd's sweep: one schedule for all strangers.
@Suite struct SweepTests {
  private static let seconds = Nanoseconds.perSecond
  private static let start = Instant(nanoseconds: 90_000 * seconds)

  private static func later(_ nanoseconds: UInt64) -> Instant {
    start.advanced(byNanoseconds: nanoseconds)
  }

  @Test(arguments: UInt64(1)...20)
  func everyStrangerIsEndedTenToFortyTwoSecondsAfterItCame(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var mimicry = Mimicry(kind: .i2pd, version: 966, seed: seed, now: Self.start)
    var now = Self.start
    for step in 0..<3_000 {
      let pause = step % 500 == 0 ? 300 * Self.seconds : Self.seconds
      now = now.advanced(byNanoseconds: UInt64.random(in: 0...pause, using: &generator))
      let end = mimicry.endWithoutFlight(accepted: now, now: now)
      let age = end.nanoseconds(since: now)
      let isGood = age >= 10 * Self.seconds && age <= 42 * Self.seconds
      #expect(isGood, "seed \(seed), step \(step): \(age) ns")
    }
  }

  @Test(arguments: UInt64(1)...20)
  func allEndAtSweepsThatAreTwentyEightToThirtyTwoSecondsApart(seed: UInt64) {
    var mimicry = Mimicry(kind: .i2pd, version: 957, seed: seed, now: Self.start)
    var ends: Set<UInt64> = []
    for step in 0..<6_000 as Range<UInt64> {
      let now = Self.later(step * 100 * Nanoseconds.perMillisecond)
      ends.insert(mimicry.endWithoutFlight(accepted: now, now: now).nanoseconds)
    }
    let sweeps = ends.sorted()
    #expect((18...24).contains(sweeps.count), "seed \(seed): \(sweeps.count) in ten minutes")
    var gaps: Set<UInt64> = []
    for (sweep, next) in zip(sweeps, sweeps.dropFirst()) {
      gaps.insert(next - sweep)
      #expect((next - sweep) % Self.seconds == 0, "seed \(seed)")
    }
    let possible = Set((28...32).map { UInt64($0) * Self.seconds })
    #expect(gaps.isSubset(of: possible), "seed \(seed): \(gaps)")
    #expect(gaps.count > 1, "seed \(seed): no variance")
  }

  @Test func everyIntervalOccursEquallyOften() {
    var counts: [UInt64: Int] = [:]
    var random = SmallRandom(seed: 8)
    var now = Self.start
    var sweeps = SweepSchedule(now: now, random: &random)
    var last = sweeps.end(of: now, now: now, random: &random)
    for _ in 0..<10_000 {
      now = last.advanced(byNanoseconds: 1)
      let accepted = Instant(nanoseconds: now.nanoseconds - 11 * Self.seconds)
      let next = sweeps.end(of: accepted, now: now, random: &random)
      counts[next.nanoseconds(since: last) / Self.seconds, default: 0] += 1
      last = next
    }
    #expect(counts.keys.sorted() == [28, 29, 30, 31, 32])
    #expect(counts.values.allSatisfy { (1_800...2_200).contains($0) }, "\(counts)")
  }

  @Test func theEndDoesNotDependOnWhenItIsAsked() {
    for seed in 0..<200 as Range<UInt64> {
      var mimicry = Mimicry(kind: .i2pd, version: 966, seed: seed, now: Self.start)
      let accepted = Self.later(seed * 300 * Nanoseconds.perMillisecond)
      let end = mimicry.endWithoutFlight(accepted: accepted, now: accepted)
      var now = accepted
      while now <= end {
        let plan = mimicry.plan(.unauthenticated, accepted: accepted, now: now)
        #expect(plan.until == end, "seed \(seed)")
        now = now.advanced(byNanoseconds: 700 * Nanoseconds.perMillisecond)
      }
    }
  }

  @Test func whoIsLateIsEndedAtTheNextSweepAndNeverInThePast() {
    for seed in 0..<200 as Range<UInt64> {
      var mimicry = Mimicry(kind: .i2pd, version: 966, seed: seed, now: Self.start)
      let now = Self.later(seed * Self.seconds)
      let end = mimicry.endWithoutFlight(accepted: Self.start, now: now)
      #expect(end >= now, "seed \(seed)")
      #expect(end.nanoseconds(since: now) <= 42 * Self.seconds, "seed \(seed)")
    }
  }

  @Test func smallRandomIsTheKnownGenerator() {
    // SplitMix64 from seed 1234567, as its author publishes it.
    var random = SmallRandom(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
    ]
    #expect(expected.map { _ in random.next() } == expected)
    let draws = (0..<10_000).map { _ in random.below(7) }
    #expect(Set(draws) == Set(0..<7))
    #expect((0..<100).allSatisfy { _ in random.below(1) == 0 })
  }

  @Test func nothingLiesBelowZero() async {
    await #expect(processExitsWith: .failure) {
      var random = SmallRandom(seed: 1)
      _ = random.below(0)
    }
  }
}
