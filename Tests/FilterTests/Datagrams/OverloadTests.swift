import Testing
import Wire

@testable import Filter

/// Stages over made-up time.
@Suite struct OverloadTests {
  private static let start = Instant(nanoseconds: 50_000 * Nanoseconds.perSecond)

  private static func after(_ milliseconds: UInt64) -> Instant {
    start.advanced(byNanoseconds: milliseconds * Nanoseconds.perMillisecond)
  }

  private static func keys(_ hasher: borrowing SourceHasher, _ number: UInt32) -> SourceKeys {
    hasher.keys(SourceAddress(ipv4: 0x0b00_0000 &+ number &* 0x0001_0001))
  }

  private static var timing: StageTiming { DatagramLimits().timing }

  @Test func aSwitchGoesOnAfterTheGraceAndOffAfterTheHold() {
    var stage = StageSwitch()
    let isOn = (0...25).map { step in
      stage.exceed(milliseconds: 1_000 + UInt32(step) * 10, Self.timing)
    }
    // Exceeded every ten milliseconds: from 200 on it is no burst.
    #expect(isOn.firstIndex(of: true) == 20)
    #expect(isOn.suffix(from: 20).allSatisfy { $0 })
    let isOn11 = stage.isOn(milliseconds: 1_250 + 9_999, Self.timing)
    #expect(isOn11)
    let isOn12 = stage.isOn(milliseconds: 1_250 + 10_000, Self.timing)
    #expect(!isOn12)
    let again = stage.exceed(milliseconds: 1_250 + 10_000, Self.timing)
    #expect(!again, "after the hold it begins anew, with a grace")
  }

  @Test func burstsWithPausesSwitchNothingOn() {
    var stage = StageSwitch()
    for burst in 0..<100 as Range<UInt32> {
      for step in 0..<15 as Range<UInt32> {
        let isOn = stage.exceed(milliseconds: burst * 400 + step * 10, Self.timing)
        #expect(!isOn, "burst \(burst), step \(step)")
      }
    }
  }

  @Test func aSwitchGoesOnAcrossTheEndOfTheMilliseconds() {
    var stage = StageSwitch()
    var moment = UInt32.max - 100
    for _ in 0..<30 {
      _ = stage.exceed(milliseconds: moment, Self.timing)
      moment = moment &+ 10
    }
    let isOn13 = stage.isOn(milliseconds: moment, Self.timing)
    #expect(isOn13)
    let isOn14 = stage.isOn(milliseconds: moment &+ 10_000, Self.timing)
    #expect(!isOn14)
  }

  /// Verdicts of so many requests within a span, each from a network of its own.
  private static func flood(
    _ strangers: inout Strangers,
    _ hasher: borrowing SourceHasher,
    _ count: Int,
    from: UInt64,
    milliseconds: UInt64,
    oneNetwork: Bool = false
  ) -> [StrangerVerdict] {
    (0..<count).map { index in
      let now = after(from + milliseconds * UInt64(index) / UInt64(count))
      let keys =
        oneNetwork
        ? hasher.keys(SourceAddress(ipv4: 0x0c00_0000 + UInt32(index & 255)))
        : keys(hasher, UInt32(index))
      return strangers.ask(keys, now: now)
    }
  }

  @Test func aBurstThatTheRouterCanBearChallengesNobody() {
    let hasher = SourceHasher()
    for _ in 0..<5 {
      var strangers = Strangers(limits: DatagramLimits(), kind: .i2pd)
      let verdicts = Self.flood(&strangers, hasher, 300, from: 0, milliseconds: 190)
      #expect(verdicts.allSatisfy { $0 == .pass })
      let stage1 = strangers.stage(now: Self.after(191))
      #expect(stage1 == .calm)
      // Afterwards a stranger is as welcome as before.
      let later = strangers.ask(Self.keys(hasher, 9_999), now: Self.after(4_000))
      #expect(later == .pass)
    }
  }

  @Test func aFloodSwitchesCookiesOnForAllAndItsEndOff() {
    let hasher = SourceHasher()
    for kind in RouterKind.allCases {
      let limits = DatagramLimits()
      let allowance = limits.allowance(kind)
      var strangers = Strangers(limits: limits, kind: kind)
      let verdicts = Self.flood(&strangers, hasher, 20_000, from: 0, milliseconds: 10_000)
      let passed = verdicts.count { $0 == .pass }
      let most = Int(allowance.requests.burst + allowance.grace.burst) + 10
      #expect(passed <= most, "\(kind)")
      #expect(passed >= Int(allowance.requests.burst), "\(kind)")
      #expect(verdicts.suffix(15_000).allSatisfy { $0 == .challenge }, "\(kind)")
      let stage2 = strangers.stage(now: Self.after(10_000))
      #expect(stage2 == .gate, "\(kind)")
      // Within the hold it stays on although there is room again, and then ends.
      let early = strangers.ask(Self.keys(hasher, 88_888), now: Self.after(19_000))
      #expect(early == .challenge, "\(kind)")
      let stage3 = strangers.stage(now: Self.after(19_500))
      #expect(stage3 == .gate, "\(kind)")
      let stage4 = strangers.stage(now: Self.after(20_001))
      #expect(stage4 == .calm, "\(kind)")
      let late = strangers.ask(Self.keys(hasher, 99_999), now: Self.after(90_000))
      #expect(late == .pass, "\(kind)")
    }
  }

  @Test func oneNetworksFloodIsItsOwnAffair() {
    let hasher = SourceHasher()
    for kind in RouterKind.allCases {
      var strangers = Strangers(limits: DatagramLimits(), kind: kind)
      let verdicts = Self.flood(
        &strangers,
        hasher,
        20_000,
        from: 0,
        milliseconds: 10_000,
        oneNetwork: true
      )
      #expect(verdicts.last == .challenge, "\(kind)")
      let stage5 = strangers.stage(now: Self.after(10_000))
      #expect(stage5 == .networks, "\(kind)")
      let others = (0..<2).map { number in
        strangers.ask(Self.keys(hasher, UInt32(number)), now: Self.after(10_000))
      }
      #expect(others == [.pass, .pass], "\(kind)")
      let stage6 = strangers.stage(now: Self.after(25_000))
      #expect(stage6 == .calm, "\(kind)")
    }
  }

  @Test func anIPv6SiteIsALevelOfItsOwn() {
    let hasher = SourceHasher()
    var strangers = Strangers(limits: DatagramLimits(), kind: .i2pd)
    var verdicts: [StrangerVerdict] = []
    for index in 0..<5_000 as Range<UInt64> {
      let source = SourceAddress(high: 0x2a00_1234_0000_0000 + (index & 0xfff), low: index)
      let now = Self.after(index * 2)
      verdicts.append(strangers.ask(hasher.keys(source), now: now))
    }
    #expect(verdicts.last == .challenge)
    let stage7 = strangers.stage(now: Self.after(10_000))
    #expect(stage7 == .networks)
    let elsewhere = SourceAddress(high: 0x2a00_1235_0000_0000, low: 1)
    let verdict = strangers.ask(hasher.keys(elsewhere), now: Self.after(10_000))
    #expect(verdict == .pass)
  }

  /// A crowd behind one address, each of whom proves itself after a tenth of a second.
  @Test func honestCrowdsNeverRunDry() {
    let hasher = SourceHasher()
    let keys = hasher.keys(SourceAddress(ipv4: 0xc633_6407))
    var strangers = Strangers(limits: DatagramLimits(), kind: .i2pd)
    for index in 0..<2_000 as Range<UInt64> {
      let verdict = strangers.ask(keys, now: Self.after(index * 20))
      #expect(verdict == .pass, "\(index)")
      if index >= 5 { strangers.refund(keys) }
    }
    let stage8 = strangers.stage(now: Self.after(40_000))
    #expect(stage8 == .calm)
  }

  @Test func aNetworkIsNotSentChallengesWithoutEnd() {
    let hasher = SourceHasher()
    var limits = DatagramLimits()
    limits.networkChallenges = RateLimit(perSecond: 10, burst: 20)
    var strangers = Strangers(limits: limits, kind: .i2pd)
    let verdicts = Self.flood(
      &strangers,
      hasher,
      10_000,
      from: 0,
      milliseconds: 10_000,
      oneNetwork: true
    )
    let challenges = verdicts.count { $0 == .challenge }
    #expect(challenges <= 20 + 10 * 10 && challenges >= 100, "\(challenges)")
    #expect(verdicts.contains(.ignore))
  }

  @Test func aReloadToAWiderAllowanceTakesEffectAtOnce() {
    let hasher = SourceHasher()
    var limits = DatagramLimits()
    limits.i2pd.requests = RateLimit(perMinute: 1, burst: 5)
    limits.i2pd.grace = RateLimit(perMinute: 1, burst: 1)
    var strangers = Strangers(limits: limits, kind: .i2pd)
    _ = Self.flood(&strangers, hasher, 500, from: 0, milliseconds: 1_000)
    let stage9 = strangers.stage(now: Self.after(1_000))
    #expect(stage9 == .gate)
    strangers.reload(limits: DatagramLimits(), kind: .i2pd)
    // Four requests a second are within the new allowance, so the hold runs out.
    for index in 0..<60 as Range<UInt64> {
      _ = strangers.ask(
        Self.keys(hasher, 500 + UInt32(index)),
        now: Self.after(1_100 + index * 250)
      )
    }
    let stage10 = strangers.stage(now: Self.after(16_100))
    #expect(stage10 == .calm)
    let verdict = strangers.ask(Self.keys(hasher, 77_777), now: Self.after(16_100))
    #expect(verdict == .pass)
  }

  /// Java I2P's own limit begins at 15 a minute: whatever strangers do in any minute leaves room.
  /// Each of the shards has its share: a host of many cores asks no more of the router.
  @Test(arguments: 1...4 as ClosedRange<UInt32>)
  func javasAllowancesTogetherStayBelowItsOwnLimit(shards: UInt32) {
    let shares = (0..<shards).map { RouterAllowance.java.share(of: shards, index: $0) }
    let flood = shares.flatMap { [$0.requests, $0.grace, $0.unknownTokens, $0.skewedPeers] }
      .filter { $0.burst > 0 }
    let atOnce = flood.reduce(0) { $0 + $1.burst }
    #expect(atOnce <= 10)
    let inAMinute = flood.reduce(0.0) { sum, limit in
      sum + Double(limit.burst) + 60e9 / Double(limit.tokenNanoseconds)
    }
    #expect(inAMinute <= 16.2, "\(inAMinute), before cookies are asked for")
    let forged = shares.reduce(0) { $0 + $1.knownRequests.burst + $1.provenTokenRequests.burst }
    #expect(atOnce + forged < 15)
  }

  /// Shares of what can't be shared add up to the whole; who has none lets nothing through.
  @Test func exactSharesAddUp() {
    for burst in 1...20 as ClosedRange<UInt32> {
      let whole = RateLimit(perMinute: 6, burst: burst)
      for shards in 1...9 as ClosedRange<UInt32> {
        let shares = (0..<shards).map { whole.share(of: shards, index: $0) }
        #expect(shares.reduce(0) { $0 + $1.burst } == burst)
        let perMinute = shares.filter { $0.burst > 0 }.reduce(0.0) {
          $0 + 60e9 / Double($1.tokenNanoseconds)
        }
        #expect(abs(perMinute - 6) < 0.000_1)
      }
    }
    let none = RateLimit(perMinute: 6, burst: 1).share(of: 2, index: 1)
    var bucket = TokenBucket()
    let taken = bucket.take(none, now: Instant(nanoseconds: 5))
    #expect(!taken)
  }

  /// A clock of 32 bits is the same again after 49 days.
  @Test func aStageThatIsOverStaysOver() {
    var stage = StageSwitch()
    for moment in stride(from: 1_000 as UInt32, through: 1_300, by: 50) {
      _ = stage.exceed(milliseconds: moment, Self.timing)
    }
    let isOn = stage.isOn(milliseconds: 1_400, Self.timing)
    let isOver = !stage.isOn(milliseconds: 20_000, Self.timing)
    let isOverStill = !stage.isOn(milliseconds: 1_400, Self.timing)
    #expect(isOn && isOver && isOverStill)
  }

  @Test func stagesAndTheirWordsAreInOrder() {
    #expect(OverloadStage.allCases == OverloadStage.allCases.sorted())
    #expect(OverloadStage.allCases.map(\.word.description) == ["calm", "networks", "gate"])
  }

  @Test func aSourceHas48Bytes() {
    #expect(MemoryLayout<DatagramSource>.stride == 56)
  }

  @Test func sharesOfLimitsAddUp() {
    let whole = DatagramLimits()
    #expect(whole.share(of: 1) == whole)
    let half = whole.share(of: 2)
    #expect(half.i2pd.requests.tokenNanoseconds == 2 * whole.i2pd.requests.tokenNanoseconds)
    #expect(half.java.requests.burst == 3)
    #expect(half.java.requests.tokenNanoseconds == 20 * Nanoseconds.perSecond)
    #expect(half.provenEndpoints == whole.provenEndpoints / 2)
    #expect(half.i2pd.addressRequests == whole.i2pd.addressRequests)
    #expect(half.endpointRequests == whole.endpointRequests)
    #expect(half.networkChallenges == whole.networkChallenges)
    #expect(half.provenLifetimeNanoseconds >= 3_600 * Nanoseconds.perSecond)
  }
}
