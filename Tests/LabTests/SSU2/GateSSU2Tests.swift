import Filter
import Kernel
import Testing
import Wire

@testable import Lab

extension GateTests {
  /// The real gate before a real i2pd's SSU2 port: handshakes pass it, the kernel carries the rest.
  @Suite struct SSU2 {
    private static func withRouter(
      _ transports: RouterSettings.Transports = .ssu2,
      shards: Int = 1,
      _ body: (GuardedSSU2) throws -> Void
    ) throws {
      let guarded = try GuardedSSU2(transports, shards: shards)
      defer { guarded.close() }
      do {
        try body(guarded)
      } catch {
        Issue.record("\(error)\nthe gate's log:\n\(guarded.gate.log)")
      }
    }

    private static let converse = SSU2HandshakeOptions.Farewell.converse(
      nanoseconds: 2 * GateTests.second,
      intervalNanoseconds: 100 * Nanoseconds.perMillisecond
    )

    @Test(arguments: [1, 2]) func handshakesPassAndTheKernelCarriesTheirFlows(shards: Int) throws {
      try Self.withRouter(shards: shards) { guarded in
        let configuration = Files.text("\(guarded.router.directory)/i2pd.conf")
        for manner in SSU2Manner.allCases {
          for _ in 0..<4 {
            let result = try guarded.handshake { $0.manner = manner }
            #expect(result.end == .established, "\(manner): \(result.report)")
            #expect(result.retryTokens.count == 1 && result.redialCount == 0)
            #expect(result.observedAddress == result.source)
          }
        }
        let before = try guarded.gate.status()
        #expect(before.count(.trial, .onTrial) == 8 && before.count(.admit, .witnessed) == 8)
        #expect(before.values["sallyport_retries_seen_total"] == 8)
        let talk = try guarded.handshake { $0.farewell = Self.converse }
        #expect(talk.end == .established && talk.responseCount >= 15, "\(talk.report)")
        let after = try guarded.gate.status()
        #expect(after.accepted - before.accepted == 2, "the kernel carries the session")
        #expect(after.count(.refuse) == 0)
        #expect(Files.text("\(guarded.router.directory)/i2pd.conf") == configuration)
      }
    }

    @Test func faultsAreMetWithSilence() throws {
      try Self.withRouter { guarded in
        for fault in [SSU2Fault.wrongNetwork, .wrongVersion, .brokenTokenRequest, .noDateTime] {
          let result = try guarded.handshake {
            $0.fault = fault
            $0.patienceNanoseconds = GateTests.second
          }
          #expect(result.end == .silence(stage: .awaitingRetry), "\(fault): \(result.report)")
        }
        let status = try guarded.gate.status()
        #expect(status.count(.refuse) == 4 && status.count(.trial) == 0)
        #expect(try guarded.handshake().end == .established)
      }
    }

    /// Neither datagrams nor an ICMP message: what nobody made for this router meets the same
    /// silence with the gate and without.
    @Test func junkMeetsTheSilenceOfTheBareRouter() throws {
      try Self.withRouter { guarded in
        let lengths = [1, 20, 39, 40, 56, 58, 88, 100, 700, 1_472]
        func answers() throws -> [String] {
          let (target, source) = (guarded.router.endpointSSU2, guarded.newEndpoint())
          return try guarded.topology.world.namespace.run {
            let socket = try UDPSocket.connected(to: target, from: source)
            return lengths.map { length in
              let error = socket.send(Primitives.randomBytes(length))
              let until = Clock.now.advanced(byNanoseconds: GateTests.second / 5)
              guard error == nil, case .late = socket.receive(until: until) else {
                return "\(length): an answer"
              }
              return "silence"
            }
          }
        }
        let guardedAnswers = try answers()
        #expect(try guarded.gate.status().count(.refuse) >= 7)
        #expect(guarded.gate.stop() == .exited(code: 0))
        #expect(try guardedAnswers == answers())
        #expect(guardedAnswers.allSatisfy { $0 == "silence" }, "\(guardedAnswers)")
      }
    }

    @Test func aRestartKeepsProvenEndpointsAndSessions() throws {
      try Self.withRouter { guarded in
        let source = guarded.newEndpoint()
        #expect(try guarded.handshake(from: source).end == .established)
        #expect(guarded.gate.stop() == .exited(code: 0))
        try guarded.gate.start()
        // The kernel's own memory went with its rules: what is known now was read from the file.
        #expect(try guarded.handshake(from: source).end == .established)
        let status = try guarded.gate.status()
        #expect(status.count(.trial, .provenBefore) == 1)
        #expect(status.count(.trial, .onTrial) == 0)
        #expect(status.values["sallyport_proven_endpoints"] == 1)

        guarded.gate.kill()
        try Files.write("nonsense", to: "\(guarded.gate.directory)/state.sqlite")
        try guarded.gate.start()
        #expect(guarded.gate.log.contains("was set aside"))
        #expect(try guarded.handshake(from: source).end == .established)
      }
    }

    @Test func sessionsOutliveTheGate() throws {
      try Self.withRouter { guarded in
        let world = guarded.topology.world.namespace
        let (target, facts, source) = (
          guarded.router.endpointSSU2, guarded.facts, guarded.newEndpoint()
        )
        let session = LabThread {
          try? world.run {
            var options = SSU2HandshakeOptions()
            options.farewell = .converse(
              nanoseconds: 5 * GateTests.second,
              intervalNanoseconds: 200 * Nanoseconds.perMillisecond
            )
            return SSU2Initiator.handshake(
              to: target,
              from: source,
              router: facts,
              options: options
            )
          }
        }
        Pause.nanoseconds(2 * GateTests.second)
        guarded.gate.kill()
        let result = session.join()
        #expect(result?.end == .established)
        #expect((result?.responseCount ?? 0) >= 20)
      }
    }

    @Test func aSessionFollowsItsPeerToAnotherPort() throws {
      try Self.withRouter { guarded in
        let moved = try guarded.handshake {
          $0.farewell = .converseAndMove(
            nanoseconds: 3 * GateTests.second,
            intervalNanoseconds: 200 * Nanoseconds.perMillisecond
          )
        }
        #expect(moved.end == .established && moved.movedResponseCount > 0, "\(moved.report)")
      }
    }

    /// Newcomers come all the time: whoever is under way loses one attempt by each restart.
    @Test func restartsInTheMiddleOfHandshakesCostAttemptsAlone() throws {
      try Self.withRouter { guarded in
        var plan = HonestDatagramPeers.Plan()
        plan.intervalNanoseconds = 50 * Nanoseconds.perMillisecond
        plan.patienceNanoseconds = 2 * GateTests.second
        // A router that is not there is refused at once, for as long as it takes to start.
        plan.pauseNanoseconds = GateTests.second
        plan.attemptsI2PD = 12
        plan.attemptsJava = 12
        let peers = try HonestDatagramPeers(
          in: guarded.topology.world.namespace,
          to: guarded.router.endpointSSU2,
          router: guarded.facts,
          plan: plan
        )
        for _ in 0..<2 {
          Pause.nanoseconds(GateTests.second)
          guarded.gate.kill()
          Pause.nanoseconds(GateTests.second / 4)
          try guarded.gate.start()
          Pause.nanoseconds(GateTests.second)
          guarded.router.kill()
          try guarded.router.start()
          try guarded.router.waitUntilListening()
        }
        Pause.nanoseconds(GateTests.second)
        let tallies = peers.stop()
        #expect(tallies.all.tried > 50, "\(tallies.text)")
        #expect(tallies.all.established == tallies.all.tried, "\(tallies.text)")
        #expect(try guarded.handshake().end == .established)
      }
    }

    @Test func bothTransportsHaveAGate() throws {
      try Self.withRouter(.both) { guarded in
        #expect(try guarded.handshake().end == .established)
        let (target, source) = (guarded.router.endpoint, guarded.newEndpoint().address)
        let facts = try RouterFacts.read(directory: guarded.router.directory)
        let connection = try guarded.topology.world.namespace.run {
          Initiator.handshake(to: target, from: source, router: facts)
        }
        #expect(connection.end == .established)
        let status = try guarded.gate.status()
        #expect(status.count(.complete, .established) == 1)
        #expect(status.count(.admit, .witnessed) == 1 && status.count(.trial, .onTrial) == 1)
        guarded.gate.reload()
        try guarded.gate.waitForLog("Reloaded:", timeoutNanoseconds: 2 * GateTests.second)
        #expect(try guarded.handshake().end == .established)
        try guarded.gate.command("firewall", "check")
      }
    }
  }
}
