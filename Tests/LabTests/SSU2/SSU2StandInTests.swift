import Kernel
import Testing
import Wire

@testable import Lab

/// The SSU2 initiator and the stand-in for a Java router against each other.
@Suite(.serialized, .enabled(if: LabNeeds.namespaces, LabNeeds.why))
struct SSU2StandInTests {
  private typealias Change = (inout SSU2HandshakeOptions) -> Void

  /// A stand-in on a host of its own and a world to call it from.
  private final class Scene {
    let topology: StarTopology
    let standIn: RunningJavaSSU2
    private var sourceCount: UInt32 = 0

    init(_ settings: JavaSSU2Settings) throws {
      topology = try StarTopology(hostCount: 1)
      standIn = try RunningJavaSSU2(on: topology.hosts[0], settings: settings)
    }

    func close() {
      standIn.close()
      topology.remove()
    }

    func newSource() -> SourceAddress {
      sourceCount += 1
      return AddressPlan.worldSource(1_000_000 + sourceCount * 257)
    }

    func handshake(
      from source: Endpoint? = nil,
      _ change: Change = { _ in }
    ) throws -> SSU2HandshakeResult {
      var options = SSU2HandshakeOptions()
      options.patienceNanoseconds = 2500 * Nanoseconds.perMillisecond
      change(&options)
      let (target, facts, fixed) = (standIn.endpoint, standIn.facts, options)
      let from = source ?? Endpoint(address: newSource(), port: 0)
      return try topology.world.namespace.run {
        SSU2Initiator.handshake(to: target, from: from, router: facts, options: fixed)
      }
    }
  }

  private func withScene(
    _ settings: JavaSSU2Settings = JavaSSU2Settings(),
    _ body: (Scene) throws -> Void
  ) throws -> JavaSSU2Report {
    let scene = try Scene(settings)
    defer { scene.close() }
    try body(scene)
    let report = scene.standIn.counters.snapshot
    print(report)
    return report
  }

  @Test func honestPeersAreEstablished() throws {
    let report = try withScene { scene in
      for manner in SSU2Manner.allCases {
        for padding in [nil, 900] {
          let source = Endpoint(address: scene.newSource(), port: 9_222)
          let result = try scene.handshake(from: source) {
            $0.manner = manner
            $0.confirmedPaddingCount = padding
            $0.published = source
            $0.farewell = .converse(
              nanoseconds: 500 * Nanoseconds.perMillisecond,
              intervalNanoseconds: 100 * Nanoseconds.perMillisecond
            )
          }
          #expect(result.end == .established, "\(manner): \(result.report)")
          #expect((67...98).contains(result.retryLength ?? 0))
          #expect((99...162).contains(result.createdLength ?? 0))
          #expect(result.observedAddress == source && result.newToken == nil)
          #expect(result.responseCount >= 3 && result.strangeCount == 0)
        }
      }
    }
    #expect(report.established == 4 && report.retries == 4 && report.ignored == 0)
  }

  @Test func everyFaultHasItsOutcome() throws {
    _ = try withScene(JavaSSU2Settings(limiting: .off)) { scene in
      for fault in SSU2Fault.allCases {
        for manner in SSU2Manner.allCases {
          let result = try scene.handshake {
            $0.fault = fault
            $0.manner = manner
          }
          #expect(
            result.end == Self.outcome(fault, manner),
            "\(fault), \(manner): \(result.report)"
          )
        }
      }
      let elsewhere = try scene.handshake {
        $0.published = Endpoint(address: SourceAddress(ipv4: 0x0b43_0001), port: 1)
      }
      #expect(elsewhere.end == .terminated(reason: TerminationReason.banned))
    }
  }

  /// What a fault leads to.
  private static func outcome(_ fault: SSU2Fault, _ manner: SSU2Manner) -> SSU2HandshakeEnd {
    switch fault {
    case .none: .established
    case .wrongNetwork, .wrongVersion, .brokenTokenRequest, .equalIdentifiers, .noDateTime:
      .silence(stage: .awaitingRetry)
    case .zeroToken, .otherIdentifiers: .silence(stage: .awaitingSessionCreated)
    // What is sent again after the state was destroyed has a token that nobody knows.
    case .brokenSessionRequest, .otherPort: manner == .i2pd ? .established : .secondRetry
    case .madeUpToken:
      manner == .i2pd ? .established : .silence(stage: .awaitingSessionCreated)
    }
  }

  @Test func wrongClockIsRefusedTwiceAndThenIgnored() throws {
    let report = try withScene { scene in
      for offset in [Int64(-300), 300] {
        let result = try scene.handshake { $0.clockOffsetSeconds = offset }
        #expect(result.end == .rejected(reason: 7, stage: .awaitingRetry))
      }
      #expect(try scene.handshake { $0.clockOffsetSeconds = 100 }.end == .established)
      let again = try scene.handshake {
        $0.clockOffsetSeconds = 300
        $0.manner = .java
      }
      #expect(again.redialCount == 2 && again.end == .silence(stage: .awaitingRetry))
    }
    #expect(report.refusedClocks >= 5 && report.silentRefusals >= 1)
  }

  @Test func whoGivesUpIsBannedWithItsPortAlone() throws {
    let report = try withScene { scene in
      let source = Endpoint(address: scene.newSource(), port: 9_222)
      let first = try scene.handshake(from: source) { $0.stop = .afterRetry }
      #expect(first.end == .left(stage: .awaitingRetry))
      Pause.nanoseconds(5_300 * Nanoseconds.perMillisecond)
      let second = try scene.handshake(from: source)
      #expect(second.end == .rejected(reason: 11, stage: .awaitingRetry))
      let elsewhere = Endpoint(address: source.address, port: 9_223)
      #expect(try scene.handshake(from: elsewhere).end == .established)
    }
    #expect(report.abandoned == 1 && report.refusedAsBanned == 1)
  }

  @Test func placesAreFewAndComeBackAfterFiveSeconds() throws {
    let report = try withScene(JavaSSU2Settings(places: 3, limiting: .off)) { scene in
      for _ in 0..<3 { _ = try scene.handshake { $0.stop = .afterTokenRequest } }
      Pause.nanoseconds(100 * Nanoseconds.perMillisecond)
      let refused = try scene.handshake()
      #expect(refused.end == .rejected(reason: 19, stage: .awaitingRetry))
      let redialled = try scene.handshake { $0.manner = .java }
      #expect(redialled.redialCount == 2)
      Pause.nanoseconds(3_000 * Nanoseconds.perMillisecond)
      #expect(try scene.handshake().end == .established)
    }
    #expect(report.placesAtMost == 3 && report.refusedWhenFull >= 3)
  }

  @Test func filesSayWhatAGateMustKnow() throws {
    let scene = try Scene(JavaSSU2Settings())
    defer { scene.close() }
    let directory = scene.standIn.directory
    #expect(try SSU2RouterFacts.read(directory: directory) == scene.standIn.facts)
    let text = try #require(Files.text("\(directory)/router.config"))
    let introductionKey = scene.standIn.facts.introductionKey
    let key = I2PBase64.encode(introductionKey.span)
    #expect(text.contains("i2np.ssu2.ikey=\(key)\n") && text.contains("i2np.ssu2.sp="))
    #expect(text.contains("i2np.udp.port=\(scene.standIn.endpoint.port)\n"))
  }

  @Test(.timeLimit(.minutes(2)))
  func fewStrangersKeepAllNewcomersOut() throws {
    let report = try withScene { scene in
      let before = try (0..<5).map { _ in try scene.handshake().end }
      #expect(before.allSatisfy { $0 == .established })
      let network = try #require(SourcePrefix("11.90.0.0/16"))
      var settings = DatagramFloodSettings(
        kind: .tokenRequest,
        target: scene.standIn.endpoint,
        sources: try #require(FloodSources(network: network, count: 60_000)),
        ratePerSecond: 20,
        durationNanoseconds: 60 * Nanoseconds.perSecond
      )
      settings.router = scene.standIn.facts
      let flood = try RunningFlood(settings, in: scene.topology.world.namespace)
      Pause.nanoseconds(8 * Nanoseconds.perSecond)
      let ends = try (0..<10).map { number in
        Pause.nanoseconds(1_500 * Nanoseconds.perMillisecond)
        return try scene.handshake { $0.manner = number % 2 == 0 ? .java : .i2pd }.end
      }
      #expect(flood.stop() == nil)
      let established = ends.count { $0 == .established }
      print("newcomers under 20 TokenRequests a second: \(established) of \(ends.count)")
      #expect(established == 0)
    }
    #expect(report.refusedByLimiter > 200)
  }
}
