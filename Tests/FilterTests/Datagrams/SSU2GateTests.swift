import Testing
import Wire

@testable import Filter

/// A gate with a clock of its own, in a form that tests can pass around.
final class GateBench {
  static let start = Instant(nanoseconds: 800_000 * Nanoseconds.perSecond)

  private var gate: SSU2Gate
  private let answer = UnsafeMutableRawBufferPointer.allocate(
    byteCount: SSU2Bounds.longestRetry,
    alignment: 8
  )
  var now = GateBench.start
  var generator = SeededGenerator(seed: 7)

  init(
    _ kind: RouterKind,
    _ limits: DatagramLimits = DatagramLimits(),
    standings: StandingTable? = nil
  ) {
    let facts = DatagramJudge.facts(kind)
    gate = SSU2Gate(facts: facts, limits: limits, standings: standings, seed: 1, now: now)
  }

  deinit {
    answer.deallocate()
  }

  func wait(seconds: UInt64) {
    now = now.advanced(byNanoseconds: seconds * Nanoseconds.perSecond)
  }

  func arrive(_ bytes: [UInt8], _ source: Endpoint, skewSeconds: UInt64 = 0) -> DatagramVerdict {
    bytes.withUnsafeBytes {
      gate.arrive(
        $0,
        from: source,
        now: now,
        wallSeconds: DatagramForge.wallSeconds + skewSeconds,
        answer: answer
      )
    }
  }

  func ask(_ source: Endpoint, _ ids: (UInt64, UInt64) = (5, 6)) -> DatagramVerdict {
    let bytes = DatagramForge.tokenRequest(destination: ids.0, source: ids.1, &generator)
    return arrive(bytes, source)
  }

  func request(
    _ source: Endpoint,
    token: UInt64,
    _ ids: (UInt64, UInt64) = (5, 6)
  ) -> DatagramVerdict {
    let bytes = DatagramForge.sessionRequest(
      destination: ids.0,
      source: ids.1,
      token: token,
      &generator
    )
    return arrive(bytes, source)
  }

  /// The router sends a Retry with `token`.
  func retry(_ endpoint: Endpoint, token: UInt64) -> AnswerVerdict {
    let bytes = DatagramForge.retry(
      destination: 6,
      source: 5,
      token: token,
      reason: 19,
      &generator
    )
    return answered(bytes, endpoint)
  }

  func answered(_ bytes: [UInt8], _ endpoint: Endpoint) -> AnswerVerdict {
    bytes.withUnsafeBytes { gate.answered($0, to: endpoint, now: now) }
  }

  /// The token and reason of the answer that was just written.
  func answerSays(_ count: Int) -> (token: UInt64, reason: UInt8?) {
    guard let (header, payload) = PlainDatagram.open(Array(answer.prefix(count))) else {
      return (0, nil)
    }
    let termination = payload.dropFirst(16)
    let reason = termination.first == 6 ? termination.dropFirst(11).first : nil
    return (DatagramForge.word(header[24..<32]), reason)
  }

  /// Strangers until cookies are asked for.
  func overload() {
    for index in 0..<2_000 as Range<UInt32> {
      _ = ask(Endpoint(address: SourceAddress(ipv4: 0x5000_0000 + index << 9), port: 9))
    }
  }

  func takeProven() -> Endpoint? { gate.takeProven() }
  func stage() -> OverloadStage { gate.stage(now: now) }
  func reload(_ kind: RouterKind, _ limits: DatagramLimits) {
    gate.reload(facts: DatagramJudge.facts(kind), limits: limits, now: now)
  }
  func restore(_ endpoint: Endpoint, agoSeconds: UInt64) {
    let ago = agoSeconds * Nanoseconds.perSecond
    gate.restore(endpoint, provenAgoNanoseconds: ago, now: now)
  }
}

/// The rules of judgement, one by one.
@Suite struct SSU2GateTests {
  private static let peer = Endpoint(address: SourceAddress(ipv4: 0x2d01_0203), port: 9_001)
  /// Java I2P's budgets are so small that a test of rules would soon use them up.
  private static var roomy: DatagramLimits {
    var limits = DatagramLimits()
    limits.java.unknownTokens = limits.i2pd.unknownTokens
    return limits
  }
  private static let other = Endpoint(address: SourceAddress(ipv4: 0x2d01_0203), port: 9_002)

  @Test(arguments: RouterKind.allCases)
  func theRoutersOwnTokenIsTheProof(kind: RouterKind) {
    let bench = GateBench(kind, Self.roomy)
    #expect(bench.ask(Self.peer) == .trial(.onTrial))
    #expect(bench.retry(Self.peer, token: 77) == .forward(.onTrial))
    #expect(bench.takeProven() == nil)
    // To another endpoint of the same address, or another token, it says nothing.
    #expect(bench.request(Self.other, token: 77) == .trial(.onTrial))
    #expect(bench.request(Self.peer, token: 78) == .trial(.onTrial))
    #expect(bench.request(Self.peer, token: 77) == .admit(.witnessed))
    #expect(bench.request(Self.peer, token: 77) == .admit(.witnessed), "sent again")
    #expect(bench.takeProven() == Self.peer)
    #expect(bench.takeProven() == nil)
    #expect(bench.ask(Self.peer) == .trial(.provenBefore))
    #expect(bench.request(Self.peer, token: 99) == .trial(.provenBefore))
    #expect(bench.ask(Self.other) == .trial(.onTrial))
  }

  @Test func aWitnessedTokenIsForgottenAfterTenSeconds() {
    let bench = GateBench(.i2pd)
    _ = bench.retry(Self.peer, token: 77)
    bench.wait(seconds: 9)
    #expect(bench.request(Self.peer, token: 77) == .admit(.witnessed))
    _ = bench.retry(Self.other, token: 77)
    bench.wait(seconds: 10)
    #expect(bench.request(Self.other, token: 77) == .trial(.onTrial))
  }

  @Test func whatIsNoRetryReleasesTheFlow() {
    let bench = GateBench(.i2pd)
    #expect(bench.answered([UInt8](repeating: 3, count: 100), Self.peer) == .release(.established))
    #expect(bench.answered([], Self.peer) == .release(.established))
    // A refusal has no token that could come back.
    #expect(bench.retry(Self.peer, token: 0) == .forward(.onTrial))
    #expect(bench.request(Self.peer, token: 1) == .trial(.onTrial))
  }

  @Test(arguments: RouterKind.allCases)
  func aCookieProvesItsEndpoint(kind: RouterKind) {
    let bench = GateBench(kind, Self.roomy)
    bench.overload()
    #expect(bench.stage() == .gate)
    guard case .challenge(let count, .overloaded) = bench.ask(Self.peer) else {
      Issue.record("no challenge")
      return
    }
    let cookie = bench.answerSays(count).token
    #expect(cookie != 0)
    // It is worth nothing elsewhere, nor for another attempt.
    for (source, ids) in [(Self.other, (5, 6)), (Self.peer, (5, 7)), (Self.peer, (7, 6))] {
      let verdict = bench.request(source, token: cookie, (UInt64(ids.0), UInt64(ids.1)))
      #expect(verdict == .trial(.onTrial))
    }
    for round in 0..<3 {
      let verdict = bench.request(Self.peer, token: cookie)
      if kind == .i2pd {
        #expect(verdict == .admit(.cookie), "round \(round)")
      } else {
        guard case .reject(let count, .cookie) = verdict else {
          Issue.record("\(verdict), round \(round)")
          return
        }
        let says = bench.answerSays(count)
        #expect(says.token == 0 && says.reason == 19, "round \(round)")
      }
    }
    #expect(bench.takeProven() == Self.peer)
    #expect(bench.takeProven() == nil, "said again is not news")
    #expect(bench.ask(Self.peer, (15, 16)) == .trial(.provenBefore))
    bench.wait(seconds: 16)
    #expect(bench.request(Self.peer, token: cookie) == .refuse(.cookieSpent))
  }

  @Test func whoeverIsOverItsBudgetIsAStrangerAgain() {
    var limits = DatagramLimits()
    limits.endpointRequests = RateLimit(perSecond: 1, burst: 3)
    let bench = GateBench(.i2pd, limits)
    bench.restore(Self.peer, agoSeconds: 100)
    let verdicts = (0..<5).map { _ in bench.ask(Self.peer) }
    #expect(verdicts.prefix(3).allSatisfy { $0 == .trial(.provenBefore) })
    #expect(verdicts.suffix(2).allSatisfy { $0 == .trial(.onTrial) })
    bench.overload()
    guard case .challenge = bench.ask(Self.peer) else {
      Issue.record("a known endpoint over its budget is not asked for a cookie")
      return
    }
  }

  @Test func restoredEndpointsLiveAsLongAsOthers() {
    let bench = GateBench(.java)
    bench.restore(Self.peer, agoSeconds: 3_000)
    bench.restore(Self.other, agoSeconds: 4 * 3_600)
    #expect(bench.ask(Self.peer) == .trial(.provenBefore))
    #expect(bench.ask(Self.other) == .trial(.onTrial))
    bench.wait(seconds: 3 * 3_600 - 3_001)
    #expect(bench.ask(Self.peer) == .trial(.provenBefore))
    bench.wait(seconds: 1)
    #expect(bench.ask(Self.peer) == .trial(.onTrial))
  }

  @Test func unknownTokensHaveASmallBudget() {
    for kind in RouterKind.allCases {
      let bench = GateBench(kind)
      let verdicts = (0..<2_000 as Range<UInt32>).map { index in
        let address = SourceAddress(ipv4: 0x5100_0000 + index << 9)
        return bench.request(Endpoint(address: address, port: 9), token: 1_000 + UInt64(index))
      }
      let most = DatagramLimits().allowance(kind).unknownTokens.burst
      #expect(verdicts.count { $0 == .trial(.onTrial) } == Int(most), "\(kind)")
      #expect(verdicts.last == .refuse(.tokenUnknown), "\(kind)")
      // Others are not touched by that.
      #expect(bench.ask(Self.peer) == .trial(.onTrial), "\(kind)")
    }
  }

  @Test func peerTestsAndHolePunchesHaveBudgetsOfTheirOwn() {
    let bench = GateBench(.i2pd)
    bench.overload()
    let tests = (0..<100 as Range<UInt32>).map { index in
      let address = SourceAddress(ipv4: 0x5100_0000 + index << 9)
      return bench.arrive(PlainDatagram.peerTest(6).bytes, Endpoint(address: address, port: 9))
    }
    #expect(tests.count { $0 == .trial(.peerTest) } == 40)
    #expect(tests.last == .refuse(.peerTest))
    let punches = (0..<20).map { _ in bench.arrive(PlainDatagram.holePunch().bytes, Self.peer) }
    #expect(punches.count { $0 == .trial(.holePunch) } == 8, "one address")
    #expect(punches.last == .refuse(.holePunch))
  }

  @Test func aWrongClockIsForTheRouterToSay() {
    for (kind, most) in [(RouterKind.i2pd, 20), (.java, 1)] {
      let bench = GateBench(kind)
      let bytes = PlainDatagram().bytes
      #expect(bench.arrive(bytes, Self.peer, skewSeconds: 59) == .trial(.onTrial))
      let verdicts = (0..<100 as Range<UInt32>).map { index in
        let address = SourceAddress(ipv4: 0x5100_0000 + index << 9)
        return bench.arrive(bytes, Endpoint(address: address, port: 9), skewSeconds: 121)
      }
      #expect(verdicts.count { $0 == .trial(.clockSkew) } == most, "\(kind)")
      #expect(verdicts.last == .refuse(.clockSkew), "\(kind)")
    }
  }

  @Test func dataIsPassedWhereASessionIsKnown() {
    let bench = GateBench(.i2pd)
    var generator = SeededGenerator(seed: 3)
    let data = DatagramForge.data(destination: 5, &generator)
    #expect(bench.arrive(data, Self.peer) == .refuse(.unknownFlow))
    _ = bench.retry(Self.peer, token: 77)
    _ = bench.request(Self.peer, token: 77, (5, 6))
    #expect(bench.arrive(data, Self.peer) == .trial(.provenBefore))
    #expect(bench.arrive(data, Self.other) == .trial(.moved))
    let foreign = DatagramForge.data(destination: 8, &generator)
    #expect(bench.arrive(foreign, Self.other) == .refuse(.unknownFlow))
    let moved = (0..<100).map { _ in bench.arrive(data, Self.other) }
    #expect(moved.last == .refuse(.moved))
    #expect(moved.count { $0 == .trial(.moved) } <= 40)
  }

  @Test func aReloadChangesRatesAndKindAndForgetsNobody() {
    let bench = GateBench(.i2pd)
    _ = bench.retry(Self.peer, token: 77)
    bench.restore(Self.other, agoSeconds: 5)
    bench.overload()
    #expect(bench.stage() == .gate)
    bench.reload(.java, DatagramLimits())
    #expect(bench.ask(Self.other) == .trial(.provenBefore))
    #expect(bench.request(Self.peer, token: 77) == .admit(.witnessed))
    let stranger = Endpoint(address: SourceAddress(ipv4: 0x2e01_0203), port: 1)
    guard case .challenge(let count, _) = bench.ask(stranger) else {
      Issue.record("a reload ends no stage")
      return
    }
    let cookie = bench.answerSays(count).token
    guard case .reject = bench.request(stranger, token: cookie) else {
      Issue.record("the router is Java I2P now")
      return
    }
  }

  @Test func everyVerdictHasItsWord() {
    let verdicts: [DatagramVerdict] = [
      .refuse(.unknownFlow), .trial(.onTrial), .admit(.cookie), .challenge(64, .overloaded),
      .reject(76, .cookie),
    ]
    #expect(verdicts.map(\.verdict) == [.refuse, .trial, .admit, .challenge, .reject])
    #expect(verdicts.map(\.reason) == [.unknownFlow, .onTrial, .cookie, .overloaded, .cookie])
  }
}
