import Kernel
import Testing
import Wire

@testable import Lab

/// The initiator and the stand-in for a Java router against each other, on loopback.
@Suite struct StandInTests {
  /// Runs `body` beside a running stand-in; every call may come from another loopback address.
  static func withStandIn(
    directory: String? = nil,
    _ body: (Endpoint, RouterFacts) throws -> Void
  ) throws -> JavaInboundReport {
    let loopback = Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: 0)
    let standIn = try JavaInboundLimiter.listening(
      at: loopback,
      networkIdentifier: 99,
      directory: directory
    )
    let (endpoint, facts, counters) = (standIn.endpoint, standIn.facts, standIn.counters)
    let stop = FloodStop()
    let box = Handover(standIn)
    let thread = LabThread {
      var served = box.take()
      served.run(stop: stop)
    }
    try body(endpoint, facts)
    Pause.nanoseconds(300 * Nanoseconds.perMillisecond)
    stop.raise()
    thread.join()
    return counters.snapshot
  }

  private static func source(_ number: UInt32) -> SourceAddress {
    SourceAddress(ipv4: 0x7f01_0000 | number)
  }

  @Test func honestPeersAreEstablished() throws {
    let report = try Self.withStandIn { target, router in
      for number in UInt32(1)...3 {
        var options = HandshakeOptions()
        options.farewell = .sendMessageFirst
        options.published = number == 3 ? Endpoint(address: Self.source(3), port: 4567) : nil
        options.messageThreePaddingCount = number == 2 ? 40 : nil
        let result = Initiator.handshake(
          to: target,
          from: Self.source(number),
          router: router,
          options: options
        )
        #expect(result.end == .established)
        #expect(result.messageTwoAfterNanoseconds != nil)
        #expect((64...127).contains(result.messageTwoLength ?? 0))
      }
    }
    #expect(report.accepted == 3 && report.admitted == 3)
    #expect(report.answered == 3 && report.established == 3 && report.useful == 3)
    #expect(report.leftEarly == 0)
  }

  @Test func earlyLeaverIsBlocked() throws {
    let report = try Self.withStandIn { target, router in
      var options = HandshakeOptions()
      options.stop = .beforeFirstFlight
      options.departure = .finish
      let left = Initiator.handshake(
        to: target,
        from: Self.source(1),
        router: router,
        options: options
      )
      #expect(left.end == .left(stage: .firstFlight))
      Pause.nanoseconds(200 * Nanoseconds.perMillisecond)
      let again = Initiator.handshake(to: target, from: Self.source(1), router: router)
      #expect(again.end != .established)
      #expect(again.observation.close != nil)
      let other = Initiator.handshake(to: target, from: Self.source(2), router: router)
      #expect(other.end == .established)
    }
    #expect(report.refusedAsBlocked == 1)
    #expect(report.leftEarly >= 1)
  }

  @Test(arguments: [
    FirstFlightFault.highBitSet, .zeroKey,
  ])
  func refusedKeysEndAtOnce(fault: FirstFlightFault) throws {
    _ = try Self.withStandIn { target, router in
      var options = HandshakeOptions()
      options.firstFlight.fault = fault
      options.firstFlight.padding = []
      let result = Initiator.handshake(
        to: target,
        from: Self.source(1),
        router: router,
        options: options
      )
      guard case .closed(.finish, .awaitingMessageTwo, let after) = result.end else {
        Issue.record("\(result.end)")
        return
      }
      #expect(after < 500 * Nanoseconds.perMillisecond)
      #expect(result.observation.bytesReceived == 0)
    }
  }

  @Test func garbageIsReadForAWhile() throws {
    let report = try Self.withStandIn { target, router in
      for (number, fault) in [FirstFlightFault.wrongRouterHash, .brokenFrame].enumerated() {
        var options = HandshakeOptions()
        options.firstFlight.fault = fault
        options.firstFlight.padding = []
        options.firstFlight.extraByteCount = 127
        let result = Initiator.handshake(
          to: target,
          from: Self.source(UInt32(number + 1)),
          router: router,
          options: options
        )
        #expect(result.observation.close != nil && result.observation.bytesReceived == 0)
      }
    }
    #expect(report.rejectedFirstFlights == 2 && report.answered == 0)
  }

  @Test func liesInMessageThreeAreTerminated() throws {
    let cases: [(UInt8, (inout HandshakeOptions) -> Void)] = [
      (17, { $0.routerInfoNetworkIdentifier = 2 }),
      (17, { $0.published = Endpoint(address: Self.source(77), port: 1) }),
      (7, { $0.firstFlight.clockOffsetSeconds = -3600 }),
    ]
    _ = try Self.withStandIn { target, router in
      for (index, (reason, change)) in cases.enumerated() {
        var options = HandshakeOptions()
        change(&options)
        let result = Initiator.handshake(
          to: target,
          from: Self.source(UInt32(index + 1)),
          router: router,
          options: options
        )
        #expect(result.end == .terminated(reason: reason))
      }
      for (index, fault) in [MessageThreeFault.brokenPartOne, .brokenPartTwo].enumerated() {
        var options = HandshakeOptions()
        options.messageThreeFault = fault
        let result = Initiator.handshake(
          to: target,
          from: Self.source(UInt32(index + 10)),
          router: router,
          options: options
        )
        #expect(result.observation.close != nil && result.establishedAfterNanoseconds == nil)
      }
    }
  }

  @Test func replayIsSeen() throws {
    let report = try Self.withStandIn { target, router in
      var options = HandshakeOptions()
      options.firstFlight.ephemeralPrivateKey = Primitives.randomBytes(32)
      let ends = (UInt32(1)...2).map { number in
        Initiator.handshake(
          to: target,
          from: Self.source(number),
          router: router,
          options: options
        ).end
      }
      #expect(ends[0] == .established && ends[1] != .established)
    }
    #expect(report.replays == 1)
  }

  @Test func nobodyListens() {
    let result = Initiator.handshake(
      to: Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: 1),
      router: FirstFlightTests.router
    )
    #expect(result.end == .refused && result.connectedAfterNanoseconds == nil)
  }
}

/// Hands a value that cannot be copied to the thread that will own it.
private final class Handover: @unchecked Sendable {
  private var value: JavaInboundLimiter?

  init(_ value: consuming JavaInboundLimiter) {
    self.value = consume value
  }

  func take() -> JavaInboundLimiter {
    guard let taken = value.take() else { preconditionFailure("handed over once") }
    return taken
  }
}

@Suite struct InboundLimiterTests {
  private static let start = Instant(nanoseconds: 1_000 * Nanoseconds.perSecond)

  /// Admitted of `perMinute` evenly spread connections, minute by minute; the draw is the middle.
  private func admitted(perMinute: [Int]) -> [Int] {
    var limiter = InboundLimiter(now: Self.start)
    return perMinute.enumerated().map { minute, count in
      (0..<count).filter { index in
        let second = Double(minute * 60) + (Double(index) + 0.5) * 60 / Double(count)
        let now = Self.start.advanced(byNanoseconds: UInt64(second * 1e9))
        return limiter.judge(now: now, draw: 0.5) == .admitted
      }.count
    }
  }

  @Test func quietNetworksAreNotLimited() {
    #expect(admitted(perMinute: [10, 15, 12]) == [10, 15, 12])
  }

  @Test func twoASecondKeepMostOut() {
    let minutes = admitted(perMinute: [10, 120, 120])
    #expect(minutes[1] < 30 && minutes[2] < 50)
  }

  @Test func idleMinuteBringsTheFloorBack() {
    var limiter = InboundLimiter(now: Self.start)
    for _ in 0..<1000 { _ = limiter.judge(now: Self.start, draw: 0) }
    let later = Self.start.advanced(byNanoseconds: 150 * Nanoseconds.perSecond)
    let verdicts = (0..<20).map { _ in limiter.judge(now: later, draw: 0.99) }
    #expect(verdicts.first == .admitted && verdicts.last == .refused)
  }
}
