import Testing
import Wire

@testable import Filter

/// What whoever writes others' addresses on datagrams can do with those of proven endpoints, which
/// everybody can read in the network's database.
@Suite struct ForgedEndpointTests {
  private static func endpoint(_ index: UInt32) -> Endpoint {
    Endpoint(address: SourceAddress(ipv4: 0x2d00_0001 + index << 9), port: 9_001)
  }

  private static func proven(_ kind: RouterKind, _ count: UInt32) -> GateBench {
    let bench = GateBench(kind)
    for index in 0..<count { bench.restore(endpoint(index), agoSeconds: 60) }
    return bench
  }

  /// Java I2P refuses newcomers from fifteen a minute on, and bans endpoints that give up.
  @Test func javaIsAskedForNoMoreThanItTakes() {
    let bench = Self.proven(.java, 200)
    var passed = 0
    for index in 0..<200 as Range<UInt32> {
      if case .trial = bench.ask(Self.endpoint(index)) { passed += 1 }
    }
    #expect(passed < 15)
    // Whoever is not forged returns the cookie, and its next request passes for sure.
    guard case .challenge(let count, _) = bench.ask(Self.endpoint(1)) else {
      Issue.record("no cookie")
      return
    }
    let cookie = bench.answerSays(count).token
    guard case .reject = bench.request(Self.endpoint(1), token: cookie) else {
      Issue.record("the cookie is not taken")
      return
    }
    #expect(bench.ask(Self.endpoint(1)) == .trial(.provenBefore))
  }

  /// Honest ones give back what they take, however many they are.
  @Test func whoFinishesUsesUpNothing() {
    let bench = Self.proven(.java, 100)
    for index in 0..<100 as Range<UInt32> {
      let endpoint = Self.endpoint(index)
      #expect(bench.ask(endpoint) == .trial(.provenBefore))
      _ = bench.retry(endpoint, token: 1_000 + UInt64(index))
      #expect(bench.request(endpoint, token: 1_000 + UInt64(index)) == .admit(.witnessed))
    }
  }

  @Test(arguments: RouterKind.allCases)
  func noiseTakesNothingFromHandshakes(kind: RouterKind) {
    let bench = Self.proven(kind, 1)
    let noise = PlainDatagram.sessionData(
      destination: [UInt8](repeating: 0x12, count: 8),
      body: [UInt8](repeating: 9, count: 60)
    )
    for _ in 0..<1_000 { _ = bench.arrive(noise, Self.endpoint(0)) }
    #expect(bench.ask(Self.endpoint(0)) == .trial(.provenBefore))
    #expect(bench.request(Self.endpoint(0), token: 99) == .trial(.provenBefore))
  }

  /// A cookie that comes back from a loud source refills nothing that all strangers share.
  @Test func echoesRefillNothing() {
    var limits = DatagramLimits()
    limits.i2pd.addressRequests = RateLimit(perSecond: 1, burst: 1)
    limits.i2pd.requests = RateLimit(perMinute: 1, burst: 20)
    limits.i2pd.grace = RateLimit(perMinute: 1, burst: 1)
    let bench = GateBench(.i2pd, limits)
    let loud = SourceAddress(ipv4: 0x4000_0001)
    for port in 1_000..<1_030 as Range<UInt16> {
      let endpoint = Endpoint(address: loud, port: port)
      guard case .challenge(let count, _) = bench.ask(endpoint) else { continue }
      _ = bench.request(endpoint, token: bench.answerSays(count).token)
    }
    var passed = 0
    for index in 0..<40 as Range<UInt32> where bench.ask(Self.endpoint(index)) == .trial(.onTrial) {
      passed += 1
    }
    #expect(passed <= 20)
  }

  /// Each session brings a token for the next one: who comes back by those is proven all the time.
  @Test func sessionsOfEarlierTokensRenewTheProof() {
    let bench = Self.proven(.java, 1)
    let lifetime = DatagramLimits().provenLifetimeNanoseconds / Nanoseconds.perSecond
    let created = [UInt8](repeating: 0x77, count: 120)
    for _ in 0..<6 {
      bench.wait(seconds: lifetime / 2)
      #expect(bench.request(Self.endpoint(0), token: 5) == .trial(.provenBefore))
      #expect(bench.answered(created, Self.endpoint(0)) == .release(.established))
      #expect(bench.takeProven() == Self.endpoint(0))
    }
    #expect(bench.answered(created, Self.endpoint(1)) == .release(.established))
    #expect(bench.request(Self.endpoint(1), token: 5) != .trial(.provenBefore))
  }
}
