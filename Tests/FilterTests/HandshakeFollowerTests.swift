import Testing
import Wire

@testable import Filter

/// Every way through a handshake, told by byte counts.
@Suite struct HandshakeFollowerTests {
  private static let message3 = 948

  /// What happens to a handshake.
  private enum Event: Equatable {
    case router(Int)
    case peer(Int)
    case time
    case peerGoes(afterMilliseconds: UInt64 = 1)
    case routerGoes
  }

  private static func follower() -> HandshakeFollower {
    HandshakeFollower(ProvenFlight(length: 64, message3Length: message3))
  }

  private static func unprovenFollower(lateBytes: Int = 0) -> HandshakeFollower {
    HandshakeFollower(
      ProvenFlight(plausibleLength: 64, message3Minimum: message3, lateBytes: lateBytes)
    )
  }

  private static func apply(
    _ event: Event,
    to follower: inout HandshakeFollower
  ) -> HandshakeOutcome {
    switch event {
    case .router(let count): follower.routerSent(count)
    case .peer(let count): follower.peerSent(count)
    case .time: follower.timeIsUp()
    case .peerGoes(let milliseconds):
      follower.peerClosed(afterNanoseconds: milliseconds * Nanoseconds.perMillisecond)
    case .routerGoes: follower.routerClosed()
    }
  }

  /// The outcome of a sequence, all but its last event being under way.
  private static func outcome(_ events: Event...) -> HandshakeOutcome {
    var follower = follower()
    var outcome = HandshakeOutcome.underWay
    for event in events {
      #expect(outcome == .underWay, "decided before \(event) in \(events)")
      outcome = apply(event, to: &follower)
    }
    return outcome
  }

  @Test func beforeTheAnswer() {
    #expect(Self.outcome(.time) == .decided(.fail, .noAnswer))
    #expect(Self.outcome(.routerGoes) == .decided(.fail, .noAnswer))
    #expect(Self.outcome(.peerGoes()) == .decided(.fail, .peerLeft))
  }

  /// Initiators wait ten seconds for a router that hangs: that they go is not their doing.
  @Test func whoWaitedInVainDidNotLeave() {
    let left = Self.outcome(.peerGoes(afterMilliseconds: 1_999))
    #expect(left == .decided(.fail, .peerLeft))
    let waited = Self.outcome(.peerGoes(afterMilliseconds: 2_000))
    #expect(waited == .decided(.fail, .noAnswer))
    let answered = Self.outcome(.router(64), .peerGoes(afterMilliseconds: 9_000))
    #expect(answered == .decided(.fail, .peerLeft))
  }

  /// Without a proof the router may still wait for more of message 3: its silence is no yes.
  @Test func silenceEstablishesNothingThatIsUnproven() {
    var follower = Self.unprovenFollower()
    _ = follower.routerSent(64)
    #expect(follower.peerSent(Self.message3) == .underWay)
    #expect(!follower.isConfirming)
    #expect(follower.timeIsUp() == .decided(.fail, .stalled))
    #expect(follower.routerSent(64) == .underWay)
    #expect(follower.routerSent(1) == .late)
  }

  @Test func afterTheAnswer() {
    #expect(Self.outcome(.router(64), .time) == .decided(.fail, .stalled))
    #expect(Self.outcome(.router(64), .routerGoes) == .decided(.fail, .routerClosed))
    #expect(Self.outcome(.router(64), .peerGoes()) == .decided(.fail, .peerLeft))
    #expect(Self.outcome(.router(64), .peer(947), .time) == .decided(.fail, .stalled))
    #expect(Self.outcome(.router(1), .router(286), .router(900)) == .underWay)
  }

  @Test func afterMessage3() {
    let whole = Event.peer(Self.message3)
    #expect(Self.outcome(.router(64), whole, .time) == .decided(.complete, .established))
    #expect(Self.outcome(.router(64), whole, .routerGoes) == .decided(.fail, .routerClosed))
    #expect(Self.outcome(.router(64), whole, .peerGoes()) == .decided(.fail, .peerLeft))
    let data = Event.router(65)
    #expect(Self.outcome(.router(64), whole, data) == .decided(.complete, .established))
    let parts: [HandshakeOutcome] = [
      Self.outcome(.router(64), .peer(1), .peer(947), .router(64), .router(1)),
      Self.outcome(.router(64), .peer(947), .router(500), .peer(1), .router(65)),
    ]
    #expect(parts.allSatisfy { $0 == .decided(.complete, .established) })
  }

  @Test func aTerminationIsNoSession() {
    let whole = Event.peer(Self.message3)
    for length in [31, 49, 64] {
      #expect(Self.outcome(.router(64), whole, .router(length)) == .underWay)
      let refused = Self.outcome(.router(64), whole, .router(length), .routerGoes)
      #expect(refused == .decided(.fail, .routerClosed))
    }
  }

  @Test func aPeersOwnBytesEstablishNothing() {
    #expect(Self.outcome(.router(64), .peer(Self.message3 + 100_000)) == .underWay)
    #expect(Self.outcome(.router(64), .peer(Self.message3), .peer(100_000)) == .underWay)
    let refused = Self.outcome(.router(64), .peer(Self.message3), .peer(9_999), .routerGoes)
    #expect(refused == .decided(.fail, .routerClosed))
  }

  @Test func aPeerMaySpeakOnlyAfterTheAnswer() {
    var follower = Self.follower()
    #expect(follower.peerMaySend == 0)
    #expect(!follower.isAnswered)
    _ = follower.routerSent(64)
    #expect(follower.peerMaySend == .max)
    #expect(follower.isAnswered)
  }

  @Test func paddingThatCameLateIsNoPartOfMessage3() {
    var follower = Self.unprovenFollower(lateBytes: 20)
    #expect(follower.peerMaySend == 20)
    #expect(follower.peerSent(15) == .underWay)
    #expect(follower.peerMaySend == 5)
    #expect(follower.peerSent(5) == .underWay)
    #expect(follower.peerMaySend == 0)
    _ = follower.routerSent(64)
    #expect(follower.peerSent(Self.message3 - 1) == .underWay)
    #expect(follower.timeIsUp() == .decided(.fail, .stalled))
  }

  /// Random sequences: at most one decision, never a session before the whole of message 3 and a
  /// router that stays.
  @Test func anySequenceIsDecidedOnceAndNoSessionComesCheap() {
    for seed in 0..<3_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var follower = Self.follower()
      var decisions = 0
      var (answered, fromPeer, afterMessage3) = (false, 0, 0)
      for _ in 0..<20 {
        let count = Int.random(in: 1...700, using: &generator)
        let events: [Event] = [.router(count), .peer(count), .peer(count), .peer(count), .time]
        var event = events.randomElement(using: &generator) ?? .time
        if Int.random(in: 0..<12, using: &generator) == 0 {
          event = Bool.random(using: &generator) ? .peerGoes() : .routerGoes
        }
        if case .peer = event, !answered { event = .router(count) }
        let isWhole = answered && fromPeer >= Self.message3
        if case .router(let count) = event, isWhole { afterMessage3 += count }
        let outcome = Self.apply(event, to: &follower)
        if case .peer(let count) = event { fromPeer += count }
        if case .router = event { answered = true }
        guard case .decided(let verdict, let reason) = outcome else { continue }
        decisions += 1
        guard verdict == .complete else { continue }
        #expect(reason == .established, "seed \(seed)")
        #expect(isWhole, "seed \(seed)")
        #expect(event == .time || afterMessage3 > 64, "seed \(seed)")
      }
      #expect(decisions <= 1, "seed \(seed)")
    }
  }
}
