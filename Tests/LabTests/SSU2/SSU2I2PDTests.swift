import Kernel
import Testing
import Wire

@testable import Lab

/// The SSU2 initiator against a real, bare i2pd 2.45.1: what it recorded is that router's behaviour
/// and of no other generation.
@Suite(
  .serialized,
  .enabled(if: RealI2PD.isAvailable, "needs root for network namespaces, and i2pd 2.45.1")
)
struct SSU2I2PDTests {
  private typealias Change = (inout SSU2HandshakeOptions) -> Void

  private func withRouter(_ body: (SSU2I2PD) throws -> Void) throws {
    let router = try SSU2I2PD()
    defer { router.close() }
    try body(router)
  }

  @Test func honestFormsAreEstablished() throws {
    let cases: [(String, Change)] = [
      ("plain", { _ in }),
      ("two datagrams of SessionConfirmed", { $0.confirmedPaddingCount = 900 }),
      ("clock 50 s ahead", { $0.clockOffsetSeconds = 50 }),
      ("clock 50 s behind", { $0.clockOffsetSeconds = -50 }),
    ]
    try withRouter { router in
      for manner in SSU2Manner.allCases {
        for (name, change) in cases {
          let result = try router.handshake {
            $0.manner = manner
            change(&$0)
          }
          #expect(result.end == .established, "\(manner), \(name): \(result.report)")
          #expect(result.retryTokens.count == 1 && result.redialCount == 0)
          #expect((64...100).contains(result.retryLength ?? 0))
          #expect(result.observedAddress == result.source, "\(name)")
          #expect(result.newToken != nil && result.strangeCount == 0, "\(name)")
        }
      }
      let source = Endpoint(address: router.newSource(), port: 9_222)
      let published = try router.handshake(from: source) { $0.published = source }
      #expect(published.end == .established)
    }
  }

  @Test func sessionAnswersAndFollowsToAnotherPort() throws {
    try withRouter { router in
      let result = try router.handshake {
        $0.farewell = .converse(
          nanoseconds: 2 * Nanoseconds.perSecond,
          intervalNanoseconds: 200 * Nanoseconds.perMillisecond
        )
      }
      #expect(result.end == .established)
      #expect(result.challengeCount >= 9 && result.responseCount >= result.challengeCount - 1)
      let moved = try router.handshake {
        $0.farewell = .converseAndMove(
          nanoseconds: 3 * Nanoseconds.perSecond,
          intervalNanoseconds: 200 * Nanoseconds.perMillisecond
        )
      }
      #expect(moved.end == .established && moved.movedResponseCount > 0)
    }
  }

  @Test func tokenOfASessionShortensTheNext() throws {
    try withRouter { router in
      let source = Endpoint(address: router.newSource(), port: 9_222)
      let first = try router.handshake(from: source)
      let token = try #require(first.newToken)
      for manner in SSU2Manner.allCases {
        let second = try router.handshake(from: source) {
          $0.cachedToken = token
          $0.manner = manner
          $0.patienceNanoseconds = 3 * Nanoseconds.perSecond
        }
        // i2pd's token is good for one session; Java I2P as initiator then waits in vain.
        switch manner {
        case .i2pd: #expect(second.end == .established && second.retryTokens.isEmpty)
        case .java: #expect(second.end == .silence(stage: .awaitingSessionCreated))
        }
      }
    }
  }

  /// What a fault leads to; i2pd 2.45.1 looks neither at the network nor at the version, nor for a
  /// time or for identifiers that differ.
  private static func outcome(_ fault: SSU2Fault, _ manner: SSU2Manner) -> SSU2HandshakeEnd {
    switch fault {
    case .none, .wrongNetwork, .wrongVersion, .equalIdentifiers, .noDateTime, .otherIdentifiers:
      .established
    case .brokenTokenRequest: .silence(stage: .awaitingRetry)
    case .brokenSessionRequest: .silence(stage: .awaitingSessionCreated)
    case .zeroToken, .otherPort: manner == .i2pd ? .established : .secondRetry
    case .madeUpToken:
      manner == .i2pd ? .established : .silence(stage: .awaitingSessionCreated)
    }
  }

  @Test func everyFaultHasItsOutcome() throws {
    try withRouter { router in
      for fault in SSU2Fault.allCases {
        for manner in SSU2Manner.allCases {
          let result = try router.handshake {
            $0.fault = fault
            $0.manner = manner
            $0.patienceNanoseconds = 1500 * Nanoseconds.perMillisecond
          }
          let expected = Self.outcome(fault, manner)
          #expect(result.end == expected, "\(fault), \(manner): \(result.report)")
          let begunAnew = fault == .zeroToken || fault == .otherPort
          #expect(result.retryTokens.count <= (begunAnew ? 2 : 1), "\(fault), \(manner)")
        }
      }
    }
  }

  @Test func wrongClockIsRejected() throws {
    try withRouter { router in
      for offset in [Int64(-100), 100] {
        let result = try router.handshake { $0.clockOffsetSeconds = offset }
        #expect(result.end == .rejected(reason: 7, stage: .awaitingRetry))
        #expect(result.retryTokens == [0])
      }
    }
  }

  @Test func abandonedHandshakesDoNotHarmTheNext() throws {
    try withRouter { router in
      let source = Endpoint(address: router.newSource(), port: 9_222)
      let stops: [SSU2HandshakeOptions.Stop] = [
        .afterTokenRequest, .afterRetry, .afterSessionRequest, .afterSessionCreated,
      ]
      for stop in stops {
        let result = try router.handshake(from: source) { $0.stop = stop }
        guard case .left = result.end else {
          Issue.record("\(stop): \(result.end)")
          continue
        }
        let next = try router.handshake(from: source)
        #expect(next.end == .established, "\(stop): \(next.report)")
      }
    }
  }
}
