import Filter
import Testing
import Wire

@testable import Lab

extension GateTests {
  /// The router's own files change under a running gate.
  @Suite struct RouterFilesChange {
    private func publishedMilliseconds(_ router: LabRouter) throws -> UInt64 {
      try RouterInfo(Files.bytes(router.routerInfoPath) ?? []).publishedMilliseconds
    }

    @Test func newerRouterInfoOfTheSameRouterIsTakenQuietly() throws {
      try GateTests.withGuardedRouter { guarded in
        let before = try publishedMilliseconds(guarded.router)
        guarded.router.kill()
        try guarded.router.start()
        try guarded.router.waitUntilListening()
        let isNewer = Pause.until(timeoutNanoseconds: 10 * GateTests.second) {
          (try? publishedMilliseconds(guarded.router)).map { $0 > before } ?? false
        }
        #expect(isNewer)
        #expect(guarded.firstEstablished(withinNanoseconds: 5 * GateTests.second) != nil)
        // Longer than the files have to lie still.
        Pause.nanoseconds(GateTests.second)
        #expect(try guarded.handshake().end == .established)
        #expect(!guarded.gate.log.contains("files changed"))
        #expect(!guarded.gate.log.contains("can't be used"))
      }
    }

    /// Gives the router a new identity, and waits until the gate follows it.
    private func takeAnotherIdentity(_ guarded: GuardedI2PD) throws {
      let router = guarded.router
      let before = try guarded.facts()
      #expect(try guarded.handshake().end == .established)
      router.kill()
      for name in ["router.info", "router.keys", "ntcp2.keys", "netDb"] {
        Files.removeTree("\(router.directory)/\(name)")
      }
      try router.start()
      try router.waitForFiles(["router.info", "ntcp2.keys"])
      try router.waitUntilListening()
      #expect(try guarded.facts().hash != before.hash)
      #expect(guarded.firstEstablished(withinNanoseconds: 5 * GateTests.second) != nil)
      try guarded.gate.waitForLog(
        "The router's files changed and were read again",
        timeoutNanoseconds: GateTests.second
      )
      #expect(try guarded.handshake().end == .established)
    }

    @Test func anotherIdentityAtTheSamePlaceIsFollowed() throws {
      try GateTests.withGuardedRouter { guarded in
        try takeAnotherIdentity(guarded)
        #expect(try guarded.gate.status().count(.complete) >= 3)
      }
    }

    /// What people have saved and not asked for, right or wrong, waits for a reload.
    @Test func whatIsSavedMeanwhileStaysOutOfForce() throws {
      try GateTests.withGuardedRouter { guarded in
        let gate = guarded.gate
        let rules = "\(gate.directory)/saved"
        try Files.makeDirectory(rules)
        try Files.write(
          "[[signature]]\nname = \"saved\"\nmode = \"observe\"\npatterns = ['\"GET / HTTP/\"']\n",
          to: "\(rules)/saved.toml"
        )
        func isInForce() throws -> Bool {
          try AdminSocketReader.metrics(gate.socketPath).contains("rule=\"saved\"")
        }
        try gate.writeConfiguration(rulesDirectory: rules)
        #expect(try gate.command("check").contains("All good"))
        try takeAnotherIdentity(guarded)
        #expect(try !isInForce())

        try gate.writeConfiguration(rulesDirectory: rules, appending: "nonsense = 1\n")
        try takeAnotherIdentity(guarded)
        #expect(try !isInForce())
        #expect(!gate.log.contains("can't be used") && !gate.log.contains("nonsense"))

        try gate.writeConfiguration(rulesDirectory: rules)
        #expect(gate.reloadsInTime(), "\(gate.log)")
        #expect(try isInForce())
      }
    }
  }
}
