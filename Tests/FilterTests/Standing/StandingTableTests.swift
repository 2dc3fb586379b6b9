import AllocationCounter
import Synchronization
import Testing
import Wire

@testable import Filter

/// What is remembered of sources, and for how long.
@Suite struct StandingTableTests {
  private static let hour: UInt64 = 3_600 * Nanoseconds.perSecond
  private static let start = Instant(nanoseconds: 4_321 * Nanoseconds.perSecond)
  private static let source = SourceAddress(ipv4: 0xc633_6407)

  private static func later(_ nanoseconds: UInt64) -> Instant {
    start.advanced(byNanoseconds: nanoseconds)
  }

  /// Weeks of random outcomes of a few sources: the table says what the naive one says.
  @Test(arguments: UInt64(1)...4)
  func agreesWithTheNaiveStandings(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let owner = StandingTableOwner(capacity: 1_024)
    var writer = owner.makeWriter()
    var lifetimes = StandingLifetimes()
    lifetimes.listedNanoseconds = 20 * Self.hour
    var naive = NaiveStandings(lifetimes: lifetimes)
    let sources = (0..<24).map { SourceAddress(high: 0x2001_0db8 << 32, low: $0) }
    let reasons: [Reason] = [.stalled, .noAnswer, .peerLeft, .routerClosed]
    var now = Self.start
    for step in 0..<20_000 {
      let longest: UInt64 = step % 900 == 0 ? 400 * Self.hour : step % 50 == 0 ? Self.hour : 60_000
      now = now.advanced(byNanoseconds: UInt64.random(in: 0...longest, using: &generator))
      guard let source = sources.randomElement(using: &generator) else { return }
      let outcome: SourceOutcome
      if Bool.random(using: &generator), let reason = reasons.randomElement(using: &generator) {
        outcome = .failed(reason)
      } else {
        let tests = StandingTest.allCases
        outcome = .passed(tests[Int.random(in: tests.indices, using: &generator)])
      }
      if step % 7 == 0 {
        writer.sweep(now: now)
        naive.forgetWhatIsOver(now: now)
      }
      let isQuiet = step / 1_000 % 3 == 0
      if !isQuiet {
        writer.note(outcome, of: source, lifetimes, now: now)
        naive.note(outcome, of: source, now: now)
      }
      guard let asked = sources.randomElement(using: &generator) else { return }
      let facts = owner.facts(of: asked, now: now)
      for test in StandingTest.allCases {
        let holds = naive.holds(test, asked, now: now)
        #expect(facts.holds(test) == holds, "\(test), seed \(seed), step \(step)")
        #expect((facts.end(test) != nil) == holds)
      }
      // What is over stays until it is swept, so there may be more in the table than hold.
      let remembered = sources.count { owner.facts(of: $0, now: now).isAnything }
      #expect((remembered...sources.count).contains(writer.count), "\(seed), \(step)")
      #expect(Int(facts.failures) == naive.failures(asked, now: now), "seed \(seed), step \(step)")
      #expect(facts.lastOutcome?.outcome == naive.last(asked, now: now), "\(seed), \(step)")
    }
  }

  @Test(arguments: StandingTest.allCases)
  func eachTestHasItsOwnLifetime(test: StandingTest) {
    let lifetimes = StandingLifetimes()
    let owner = StandingTableOwner(capacity: 16)
    var writer = owner.makeWriter()
    writer.note(.passed(test), of: Self.source, lifetimes, now: Self.start)
    let lifetime = lifetimes.nanoseconds(test)
    let before = owner.facts(of: Self.source, now: Self.later(lifetime))
    #expect(StandingTest.allCases.filter(before.holds) == [test])
    let after = Self.later(lifetime + StandingEntry.stepNanoseconds)
    #expect(!owner.facts(of: Self.source, now: after).holds(test))
    // Whoever passes it again begins anew; a shorter lifetime takes nothing away.
    writer.note(.passed(test), of: Self.source, lifetimes, now: Self.later(lifetime / 2))
    var shorter = StandingLifetimes()
    shorter.listedNanoseconds = 1
    shorter.provenNanoseconds = 1
    shorter.dialledNanoseconds = 1
    shorter.handshakeNanoseconds = 1
    shorter.sessionNanoseconds = 1
    writer.note(.passed(test), of: Self.source, shorter, now: Self.later(lifetime / 2))
    #expect(owner.facts(of: Self.source, now: after).holds(test))
  }

  @Test func aLifetimeOfNothingIsNotRemembered() {
    var lifetimes = StandingLifetimes()
    lifetimes.listedNanoseconds = 0
    let owner = StandingTableOwner(capacity: 16)
    var writer = owner.makeWriter()
    let isKept = writer.note(.passed(.listed), of: Self.source, lifetimes, now: Self.start)
    #expect(!isKept && !owner.facts(of: Self.source, now: Self.start).isAnything)
  }

  @Test func failuresOfStrangersCostNoMemory() {
    let owner = StandingTableOwner(capacity: 16)
    var writer = owner.makeWriter()
    let isKept = writer.note(
      .failed(.stalled),
      of: Self.source,
      StandingLifetimes(),
      now: Self.start
    )
    #expect(!isKept && !owner.facts(of: Self.source, now: Self.start).isAnything)
  }

  @Test func aRouterThatGaveUpSpeaksAgainstNobody() {
    let owner = StandingTableOwner(capacity: 16)
    var writer = owner.makeWriter()
    let lifetimes = StandingLifetimes()
    writer.note(.passed(.handshake), of: Self.source, lifetimes, now: Self.start)
    for reason: Reason in [.noAnswer, .routerClosed, .routerBusy, .routerDown] {
      writer.note(.failed(reason), of: Self.source, lifetimes, now: Self.start)
      let facts = owner.facts(of: Self.source, now: Self.start)
      #expect(facts.failures == 0 && facts.lastOutcome?.outcome == .failed(reason))
      #expect(facts.earlier == .fail)
    }
  }

  /// Who is easy to replace goes first, and who would be missed more than the newcomer stays.
  @Test func aFloodPushesOutWhatIsMissedLeast() {
    let owner = StandingTableOwner(capacity: 64)
    var writer = owner.makeWriter()
    let lifetimes = StandingLifetimes()
    let dear = (0..<20).map { SourceAddress(ipv4: 0xcb00_7100 + $0) }
    for source in dear {
      writer.note(.passed(.session), of: source, lifetimes, now: Self.start)
    }
    let kept = dear.filter { owner.facts(of: $0, now: Self.start).holds(.session) }
    #expect(kept.count >= 16)
    for number in 0..<50_000 as Range<UInt32> {
      let stranger = SourceAddress(ipv4: 0x0a00_0000 + number)
      let now = Self.later(UInt64(number) * Nanoseconds.perSecond)
      writer.note(
        .passed(number % 3 == 0 ? .handshake : .listed),
        of: stranger,
        lifetimes,
        now: now
      )
    }
    #expect(writer.count == owner.capacity)
    let now = Self.later(50_000 * Nanoseconds.perSecond)
    for source in kept {
      #expect(owner.facts(of: source, now: now).holds(.session))
    }
    // Those of equal worth make room in the order of their ends.
    let newest = SourceAddress(ipv4: 0x0a00_0000 + 49_998)
    #expect(owner.facts(of: newest, now: now).holds(.handshake))
  }

  @Test func whatIsOverIsSweptBeforeItsMomentsWrapAround() {
    let owner = StandingTableOwner(capacity: 4_096)
    var writer = owner.makeWriter()
    let lifetimes = StandingLifetimes()
    writer.note(.passed(.session), of: Self.source, lifetimes, now: Self.start)
    writer.note(.failed(.stalled), of: Self.source, lifetimes, now: Self.start)
    for week in 0..<60 {
      let now = Self.later(UInt64(week) * 7 * 24 * Self.hour)
      for _ in 0..<2 { writer.sweep(now: now) }
      let facts = owner.facts(of: Self.source, now: now)
      #expect(facts.holds(.session) == (week < 1 || (week == 1 && facts.end(.session) != nil)))
      #expect(facts.isAnything == (week <= 1), "week \(week)")
      #expect((writer.count == 1) == (week <= 1), "week \(week)")
    }
  }

  @Test func whatWasKeptComesBack() throws {
    let owner = StandingTableOwner(capacity: 16)
    var writer = owner.makeWriter()
    writer.restore(
      Self.source,
      tests: [(.handshake, Self.hour), (.session, 48 * Self.hour)],
      failures: 3,
      failedAgoNanoseconds: 0,
      last: (.failed(.stalled), Self.hour),
      now: Self.start
    )
    let facts = owner.facts(of: Self.source, now: Self.start)
    #expect(StandingTest.allCases.filter(facts.holds) == [.handshake, .session])
    #expect(facts.failures == 3)
    let last = try #require(facts.lastOutcome)
    #expect(last.outcome == .failed(.stalled) && last.agoNanoseconds == Self.hour)
    let later = owner.facts(of: Self.source, now: Self.later(2 * Self.hour))
    #expect(!later.holds(.handshake) && later.holds(.session) && later.failures == 0)
  }

  #if !DEBUG
    @Test func aLookCostsNoMemoryAndLittleTime() {
      let owner = StandingTableOwner(capacity: 1 << 20)
      var writer = owner.makeWriter()
      writer.note(.passed(.session), of: Self.source, StandingLifetimes(), now: Self.start)
      let (table, weights) = (owner.table, StandingWeights())
      var sum: Int32 = 0
      func run(_ count: UInt64) {
        for number in 0..<count {
          let facts = table.facts(number &* 0x9e37_79b9_7f4a_7c15, now: Self.start)
          sum &+= weights.score(facts)
        }
      }
      run(100)
      let started = ContinuousClock.now
      let cost = AllocationCounter.measure { run(100_000) }
      let each = (ContinuousClock.now - started) / 100_000
      #expect(cost == .none)
      #expect(each < .microseconds(2), "\(each)")
      print("a look into a table of a million standings: \(each)")
    }
  #endif

  @Test func outcomesCrossOverAsTheyAre() {
    let all =
      StandingTest.allCases.map(SourceOutcome.passed) + Reason.allCases.map(SourceOutcome.failed)
    for outcome in all { #expect(SourceOutcome(code: outcome.code) == outcome) }
    #expect(Set(all.map(\.code)).count == all.count)
    for code: UInt16 in [5, 0xff, 0x1ff, 0x200, .max] { #expect(SourceOutcome(code: code) == nil) }
  }

  /// A reader never gets one source's facts for another's, however fast places change hands.
  @Test func readersGetNobodyElsesFacts() async {
    let owner = StandingTableOwner(capacity: 16)
    let end = End()
    let lifetimes = StandingLifetimes()
    // Even numbers only ever have sessions, odd ones only handshakes.
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        var writer = owner.makeWriter()
        for number in 0..<200_000 as Range<UInt32> {
          let test: StandingTest = number % 2 == 0 ? .session : .handshake
          let now = Self.later(UInt64(number) * Nanoseconds.perSecond * 120)
          writer.note(.passed(test), of: SourceAddress(ipv4: number % 64), lifetimes, now: now)
          if number % 16 == 0 { writer.sweep(now: now) }
        }
        end.isThere.store(true, ordering: .relaxed)
      }
      group.addTask {
        let hasher = owner.table.makeHasher()
        let keys = (0..<64 as Range<UInt32>).map { hasher.key(of: SourceAddress(ipv4: $0)) }
        while !end.isThere.load(ordering: .relaxed) {
          for (number, key) in keys.enumerated() {
            let entry = owner.table.facts(key, now: Self.start).entry
            let isForeign = number % 2 == 0 ? entry.ends.0 >> 48 != 0 : entry.ends.1 != 0
            if isForeign { Issue.record("\(number) has another's facts") }
          }
        }
      }
    }
  }
}

/// Tells a reading task that the writing one has ended.
private final class End: Sendable {
  let isThere = Atomic(false)
}
