import Testing
import Wire

@testable import Filter

/// What a standing is good for when strangers' datagrams have used up what is shared.
@Suite final class KnownDatagramTests {
  private static let start = GateBench.start
  private static let peer = SourceAddress(ipv4: 0x2d01_0203)
  private static let others = (0..<6).map { SourceAddress(ipv4: 0x2e01_0203 + $0 << 16) }
  private static let peerIPv6 = SourceAddress(high: 0x2a00_1234_5678_0000, low: 9)

  /// They outlive the tables that gates read.
  private var owners: [StandingTableOwner] = []

  private func table(_ outcomes: [SourceOutcome]) -> StandingTable {
    let owner = StandingTableOwner(capacity: 1_024)
    owners.append(owner)
    var writer = owner.makeWriter()
    for source in [Self.peer, Self.peerIPv6] + Self.others {
      for outcome in outcomes {
        writer.note(outcome, of: source, StandingLifetimes(), now: Self.start)
      }
    }
    return owner.table
  }

  private static func end(_ address: SourceAddress, port: UInt16 = 9_001) -> Endpoint {
    Endpoint(address: address, port: port)
  }

  /// Strangers with tokens that nobody gave, until none passes; one more such stranger's verdict.
  private static func useUpUnknownTokens(_ bench: GateBench) -> DatagramVerdict {
    var verdict = DatagramVerdict.trial(.onTrial)
    for number in 0..<100 as Range<UInt32> {
      verdict = bench.request(end(SourceAddress(ipv4: 0x5100_0000 + number << 9)), token: 9)
    }
    return verdict
  }

  @Test(arguments: RouterKind.allCases, [peer, peerIPv6])
  func aKnownPeerPassesAtItsFirstAttempt(kind: RouterKind, peer: SourceAddress) {
    let bench = GateBench(kind, standings: table([.passed(.handshake)]))
    bench.overload()
    let stranger = Self.end(SourceAddress(ipv4: 0x3d01_0203))
    #expect(bench.ask(stranger).verdict == .challenge)
    #expect(bench.ask(Self.end(peer)) == .trial(.onTrial))
    #expect(Self.useUpUnknownTokens(bench) == .refuse(.tokenUnknown))
    #expect(bench.request(Self.end(peer), token: 9) == .trial(.onTrial))
    // It gained no more than its way to the router.
    #expect(bench.takeProven() == nil)
  }

  @Test func onlyStandingCounts() {
    let failures = [SourceOutcome](repeating: .failed(.stalled), count: 2)
    for outcomes in [[], [.passed(.listed)], [.passed(.handshake)] + failures] {
      let bench = GateBench(.i2pd, standings: table(outcomes))
      bench.overload()
      #expect(bench.ask(Self.end(Self.peer)).verdict == .challenge, "\(outcomes)")
    }
    // Three hints together are a standing: proven by SSU2, listed, and it answered a dial.
    let hints: [SourceOutcome] = [.passed(.proven), .passed(.listed), .passed(.dialled)]
    let bench = GateBench(.i2pd, standings: table(hints))
    bench.overload()
    #expect(bench.ask(Self.end(Self.peer)) == .trial(.onTrial))
  }

  /// Anybody can write a known address on a datagram: that costs no other known peer anything, and
  /// the forged one is asked for a cookie like a stranger.
  @Test(arguments: RouterKind.allCases)
  func aForgedNameCostsNobodyElse(kind: RouterKind) {
    let limits = DatagramLimits()
    let bench = GateBench(kind, limits, standings: table([.passed(.handshake)]))
    bench.overload()
    var passed = 0
    for port in 1...1_000 as ClosedRange<UInt16> {
      switch bench.ask(Self.end(Self.peer, port: port)).verdict {
      case .trial: passed += 1
      case .challenge: break
      default: Issue.record("a known peer is silenced for what others forged")
      }
    }
    #expect(passed == Int(limits.allowance(kind).addressRequests.burst))
    #expect(bench.ask(Self.end(Self.others[0])) == .trial(.onTrial))
    guard case .challenge(let count, _) = bench.ask(Self.end(Self.peer)) else {
      Issue.record("not asked for a cookie")
      return
    }
    let cookie = bench.answerSays(count).token
    let verdict = bench.request(Self.end(Self.peer), token: cookie)
    #expect(verdict.verdict == (kind == .i2pd ? .admit : .reject))
    #expect(bench.ask(Self.end(Self.peer)) == .trial(.provenBefore))
  }

  /// Tokens in steps of time, counted one by one.
  private struct NaiveTokens {
    let burst: Int
    let stepsPerToken: Int
    var level: Int

    init(burst: Int, stepsPerToken: Int) {
      self.burst = burst
      self.stepsPerToken = stepsPerToken
      level = burst * stepsPerToken
    }

    var isThere: Bool { level >= stepsPerToken }
    mutating func wait() { level = min(level + 1, burst * stepsPerToken) }
    mutating func take() { level -= stepsPerToken }
  }

  @Test(arguments: UInt64(1)...6)
  func theReserveAgreesWithANaiveOne(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var limits = DatagramLimits()
    limits.i2pd.knownRequests = RateLimit(perSecond: 20, burst: 12)
    limits.i2pd.addressRequests = RateLimit(perSecond: 4, burst: 5)
    let hasher = SourceHasher()
    var strangers = Strangers(limits: limits, kind: .i2pd)
    var reserve = NaiveTokens(burst: 12, stepsPerToken: 1)
    var addresses = Self.others.map { _ in NaiveTokens(burst: 5, stepsPerToken: 5) }
    var now = Self.start
    var passed = 0
    for _ in 0..<20_000 {
      for _ in 0..<Int.random(in: 0...1, using: &generator) {
        now = now.advanced(byNanoseconds: Nanoseconds.perSecond / 20)
        reserve.wait()
        for index in addresses.indices { addresses[index].wait() }
      }
      let index = Int.random(in: addresses.indices, using: &generator)
      if Bool.random(using: &generator) {
        // What strangers do is of no matter.
        let stranger = UInt32.random(in: 0x5000_0000...0x5fff_ffff, using: &generator)
        _ = strangers.ask(hasher.keys(SourceAddress(ipv4: stranger)), now: now)
      }
      let expected = reserve.isThere && addresses[index].isThere
      let isPassed = strangers.takeKnown(hasher.keys(Self.others[index]), now: now)
      #expect(isPassed == expected)
      guard isPassed == expected else { return }
      guard isPassed else { continue }
      passed += 1
      reserve.take()
      addresses[index].take()
    }
    #expect(passed > 1_000)
  }
}
