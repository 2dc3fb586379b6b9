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

    @Test func anotherIdentityAtTheSamePlaceIsFollowed() throws {
      try GateTests.withGuardedRouter { guarded in
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
        #expect(try guarded.gate.status().count(.complete) >= 3)
      }
    }
  }
}
