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

    /// What the unit does as it stops, after somebody has saved a mistake.
    @Test(arguments: [LabGateSettings.WhenDown.open, .closed])
    func withAFaultyConfigurationTheRulesThemselvesTell(
      whenDown: LabGateSettings.WhenDown
    ) throws {
      var settings = LabGateSettings()
      settings.whenDown = whenDown
      try GateTests.withGuardedRouter(settings) { guarded in
        guarded.gate.kill()
        try Files.write("nonsense = 1\n", to: guarded.gate.configurationPath)
        let said = try guarded.gate.command("firewall", "down", "--unless-closed")
        #expect(said.contains("nonsense"))
        #expect(said.contains("so the rules in the kernel decide"))
        let stays = try guarded.nft("list", "tables").contains("inet sallyport")
        #expect(stays == (whenDown == .closed))
        let end = try guarded.handshake().end
        #expect(end == (stays ? .silence(stage: .connecting) : .established))
      }
    }
  }
}
