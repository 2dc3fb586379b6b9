import Testing
import Wire

@testable import Filter

/// What a standing from before is good for at a shard that never met the source.
@Suite final class KnownSourceTests {
  private static let start = SourceLimitsTests.start
  private static let peer = SourceLimitsTests.address("203.0.113.7")

  private static func at(_ milliseconds: UInt64) -> Instant {
    start.advanced(byNanoseconds: milliseconds * Nanoseconds.perMillisecond)
  }

  /// They outlive the tables that the limits read.
  private var owners: [StandingTableOwner] = []

  private func table(_ outcomes: [SourceOutcome]) -> StandingTable {
    let owner = StandingTableOwner(capacity: 1_024)
    owners.append(owner)
    var writer = owner.makeWriter()
    for outcome in outcomes {
      writer.note(outcome, of: Self.peer, StandingLifetimes(), now: Self.start)
    }
    return owner.table
  }

  private func standing(
    _ outcomes: [SourceOutcome],
    _ weights: StandingWeights = StandingWeights()
  ) -> Standing {
    var settings = LimitSettings()
    settings.standing = weights
    let limits = SourceLimits(settings, standings: table(outcomes))
    return limits.standing(limits.keys(Self.peer), now: Self.start)
  }

  @Test func whatHoldsMakesKnownUnlessItFails() {
    let failure = SourceOutcome.failed(.stalled)
    #expect(standing([]) == .fresh)
    for test: StandingTest in [.handshake, .session] {
      #expect(standing([.passed(test)]) == .known)
      #expect(standing([.passed(test), failure]) == .known)
      #expect(standing([.passed(test), failure, failure]) == .fresh)
      #expect(standing([.passed(test), failure, failure, failure]) == .failing)
    }
    // Whoever has shown both is forgiven more.
    let both: [SourceOutcome] = [.passed(.handshake), .passed(.session)]
    #expect(standing(both + [failure, failure, failure]) == .known)
  }

  @Test func hintsMakeNobodyKnown() {
    let hints: [SourceOutcome] = [.passed(.listed), .passed(.proven)]
    for hint in hints + [.passed(.dialled)] { #expect(standing([hint]) == .fresh) }
    #expect(standing(hints) == .fresh)
    #expect(standing([.passed(.listed), .failed(.stalled)]) == .failing)
  }

  @Test func aWeightOfNothingCountsForNothing() {
    var weights = StandingWeights()
    weights.handshake = 0
    weights.failure = 0
    #expect(standing([.passed(.handshake)], weights) == .fresh)
    let failures = [SourceOutcome](repeating: .failed(.stalled), count: 9)
    #expect(standing([.passed(.session)] + failures, weights) == .known)
  }

  @Test func aHintFreesFromTheCrowdAround() {
    for (hints, expected) in [([], Standing.crowded), ([SourceOutcome.passed(.listed)], .fresh)] {
      var limits = SourceLimits(LimitSettings(), standings: table(hints))
      for host in 100..<110 {
        let neighbour = SourceLimitsTests.address("203.0.113.\(host)")
        limits.fail(limits.keys(neighbour), now: Self.start)
      }
      let standing = limits.standing(limits.keys(Self.peer), now: Self.start)
      #expect(standing == expected)
    }
  }

  /// What strangers of the same network, or of everywhere, may use up.
  enum Shared: CaseIterable {
    case gateRate, networkRate, networkHalfOpen

    var settings: LimitSettings {
      var settings = LimitSettings()
      switch self {
      case .gateRate: settings.gateRate = RateLimit(perSecond: 10, burst: 20)
      case .networkRate: settings.networkRate = RateLimit(perSecond: 10, burst: 20)
      case .networkHalfOpen: settings.networkHalfOpen = 20
      }
      return settings
    }
  }

  /// The neighbours knock a hundred times a second each for a minute; the peer comes now and then.
  @Test(arguments: Shared.allCases)
  func aFloodOfNeighboursCostsAKnownPeerNothing(shared: Shared) {
    var limits = SourceLimits(shared.settings, standings: table([.passed(.handshake)]))
    var fresh = SourceLimits(shared.settings)
    var (welcome, welcomeFresh, floodWelcome) = (0, 0, 0)
    for millisecond in 0..<60_000 as Range<UInt64> {
      let now = Self.at(millisecond)
      for host in 0..<25 as Range<UInt32> where (millisecond + UInt64(host)) % 10 == 0 {
        let neighbour = SourceAddress(ipv4: 0xcb00_7164 + host)
        if case .welcome = limits.arrive(neighbour, now: now) { floodWelcome += 1 }
        _ = fresh.arrive(neighbour, now: now)
      }
      guard millisecond % 500 == 499 else { continue }
      if case .welcome(let keys) = limits.arrive(Self.peer, now: now) {
        welcome += 1
        limits.leaveHalfOpen(keys)
      }
      if case .welcome(let keys) = fresh.arrive(Self.peer, now: now) {
        welcomeFresh += 1
        fresh.leaveHalfOpen(keys)
      }
    }
    #expect(welcome == 120)
    #expect(welcomeFresh < 60, "the flood uses up what is shared")
    #expect(floodWelcome > 0)
  }

  @Test func theReserveIsBoundedAndItsOwnBoundsHold() {
    var settings = LimitSettings()
    settings.gateRate = RateLimit(perSecond: 1, burst: 1)
    settings.knownReserve = RateLimit(perSecond: 1, burst: 5)
    var limits = SourceLimits(settings, standings: table([.passed(.handshake)]))
    var refusals: [Reason] = []
    for _ in 0..<10 {
      if case .refuse(let reason) = limits.arrive(Self.peer, now: Self.start) {
        refusals.append(reason)
      }
    }
    #expect(refusals == [.gateRate, .gateRate, .gateRate, .gateRate])

    settings = LimitSettings()
    settings.addressRate = RateLimit(perSecond: 1, burst: 3)
    limits = SourceLimits(settings, standings: table([.passed(.handshake)]))
    refusals = []
    for _ in 0..<5 {
      if case .refuse(let reason) = limits.arrive(Self.peer, now: Self.start) {
        refusals.append(reason)
      }
    }
    #expect(refusals == [.addressRate, .addressRate])
  }

  /// Those that came on the reserve are counted down as all others are.
  @Test func halfOpenConnectionsOnTheReserveAreCountedOnce() {
    var settings = LimitSettings()
    settings.networkHalfOpen = 2
    var limits = SourceLimits(settings, standings: table([.passed(.handshake)]))
    let neighbour = SourceLimitsTests.address("203.0.113.9")
    var open: [SourceKeys] = []
    for source in [neighbour, neighbour, neighbour, Self.peer, Self.peer] {
      if case .welcome(let keys) = limits.arrive(source, now: Self.start) { open.append(keys) }
    }
    #expect(open.count == 4)
    for keys in open { limits.leaveHalfOpen(keys) }
    for expected in [true, true, false] {
      var isWelcome = false
      if case .welcome = limits.arrive(neighbour, now: Self.start) { isWelcome = true }
      #expect(isWelcome == expected)
    }
  }

  @Test func rulesLearnWhatIsKnown() {
    var features = Features(source: Self.peer)
    let limits = SourceLimits(
      LimitSettings(),
      standings: table([.passed(.listed), .passed(.handshake), .failed(.routerClosed)])
    )
    features.learn(limits.facts(limits.keys(Self.peer), now: Self.start))
    #expect(features.isListed == true && features.earlier == .fail)
    let strangers = SourceLimits(LimitSettings())
    features.learn(strangers.facts(strangers.keys(Self.peer), now: Self.start))
    #expect(features.isListed == nil && features.earlier == EarlierOutcome.none)
  }

  @Test func nobodyIsUnlistedBeforeTheNetDbWasRead() {
    let owner = StandingTableOwner(capacity: 64)
    var writer = owner.makeWriter()
    let neighbour = SourceLimitsTests.address("203.0.113.9")
    writer.note(.passed(.dialled), of: neighbour, StandingLifetimes(), now: Self.start)
    writer.note(.passed(.listed), of: Self.peer, StandingLifetimes(), now: Self.start)
    let others = [neighbour, SourceLimitsTests.address("192.0.2.1")]
    for other in others { #expect(owner.facts(of: other, now: Self.start).isListed == nil) }
    #expect(owner.facts(of: Self.peer, now: Self.start).isListed == true)
    writer.noteNetDb()
    for other in others { #expect(owner.facts(of: other, now: Self.start).isListed == false) }
    #expect(owner.facts(of: Self.peer, now: Self.start).isListed == true)
  }
}
