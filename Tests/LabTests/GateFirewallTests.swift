import Filter
import Testing
import Wire

@testable import Lab

extension GateTests {
  /// Somebody takes the kernel rules away under a running gate.
  @Suite struct FirewallLoss {
    private static let noticeNanoseconds = 30 * GateTests.second

    @Test func rootNoticesAndRestores() throws {
      try GateTests.withGuardedRouter { guarded in
        _ = try guarded.nft("delete", "table", "inet", "sallyport")
        try guarded.gate.waitForLog(
          "The kernel rules are not in place",
          timeoutNanoseconds: Self.noticeNanoseconds
        )
        try guarded.gate.waitForLog(
          "The kernel rules are in place again",
          timeoutNanoseconds: Self.noticeNanoseconds
        )
        #expect(try guarded.nft("list", "tables").contains("inet sallyport"))
        #expect(try guarded.handshake().end == .established)
        #expect(try guarded.gate.status().count(.complete) == 1)
      }
    }

    /// Whether an unprivileged user may start the program: the toolchain's libraries lie where
    /// everybody may read them.
    static var isForEverybody: Bool {
      guard let program = try? OwnProgram.sibling("sallyport") else { return false }
      let process = try? LabProcess(
        [program, "--help"],
        outputPath: "/dev/null",
        options: SpawnOptions(privileges: .networkRawOnly)
      )
      return process?.wait(timeoutNanoseconds: 5 * GateTests.second) == .exited(code: 0)
    }

    @Test(
      .enabled(
        if: GuardedI2PD.isPossible && isForEverybody,
        "needs program and toolchain where an unprivileged user may read them"
      )
    )
    func withRawSocketsAloneItWorksAndTheCanaryNotices() throws {
      var settings = LabGateSettings()
      settings.privileges = .networkRawOnly
      try GateTests.withGuardedRouter(settings, startsGate: false) { guarded in
        try guarded.gate.command("firewall", "up")
        try guarded.gate.start()
        #expect(try guarded.handshake().end == .established)
        #expect(try guarded.gate.status().count(.complete) == 1)
        _ = try guarded.nft("delete", "table", "inet", "sallyport")
        try guarded.gate.waitForLog(
          "The kernel rules are not in place",
          timeoutNanoseconds: Self.noticeNanoseconds
        )
        try guarded.gate.command("firewall", "up")
        try guarded.gate.waitForLog(
          "The kernel rules are in place again",
          timeoutNanoseconds: Self.noticeNanoseconds
        )
        #expect(try guarded.handshake().end == .established)
        #expect(try guarded.gate.status().count(.complete) == 2)
      }
    }
  }
}
