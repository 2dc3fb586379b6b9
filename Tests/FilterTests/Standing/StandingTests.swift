import Testing
import Wire

@testable import Filter

/// How a source's standing comes about and passes.
@Suite struct StandingTests {
  private static let start = SourceLimitsTests.start

  private static func later(_ seconds: UInt64) -> Instant {
    start.advanced(byNanoseconds: seconds * Nanoseconds.perSecond)
  }

  /// Limits and the keys of three addresses: two of one network, one of another.
  private struct Scene: ~Copyable {
    var limits: SourceLimits
    let one: SourceKeys
    let neighbour: SourceKeys
    let stranger: SourceKeys

    init(
      _ one: String = "203.0.113.7",
      _ neighbour: String = "203.0.113.8",
      _ stranger: String = "198.51.100.7"
    ) {
      limits = SourceLimits(LimitSettings())
      self.one = Self.welcome(one, to: &limits)
      self.neighbour = Self.welcome(neighbour, to: &limits)
      self.stranger = Self.welcome(stranger, to: &limits)
    }

    private static func welcome(_ text: String, to limits: inout SourceLimits) -> SourceKeys {
      let address = SourceLimitsTests.address(text)
      switch limits.arrive(address, now: StandingTests.start) {
      case .welcome(let keys): return keys
      case .refuse(let reason): preconditionFailure("\(text): \(reason)")
      }
    }

    func standings(_ now: Instant) -> [Standing] {
      [one, neighbour, stranger].map { limits.standing($0, now: now) }
    }
  }

  @Test func everybodyBeginsFresh() {
    let scene = Scene()
    let standings = scene.standings(Self.start)
    #expect(standings == [.fresh, .fresh, .fresh])
  }

  @Test func aFailureMarksItsAddressAndFourItsNetwork() {
    var scene = Scene()
    for count in 1...4 {
      scene.limits.fail(scene.one, now: Self.start)
      let standings = scene.standings(Self.start)
      #expect(standings == [.failing, count < 4 ? .fresh : .crowded, .fresh], "\(count)")
    }
  }

  @Test func whoAsksAndDoesNotFinishCrowdsItsNetwork() {
    var scene = Scene()
    for count in 1...3 {
      scene.limits.ask(scene.one, now: Self.start)
      let standings = scene.standings(Self.start)
      let isCrowded = count == 3
      #expect(
        standings == [isCrowded ? .failing : .fresh, isCrowded ? .crowded : .fresh, .fresh],
        "\(count)"
      )
    }
    for _ in 0..<3 { scene.limits.complete(scene.one, now: Self.start) }
    let standings = scene.standings(Self.start)
    #expect(standings == [.known, .fresh, .fresh])
  }

  /// Its neighbours flood, and nobody had time for it: it calls again.
  @Test func whoAsksAgainAndAgainAmongThoseWhoFailFails() {
    var scene = Scene()
    for _ in 0..<8 { scene.limits.fail(scene.neighbour, now: Self.start) }
    for expected in [Standing.crowded, .failing] {
      scene.limits.ask(scene.one, now: Self.start)
      let standing = scene.limits.standing(scene.one, now: Self.start)
      #expect(standing == expected)
    }
    let later = scene.limits.standing(scene.one, now: Self.later(60))
    #expect(later == .crowded)
  }

  /// Many behind a carrier's address call at once: the first to finish speaks for all.
  @Test func whoAsksOftenAndFinishesIsKnown() {
    var scene = Scene()
    for _ in 0..<8 { scene.limits.fail(scene.neighbour, now: Self.start) }
    for _ in 0..<100 { scene.limits.ask(scene.one, now: Self.start) }
    let before = scene.limits.standing(scene.one, now: Self.start)
    #expect(before == .failing)
    scene.limits.complete(scene.one, now: Self.start)
    let after = scene.limits.standing(scene.one, now: Self.start)
    #expect(after == .known)
  }

  @Test func anIPv6NetworkIsCrowdedByItsOwn() {
    var scene = Scene("2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:2::1")
    for _ in 0..<4 { scene.limits.fail(scene.one, now: Self.start) }
    let standings = scene.standings(Self.start)
    #expect(standings == [.failing, .crowded, .fresh])
  }

  /// Who has a site to flood from has 65,536 networks, and asks once from each.
  @Test func anIPv6SiteIsCrowdedByItsNetworks() throws {
    var scene = Scene("2001:db8:1:1::1", "2001:db8:1:2::1", "2001:db8:2:1::1")
    for count in 1...16 {
      let address = SourceLimitsTests.address("2001:db8:1:\(count + 100)::1")
      guard case .welcome(let keys) = scene.limits.arrive(address, now: Self.start) else {
        Issue.record("\(address) is refused")
        return
      }
      scene.limits.ask(keys, now: Self.start)
      let expected: Standing = count < 12 ? .fresh : .crowded
      let standings = scene.standings(Self.start)
      #expect(standings == [expected, expected, .fresh], "\(count)")
    }
  }

  @Test func aCompletionMakesKnownAndFailuresUndoIt() {
    var scene = Scene()
    scene.limits.complete(scene.one, now: Self.start)
    var standing = scene.limits.standing(scene.one, now: Self.start)
    #expect(standing == .known)
    scene.limits.fail(scene.one, now: Self.start)
    standing = scene.limits.standing(scene.one, now: Self.start)
    #expect(standing == .known)
    scene.limits.fail(scene.one, now: Self.start)
    standing = scene.limits.standing(scene.one, now: Self.start)
    #expect(standing == .failing)
    scene.limits.complete(scene.one, now: Self.start)
    standing = scene.limits.standing(scene.one, now: Self.start)
    #expect(standing == .known)
  }

  @Test func failuresPassWithTime() {
    var scene = Scene()
    for _ in 0..<4 { scene.limits.fail(scene.one, now: Self.start) }
    for (seconds, expected) in [
      (59, [Standing.failing, .crowded, .fresh]), (60, [.failing, .fresh, .fresh]),
      (179, [.failing, .fresh, .fresh]), (180, [.fresh, .fresh, .fresh]),
    ] {
      let standings = scene.standings(Self.later(UInt64(seconds)))
      #expect(standings == expected, "after \(seconds) s")
    }
  }

  @Test func unfinishedHandshakesPassWithTime() {
    var scene = Scene()
    for _ in 0..<3 { scene.limits.ask(scene.one, now: Self.start) }
    var standing = scene.limits.standing(scene.neighbour, now: Self.later(59))
    #expect(standing == .crowded)
    standing = scene.limits.standing(scene.neighbour, now: Self.later(60))
    #expect(standing == .fresh)
  }

  @Test func theWorstSourceIsClearedWithinTwentyMinutes() {
    var scene = Scene()
    for _ in 0..<100_000 { scene.limits.fail(scene.one, now: Self.start) }
    let before = scene.standings(Self.later(9 * 60))
    let after = scene.standings(Self.later(20 * 60))
    #expect(before == [.failing, .fresh, .fresh] || before == [.failing, .crowded, .fresh])
    #expect(after == [.fresh, .fresh, .fresh])
  }

  @Test func standingsAreOrderedByWhoIsServedFirst() {
    #expect(Standing.allCases.sorted() == [.known, .fresh, .crowded, .failing])
    for (better, worse) in zip(Standing.allCases, Standing.allCases.dropFirst()) {
      #expect(better.worse == worse)
      #expect(worse.better == better)
    }
    #expect(Standing.known.better == nil)
    #expect(Standing.failing.worse == nil)
  }

  @Test func handshakesUnderWayAreCountedByAddress() {
    var scene = Scene()
    for _ in 0..<300 { scene.limits.enterFlight(scene.one) }
    var counts = [scene.limits.inFlight(scene.one), scene.limits.inFlight(scene.neighbour)]
    #expect(counts == [255, 0])
    for _ in 0..<300 { scene.limits.leaveFlight(scene.one) }
    counts = [scene.limits.inFlight(scene.one), scene.limits.inFlight(scene.neighbour)]
    #expect(counts == [0, 0])
  }
}
