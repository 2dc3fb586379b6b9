import Filter
import Kernel
import Telemetry
import Testing
import Wire

@testable import Proxy

/// What a shard tells of those it let through, and what it does for those who are known.
@Suite("Known peers")
struct StandingLifeTests {
  private static let peer = SourceAddress(ipv4: 0xcb00_7107)

  private static func neighbour(_ number: Int) -> SourceAddress {
    SourceAddress(ipv4: 0xcb00_7164 + UInt32(number % 100))
  }

  @Test("What became of a handshake is told once, with its reason")
  func outcomes() throws {
    for (manner, expected): (PeerManner, [SourceOutcome?]) in [
      (.honest, [.passed(.handshake)]), (.stalls, [.failed(.stalled)]),
      (.resetsLater, [.failed(.peerLeft)]), (.wrongFlight, []), (.silent, []),
    ] {
      let run = try SimulationRun(seed: 3, limits: .roomy)
      run.connect(manner, from: Self.peer, afterNanoseconds: 0)
      #expect(run.run(atMostSeconds: 100) == nil)
      let outcomes = run.takeOutcomes()
      #expect(outcomes.map(\.outcome) == expected, "\(manner)")
      #expect(outcomes.allSatisfy { $0.source == Self.peer })
    }
  }

  @Test("A session that goes on with data is told of after minutes, and again each hour")
  func lastingSession() throws {
    var limits = LimitSettings.roomy
    limits.idleTimeoutNanoseconds = SimulationRun.seconds(3_600)
    let run = try SimulationRun(seed: 1, limits: limits)
    let peer = run.connect(.stalls, from: Self.peer, afterNanoseconds: 0)
    run.world.after(SimulationRun.seconds(1)) {
      peer.end.say([UInt8](repeating: 7, count: TestRouter.message3Length))
    }
    let start = run.world.now
    var told: [(minute: UInt64, outcome: SourceOutcome?)] = []
    for minute in 1...130 as ClosedRange<UInt64> {
      while run.world.complaint == nil, run.world.now < start + SimulationRun.seconds(minute * 60) {
        run.turn()
      }
      told += run.takeOutcomes().map { (minute, $0.outcome) }
      // One pause is long: silence is nobody's session.
      if !(10..<20).contains(minute) { peer.end.say([1]) }
    }
    #expect(run.world.complaint == nil)
    #expect(
      told.map(\.outcome) == [.passed(.handshake)]
        + [SourceOutcome?](repeating: .passed(.session), count: 3)
    )
    #expect(told.map(\.minute).first == 1)
    #expect(told.dropFirst().map(\.minute).allSatisfy { $0 >= 4 })
  }

  /// The /24 around the peer fills every place, uses up its network's bounds and asks for all the
  /// router has; whoever is known comes through each time.
  @Test(
    "A flood of neighbours costs a known peer nothing",
    arguments: [PeerManner.silent, .stalls, .wrongFlight, .partial]
  )
  func flood(manner: PeerManner) throws {
    var limits = LimitSettings.roomy
    limits.heldStrangers = 16
    limits.openSessions = 16
    limits.networkRate = RateLimit(perSecond: 100, burst: 200)
    limits.networkHalfOpen = 12
    let run = try SimulationRun(seed: 5, limits: limits, known: [Self.peer])
    for number in 0..<3_000 {
      let delay = UInt64(number) * 10 * Nanoseconds.perMillisecond
      run.connect(manner, from: Self.neighbour(number), afterNanoseconds: delay)
    }
    var honest: [SimulatedPeer] = []
    for number in 1...14 as ClosedRange<UInt64> {
      honest.append(
        run.connect(.honest, from: Self.peer, afterNanoseconds: SimulationRun.seconds(2 * number))
      )
    }
    #expect(run.run(atMostSeconds: 200) == nil)
    #expect(honest.count { $0.isServed } == honest.count, "\(run.verdicts)")
  }
}
