import Testing
import Wire

@testable import Filter

/// The limits against the naive ones, and each level by itself.
@Suite struct SourceLimitsTests {
  static let start = Instant(nanoseconds: 5_000 * Nanoseconds.perSecond)

  static func address(_ text: String) -> SourceAddress {
    guard let address = SourceAddress(text) else { preconditionFailure("no address: \(text)") }
    return address
  }

  /// Settings so tight that random sequences meet each of them.
  private static func tight() -> LimitSettings {
    var settings = LimitSettings()
    settings.addressRate = RateLimit(perSecond: 2, burst: 6)
    settings.networkRate = RateLimit(perSecond: 3, burst: 12)
    settings.siteRate = RateLimit(perSecond: 4, burst: 16)
    settings.gateRate = RateLimit(perSecond: 20, burst: 45)
    settings.knownReserve = RateLimit(perSecond: 2, burst: 5)
    settings.addressHalfOpen = 3
    settings.networkHalfOpen = 6
    settings.sharedAddressRate = RateLimit(perSecond: 5, burst: 10)
    settings.sharedAddressHalfOpen = 7
    settings.sourceRecords = 4_096
    return settings
  }

  /// A few addresses that share networks and sites.
  private static func source(_ generator: inout SeededGenerator) -> SourceAddress {
    let low = UInt64.random(in: 1...4, using: &generator)
    if Bool.random(using: &generator) {
      let network = UInt32.random(in: 0...2, using: &generator)
      return SourceAddress(ipv4: 0xcb00_7100 + network << 8 + UInt32(low))
    }
    let network = UInt64.random(in: 0...3, using: &generator)
    return SourceAddress(high: 0x2001_0db8_0000_0000 + network << 15, low: low)
  }

  @Test(arguments: UInt64(1)...6)
  func agreesWithTheNaiveLimits(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var now = Self.start
    var duel = LimitsDuel(Self.tight())
    var loudest = Self.source(&generator)
    for step in 0..<12_000 {
      let place = "seed \(seed), step \(step)"
      // Busy times and quiet ones, crowds and single sources, the patient and the hasty take turns.
      let pause: UInt64 = step % 700 == 0 ? 100_000 : step / 900 % 2 == 0 ? 10 : 150
      let milliseconds = UInt64.random(in: 0...pause, using: &generator)
      now = now.advanced(byNanoseconds: milliseconds * Nanoseconds.perMillisecond)
      if step % 400 == 0 { loudest = Self.source(&generator) }
      let isLoud = step / 1_100 % 2 == 0 && Bool.random(using: &generator)
      let source = isLoud ? loudest : Self.source(&generator)
      let isHasty = step / 500 % 2 == 0 && duel.open.count > 2
      switch isHasty ? 5 : Int.random(in: 0..<10, using: &generator) {
      case 0..<5:
        let stack = UInt32.random(in: 0...3, using: &generator)
        let known = stack == 0 ? nil : stack
        guard duel.arrive(source, stack: known, now: now, place) else { return }
      case 5, 6: duel.leaveHalfOpen(&generator)
      case 7: duel.ask(now: now, &generator)
      case 8: duel.conclude(now: now, &generator)
      default: duel.compare(now: now, place, &generator)
      }
    }
    let every: Set<Reason> = [
      .addressRate, .prefixRate, .gateRate, .addressHalfOpen, .prefixHalfOpen,
    ]
    #expect(duel.seen == every, "seed \(seed)")
    #expect(duel.passages == [.own, .apart, .shared], "seed \(seed)")
  }

  @Test func eachLevelHasItsReason() {
    var settings = LimitSettings()
    settings.addressRate = RateLimit(perSecond: 1, burst: 2)
    var limits = SourceLimits(settings)
    let one = Self.address("203.0.113.7")
    #expect(refusals(&limits, [one, one, one]) == [nil, nil, .addressRate])

    settings = LimitSettings()
    settings.networkRate = RateLimit(perSecond: 1, burst: 2)
    limits = SourceLimits(settings)
    let network = ["203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.112.1"].map(Self.address)
    #expect(refusals(&limits, network) == [nil, nil, .prefixRate, nil])

    settings = LimitSettings()
    settings.siteRate = RateLimit(perSecond: 1, burst: 2)
    limits = SourceLimits(settings)
    let site = ["2001:db8:1:1::1", "2001:db8:1:2::1", "2001:db8:1:3::1", "2001:db8:2::1"]
    #expect(refusals(&limits, site.map(Self.address)) == [nil, nil, .prefixRate, nil])

    settings = LimitSettings()
    settings.gateRate = RateLimit(perSecond: 1, burst: 2)
    limits = SourceLimits(settings)
    let all = ["203.0.113.1", "2001:db8::1", "198.51.100.7"].map(Self.address)
    #expect(refusals(&limits, all) == [nil, nil, .gateRate])

    settings = LimitSettings()
    settings.addressHalfOpen = 2
    limits = SourceLimits(settings)
    #expect(refusals(&limits, [one, one, one]) == [nil, nil, .addressHalfOpen])

    settings = LimitSettings()
    settings.networkHalfOpen = 2
    limits = SourceLimits(settings)
    #expect(refusals(&limits, network) == [nil, nil, .prefixHalfOpen, nil])
  }

  private func refusals(
    _ limits: inout SourceLimits,
    _ sources: [SourceAddress]
  ) -> [Reason?] {
    sources.map { source in
      switch limits.arrive(source, now: Self.start) {
      case .welcome: nil
      case .refuse(let reason): reason
      }
    }
  }

  @Test func whoIsRefusedSpendsNobodyElsesTokens() {
    var settings = LimitSettings()
    settings.addressRate = RateLimit(perSecond: 1, burst: 4)
    settings.networkRate = RateLimit(perSecond: 1, burst: 8)
    settings.siteRate = RateLimit(perSecond: 1, burst: 12)
    settings.gateRate = RateLimit(perSecond: 1, burst: 16)
    var limits = SourceLimits(settings)
    let loud = [SourceAddress](repeating: Self.address("2001:db8:1:1::1"), count: 1_000)
    #expect(refusals(&limits, loud).count { $0 == nil } == 4)
    // What is left for the network, the site and the gate is as if it had come four times.
    let network = (2...9).map { Self.address("2001:db8:1:1::\($0)") }
    #expect(refusals(&limits, network).count { $0 == nil } == 4)
    let site = (2...9).map { Self.address("2001:db8:1:\($0)::1") }
    #expect(refusals(&limits, site).count { $0 == nil } == 4)
    let others = (2...9).map { Self.address("2001:db8:\($0)::1") }
    #expect(refusals(&limits, others).count { $0 == nil } == 4)
  }

  @Test func aReloadTakesEffectAndForgetsNothing() {
    var settings = LimitSettings()
    settings.addressHalfOpen = 1
    var limits = SourceLimits(settings)
    let one = Self.address("203.0.113.7")
    #expect(refusals(&limits, [one, one]) == [nil, .addressHalfOpen])
    settings.addressHalfOpen = 2
    limits.reload(settings)
    #expect(refusals(&limits, [one, one]) == [nil, .addressHalfOpen])
  }

  @Test func aReloadToWiderRatesTakesEffectAtOnce() {
    var settings = LimitSettings()
    for narrow in 0..<4 {
      settings = LimitSettings()
      let limit = RateLimit(perMinute: 1, burst: 4)
      switch narrow {
      case 0: settings.addressRate = limit
      case 1: settings.networkRate = limit
      case 2: settings.siteRate = limit
      default: settings.gateRate = limit
      }
      var limits = SourceLimits(settings)
      let one = Self.address("2001:db8:1:1::1")
      let several = [SourceAddress](repeating: one, count: 10)
      #expect(refusals(&limits, several).count { $0 == nil } == 4)
      settings = LimitSettings()
      limits.reload(settings)
      #expect(refusals(&limits, [one]) != [nil], "what is owed stays owed")
      let soon = Self.start.advanced(byNanoseconds: 50 * Nanoseconds.perMillisecond)
      guard case .welcome = limits.arrive(one, now: soon) else {
        Issue.record("level \(narrow) is still shut")
        continue
      }
    }
  }

  @Test func nothingIsCountedBeyondWhatACountHolds() {
    var settings = LimitSettings()
    let all = RateLimit(perSecond: 1_000_000, burst: 10_000_000)
    (settings.addressRate, settings.networkRate, settings.gateRate) = (all, all, all)
    settings.addressHalfOpen = 1_048_576
    settings.networkHalfOpen = 1_048_576
    var limits = SourceLimits(settings)
    let one = Self.address("203.0.113.7")
    let several = [SourceAddress](repeating: one, count: 65_540)
    let verdicts = refusals(&limits, several)
    #expect(verdicts.count { $0 == nil } == 65_535)
    #expect(verdicts.suffix(5).allSatisfy { $0 == .prefixHalfOpen })
  }

  /// Above its capacity the table forgets, so counts may be too low for a while; but no source is
  /// ever charged with more than it has open, and when all have left nothing is left over.
  @Test(arguments: [UInt64(11), 12])
  func beyondItsCapacityTheTableChargesNobodyTooMuch(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var settings = LimitSettings()
    settings.sourceRecords = 64
    let all = RateLimit(perSecond: 1_000_000, burst: 1_000_000)
    (settings.addressRate, settings.networkRate) = (all, all)
    settings.addressHalfOpen = 4
    settings.networkHalfOpen = 40
    var limits = SourceLimits(settings)
    var open: [(SourceAddress, SourceKeys)] = []
    for step in 0..<30_000 {
      let host = UInt32.random(in: 0..<400, using: &generator)
      let source = SourceAddress(ipv4: 0xc633_6400 + (host % 20) << 8 + host / 20)
      let ofAddress = open.count { $0.0 == source }
      let ofNetwork = open.count { $0.0.ipv4 >> 8 == source.ipv4 >> 8 }
      switch limits.arrive(source, now: Self.start) {
      case .welcome(let keys): open.append((source, keys))
      case .refuse(.addressHalfOpen): #expect(ofAddress >= 4, "seed \(seed), step \(step)")
      case .refuse(.prefixHalfOpen): #expect(ofNetwork >= 40, "seed \(seed), step \(step)")
      case .refuse(let reason): Issue.record("\(reason), seed \(seed), step \(step)")
      }
      while open.count > 300 || (step % 3 == 0 && !open.isEmpty) {
        let index = Int.random(in: open.indices, using: &generator)
        limits.leaveHalfOpen(open.remove(at: index).1)
        if open.count <= 300 { break }
      }
    }
    for (_, keys) in open { limits.leaveHalfOpen(keys) }
    for host in 0..<400 as Range<UInt32> {
      let source = SourceAddress(ipv4: 0xc633_6400 + (host % 20) << 8 + host / 20)
      var entered: [SourceKeys] = []
      for _ in 0..<4 {
        guard case .welcome(let keys) = limits.arrive(source, now: Self.start) else {
          Issue.record("\(source) is charged with what it has left, seed \(seed)")
          return
        }
        entered.append(keys)
      }
      for keys in entered { limits.leaveHalfOpen(keys) }
    }
  }

  @Test func aStackThatWasNeverSeenIsNoBetterThanItsNetwork() {
    var limits = SourceLimits(LimitSettings())
    let source = Self.address("203.0.113.7")
    limits.fail(limits.keys(source), now: Self.start)
    for (stack, expected) in [Standing.fresh, .failing, .crowded].enumerated() {
      guard
        case .welcome(let keys) = limits.arrive(
          source,
          stack: UInt32(stack) + 1,
          now: Self.start
        )
      else {
        Issue.record("refused")
        return
      }
      #expect(keys.passage == .apart)
      #expect(limits.standing(keys, now: Self.start) == expected)
      // Neighbours ask; and then somebody behind the same address completes.
      for host in 8...10 {
        limits.ask(limits.keys(Self.address("203.0.113.\(host)")), now: Self.start)
      }
      guard expected == .failing else { continue }
      for _ in 0..<3 { limits.fail(limits.keys(source), now: Self.start) }
      limits.complete(limits.keys(source), now: Self.start)
    }
  }
}
