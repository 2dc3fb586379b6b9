import Filter
import Kernel
import Testing
import Wire

@testable import Lab

/// The initiator and the floods against a real i2pd 2.45.1. The recorded behaviour is that router's
/// and of no other generation.
@Suite(
  .serialized,
  .enabled(if: RealI2PD.isAvailable, "needs root for a network namespace, and i2pd 2.45.1")
)
struct RealI2PDTests {
  private typealias Change = (inout HandshakeOptions) -> Void

  private func withRouter(_ body: (RealI2PD) throws -> Void) throws {
    let router = try RealI2PD()
    defer { router.close() }
    try body(router)
  }

  @Test func honestFormsAreEstablished() throws {
    let cases: [(String, Change)] = [
      ("plain", { _ in }),
      ("no padding", { $0.firstFlight.padding = [] }),
      ("longest padding", { $0.firstFlight.padding = Primitives.randomBytes(223) }),
      ("unnamed network", { $0.firstFlight.networkIdentifier = 0 }),
      ("reserved bytes set", { $0.firstFlight.reserved = [1, 2, 3, 4, 5, 6] }),
      ("clock 50 s ahead", { $0.firstFlight.clockOffsetSeconds = 50 }),
      ("padding in message 3", { $0.messageThreePaddingCount = 64 }),
      ("byte by byte", { $0.delivery = .byteByByte(pauseNanoseconds: 0) }),
      (
        "in pieces",
        { $0.delivery = .pieces(sizes: [32, 32], pauseNanoseconds: 20 * 1_000_000) }
      ),
      ("a message first", { $0.farewell = .sendMessageFirst }),
      // i2pd 2.45.1 does not look at the key: such a peer needs no X25519 to prove itself.
      ("zero key", { $0.firstFlight.fault = .zeroKey }),
      ("key of low order", { $0.firstFlight.fault = .lowOrderKey }),
    ]
    try withRouter { router in
      for (name, change) in cases {
        let result = try router.handshake(change)
        #expect(result.end == .established, "\(name)")
        #expect((64...286).contains(result.messageTwoLength ?? 0), "\(name)")
        #expect(result.observation.bytesReceived > 500, "\(name)")
      }
      let source = router.freshSource()
      let published = try router.handshake(from: source) {
        $0.published = Endpoint(address: source, port: 9999)
      }
      #expect(published.end == .established)
      // This generation does not compare the published host with where the peer comes from.
      let elsewhere = try router.handshake {
        $0.published = Endpoint(address: SourceAddress(ipv4: 0x0b43_0001), port: 1)
      }
      #expect(elsewhere.end == .established)
    }
  }

  @Test func wrongFirstFlightsAreClosedAtOnce() throws {
    let faults: [FirstFlightFault] = [
      .wrongRouterHash, .wrongInitializationVector, .wrongStaticKey, .highBitSet, .brokenFrame,
    ]
    var cases: [(String, Change)] = faults.map { fault in
      (fault.rawValue, { $0.firstFlight.fault = fault })
    }
    cases += HybridForm.allCases.map { form in
      ("hybrid \(form)", { $0.firstFlight.hybrid = form })
    }
    cases += [
      ("foreign network", { $0.firstFlight.networkIdentifier = 98 }),
      ("version 3", { $0.firstFlight.version = 3 }),
      ("message 3 too short", { $0.firstFlight.declaredMessageThreeLength = 15 }),
      ("padding too long", { $0.firstFlight.padding = Primitives.randomBytes(224) }),
    ]
    try withRouter { router in
      for (name, change) in cases {
        let result = try router.handshake(change)
        guard case .closed(let form, .awaitingMessageTwo, let after) = result.end else {
          Issue.record("\(name): \(result.end)")
          continue
        }
        #expect(form != .reset && after < 500 * Nanoseconds.perMillisecond, "\(name)")
        #expect(result.observation.bytesReceived == 0, "\(name)")
      }
    }
  }

  @Test func unfinishedFirstFlightsAreWaitedFor() throws {
    try withRouter { router in
      let cases: [(String, HandshakeStage, Change)] = [
        ("nothing", .firstFlight, { $0.stop = .beforeFirstFlight }),
        ("63 bytes", .firstFlight, { $0.stop = .withinFirstFlight(byteCount: 63) }),
        (
          "no padding", .awaitingMessageTwo,
          {
            $0.firstFlight.padding = []
            $0.firstFlight.declaredPaddingLength = 20
          }
        ),
      ]
      for (name, stage, change) in cases {
        let result = try router.handshake(change)
        #expect(result.end == .silence(stage: stage), "\(name)")
        #expect(result.observation.bytesReceived == 0, "\(name)")
      }
    }
  }

  @Test func wrongClockIsAnsweredAndClosed() throws {
    try withRouter { router in
      for offset in [Int64(-100), 100] {
        let result = try router.handshake {
          $0.firstFlight.clockOffsetSeconds = offset
          $0.firstFlight.padding = []
        }
        #expect(result.messageTwoAfterNanoseconds != nil)
        guard case .closed(_, .awaitingFirstFrame, _) = result.end else {
          Issue.record("\(result.end)")
          continue
        }
        // The padding was not read, so it is missing in the router's transcript.
        let padded = try router.handshake {
          $0.firstFlight.clockOffsetSeconds = offset
          $0.firstFlight.padding = Primitives.randomBytes(30)
        }
        #expect(padded.end == .unauthentic(stage: .awaitingMessageTwo))
      }
    }
  }

  @Test func wrongMessageThreeIsClosedOrTerminated() throws {
    try withRouter { router in
      for fault in [MessageThreeFault.brokenPartOne, .brokenPartTwo] {
        let result = try router.handshake { $0.messageThreeFault = fault }
        #expect(result.messageTwoAfterNanoseconds != nil)
        guard case .closed(_, .awaitingFirstFrame, _) = result.end else {
          Issue.record("\(fault): \(result.end)")
          continue
        }
      }
      let foreign = try router.handshake { $0.routerInfoNetworkIdentifier = 2 }
      #expect(foreign.end == .terminated(reason: TerminationReason.badSignature))
    }
  }

  @Test func replayIsAcceptedFromAnotherAddress() throws {
    try withRouter { router in
      let (key, padding) = (Primitives.randomBytes(32), Primitives.randomBytes(9))
      for _ in 0..<2 {
        let result = try router.handshake {
          $0.firstFlight.ephemeralPrivateKey = key
          $0.firstFlight.padding = padding
        }
        #expect(result.end == .established)
      }
    }
  }

  @Test func secondPendingConnectionOfAnAddressIsClosedAtOnce() throws {
    try withRouter { router in
      let source = router.freshSource()
      let first = try router.handshake(from: source) {
        $0.stop = .beforeFirstFlight
        $0.departure = .finish
      }
      #expect(first.end == .left(stage: .firstFlight))
      // The pending entry outlives the connection until the router's next sweep, 28 s later.
      let second = try router.handshake(from: source)
      #expect(second.observation.close != nil && second.messageTwoAfterNanoseconds == nil)
    }
  }

  @Test func garbageFloodIsClosedAndHonestPeersStillGetIn() throws {
    try withRouter { router in
      let network = try #require(SourcePrefix("11.65.0.0/16"))
      var settings = FloodSettings(
        kind: .garbage,
        target: router.endpoint,
        sources: FloodSources(network: network, count: 1000),
        ratePerSecond: 50,
        durationNanoseconds: Nanoseconds.perSecond
      )
      settings.holdNanoseconds = Nanoseconds.perSecond
      settings.openConnectionsMaximum = 100
      let fixed = settings
      let report = try router.run { try? Flood.run(fixed) }
      let garbage = try #require(report)
      #expect(garbage.attempted >= 40 && garbage.connected == garbage.attempted)
      #expect(garbage.finishedByPeer + garbage.resetByPeer == garbage.connected)
      #expect(garbage.answered == 0)
      #expect(try router.handshake().end == .established)
    }
  }
}
