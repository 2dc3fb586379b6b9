import Filter
import Testing
import Wire

@testable import Lab

extension GateTests {
  /// What new peers meet while the gate is away, and after.
  @Suite struct Absence {
    @Test func openGateThatWasKilledLeavesTheRouterReachable() throws {
      try GateTests.withGuardedRouter { guarded in
        #expect(try guarded.handshake().end == .established)
        #expect(try guarded.gate.status().accepted == 1)
        guarded.gate.kill()
        #expect(try guarded.handshake().end == .established)

        try guarded.gate.start()
        #expect(try guarded.handshake().end == .established)
        #expect(try guarded.gate.status().count(.complete) == 1)

        #expect(guarded.gate.stop() == .exited(code: 0))
        #expect(try !guarded.nft("list", "tables").contains("sallyport"))
        #expect(try guarded.handshake().end == .established)
      }
    }

    @Test func closedGateThatWasKilledKeepsNewPeersOut() throws {
      var settings = LabGateSettings()
      settings.whenDown = .closed
      try GateTests.withGuardedRouter(settings) { guarded in
        #expect(try guarded.handshake().end == .established)
        guarded.gate.kill()
        #expect(try guarded.handshake().end == .silence(stage: .connecting))

        try guarded.gate.start()
        #expect(try guarded.handshake().end == .established)
        #expect(try guarded.gate.status().count(.complete) == 1)

        #expect(guarded.gate.stop() == .exited(code: 0))
        #expect(try guarded.nft("list", "tables").contains("inet sallyport"))
        #expect(try guarded.handshake().end == .silence(stage: .connecting))
      }
    }
  }
}
