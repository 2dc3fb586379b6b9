import Testing
import Wire

@testable import Filter

/// Cookies: for whom they are good, for how long, and how often.
@Suite struct CookieJarTests {
  private static let start = Instant(nanoseconds: 5_000 * Nanoseconds.perSecond)
  private static let endpoint = Endpoint(address: SourceAddress(ipv4: 0xcb00_7107), port: 4_567)

  private static func moment(_ seconds: UInt64) -> Instant {
    start.advanced(byNanoseconds: seconds * Nanoseconds.perSecond)
  }

  /// A jar in a form that tests can pass around.
  private final class Jar {
    private var jar: CookieJar

    init(capacity: UInt32 = 1_024) {
      jar = CookieJar(capacity: capacity, now: CookieJarTests.start)
    }

    func mint(
      _ endpoint: Endpoint = CookieJarTests.endpoint,
      _ destination: UInt64 = 6,
      _ source: UInt64 = 7,
      at seconds: UInt64 = 0
    ) -> UInt64 {
      jar.mint(
        endpoint,
        destinationIdentifier: destination,
        sourceIdentifier: source,
        now: CookieJarTests.moment(seconds)
      )
    }

    func check(
      _ token: UInt64,
      _ endpoint: Endpoint = CookieJarTests.endpoint,
      _ destination: UInt64 = 6,
      _ source: UInt64 = 7,
      at seconds: UInt64 = 0
    ) -> CookieVerdict {
      jar.check(
        token,
        from: endpoint,
        destinationIdentifier: destination,
        sourceIdentifier: source,
        now: CookieJarTests.moment(seconds)
      )
    }
  }

  @Test func aCookieIsGoodForItsEndpointAndItsIdentifiersAlone() {
    let jar = Jar()
    let cookie = jar.mint()
    let address = Self.endpoint.address
    let neighbour = SourceAddress(ipv4: 0xcb00_7108)
    #expect(jar.check(cookie, Endpoint(address: neighbour, port: 4_567)) == .foreign)
    #expect(jar.check(cookie, Endpoint(address: address, port: 4_568)) == .foreign)
    let mapped = SourceAddress(high: 1, low: address.low)
    #expect(jar.check(cookie, Endpoint(address: mapped, port: 4_567)) == .foreign)
    #expect(jar.check(cookie, Self.endpoint, 5, 7) == .foreign)
    #expect(jar.check(cookie, Self.endpoint, 6, 8) == .foreign)
    #expect(jar.check(cookie, Self.endpoint, 7, 6) == .foreign)
    #expect(jar.check(cookie) == .ours)
  }

  @Test func noWrongBitIsTaken() {
    let jar = Jar()
    let cookie = jar.mint()
    for bit in 0..<64 {
      #expect(jar.check(cookie ^ 1 << bit) == .foreign, "bit \(bit)")
    }
    #expect(jar.check(0) == .foreign)
    #expect(jar.check(.max) == .foreign)
  }

  @Test func aCookieIsTheSameForTheSameQuestionAndNeverZero() {
    let jar = Jar()
    #expect(jar.mint() == jar.mint(at: 89))
    #expect(jar.mint() != Jar().mint())
    #expect((0..<1_000).allSatisfy { jar.mint(Self.endpoint, $0, 7) != 0 })
    #expect(Set((0..<1_000).map { jar.mint(Self.endpoint, $0, 7) }).count == 1_000)
  }

  /// A cookie of the last moment of a span lives through the next one, and no longer.
  @Test(arguments: [0, 1, 45, 89] as [UInt64])
  func cookiesLiveForOneSpanAtLeastAndTwoAtMost(minted: UInt64) {
    for age in [0, 1, 89, 90, 91, 120, 179, 180, 400] as [UInt64] {
      let jar = Jar()
      let cookie = jar.mint(at: minted)
      // Somebody asks in between, or nobody does: the secrets turn by the clock alike.
      if age.isMultiple(of: 2) { _ = jar.mint(Self.endpoint, 1, 2, at: minted + age / 2) }
      let verdict = jar.check(cookie, at: minted + age)
      if age <= 90 { #expect(verdict == .ours, "minted at \(minted), \(age) s old") }
      if age >= 180 { #expect(verdict == .foreign, "minted at \(minted), \(age) s old") }
    }
  }

  @Test func secretsTurnEvery90Seconds() {
    let jar = Jar()
    let first = jar.mint(at: 0)
    #expect(jar.mint(at: 89) == first)
    let second = jar.mint(at: 90)
    #expect(second != first)
    #expect(jar.check(first, at: 179) == .ours)
    #expect(jar.check(first, at: 180) == .foreign)
    #expect(jar.check(second, at: 269) == .ours)
    #expect(jar.check(second, at: 270) == .foreign)
  }

  @Test func aClockThatStepsBackTurnsNothing() {
    let jar = Jar()
    _ = jar.mint(at: 500)
    let cookie = jar.mint(at: 500)
    #expect(jar.check(cookie, at: 0) == .ours)
    #expect(jar.check(cookie, at: 510) == .spent)
  }

  @Test func aRetransmissionIsNoReplay() {
    let jar = Jar()
    let cookie = jar.mint()
    for seconds in [1, 2, 3, 5, 10, 16] as [UInt64] {
      #expect(jar.check(cookie, at: seconds) == .ours, "\(seconds) s")
    }
    for seconds in [17, 18, 60, 89, 90, 120, 178] as [UInt64] {
      #expect(jar.check(cookie, at: seconds) == .spent, "\(seconds) s")
    }
  }

  @Test func aCookieStaysSpentAsLongAsItsSecretLives() {
    for minted in [0, 50, 89] as [UInt64] {
      for spent in [minted, minted + 60, 179] {
        let jar = Jar()
        let cookie = jar.mint(at: minted)
        #expect(jar.check(cookie, at: spent) == .ours)
        for later in (spent + 16)..<max(spent + 17, 200) {
          let verdict = jar.check(cookie, at: later)
          #expect(verdict == (later < 180 ? .spent : .foreign), "\(minted), \(spent), \(later)")
        }
      }
    }
  }

  @Test func onlyGoodCookiesTakeRoom() {
    let jar = Jar(capacity: 16)
    let cookie = jar.mint()
    #expect(jar.check(cookie) == .ours)
    for wrong in 1...10_000 as ClosedRange<UInt64> {
      #expect(jar.check(cookie &+ wrong) == .foreign)
    }
    #expect(jar.check(cookie, at: 60) == .spent)
  }

  @Test func aFullJarForgetsTheOldestAndRefusesNobody() {
    let jar = Jar(capacity: 16)
    let cookies = (0..<2_000).map { jar.mint(Self.endpoint, $0, 7) }
    for (number, cookie) in cookies.enumerated() {
      #expect(jar.check(cookie, Self.endpoint, UInt64(number), 7) == .ours)
    }
    let spent = cookies.enumerated().filter { number, cookie in
      jar.check(cookie, Self.endpoint, UInt64(number), 7, at: 60) == .spent
    }
    #expect(spent.count < 200)
  }

  @Test func asManyAsItIsMadeForAreAllRemembered() {
    let jar = Jar(capacity: 4_096)
    let cookies = (0..<4_096).map { jar.mint(Self.endpoint, $0, 7) }
    for (number, cookie) in cookies.enumerated() {
      #expect(jar.check(cookie, Self.endpoint, UInt64(number), 7) == .ours)
    }
    for (number, cookie) in cookies.enumerated() {
      #expect(jar.check(cookie, Self.endpoint, UInt64(number), 7, at: 60) == .spent)
    }
  }
}
