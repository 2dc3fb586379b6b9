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

    @Test func aRestartKeepsProvenEndpointsAndSessions() throws {
      try Self.withRouter { guarded in
        let source = guarded.newSource()
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
          guarded.router.endpointSSU2, guarded.facts, guarded.newSource()
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

    @Test func bothTransportsHaveAGate() throws {
      try Self.withRouter(.both) { guarded in
        #expect(try guarded.handshake().end == .established)
        let (target, source) = (guarded.router.endpoint, guarded.newSource().address)
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
