import Filter
import Kernel
import Testing
import Wire

@testable import Lab

extension GateTests {
  /// A network of real routers with the gate in front of one.
  @Suite struct Convergence {
    /// The guarded router may not call, so that whoever speaks with it came through the gate.
    private static let callsAreRefused = """
      table inet lab {
        chain calls {
          type filter hook output priority filter; policy accept;
          oifname "eth0" tcp flags & (syn | ack) == syn reject with tcp reset
        }
      }
      """

    @Test func routersConvergeAndComeBackThroughTheGate() throws {
      var gates: [LabGate] = []
      let network = try LabNetwork.start(routers: 4) { router in
        guard router.number == 1 else { return }
        let gate = try LabGate(before: router)
        try gate.start()
        gates.append(gate)
        try ToolCommand.nftables(
          Self.callsAreRefused,
          namespacePath: router.namespace.path,
          scratchDirectory: gate.directory
        )
      }
      defer { network.stop() }
      let gate = try #require(gates.first)

      // The web server is behind the guarded router, so the tunnels end there.
      try network.waitForWeb()
      #expect(try network.fetchPage().body == LabNetwork.page)
      let converged = try gate.status()
      #expect(converged.count(.complete) > 0 && converged.sessions > 0)
      #expect(converged.count(.refuse) == 0, "\(converged.verdicts)")

      let router = network.routers[0]
      router.kill()
      try router.start()
      try router.waitUntilListening()
      let hasReturned = Pause.until(
        timeoutNanoseconds: 60 * GateTests.second,
        intervalNanoseconds: 100 * Nanoseconds.perMillisecond
      ) {
        guard let now = try? gate.status() else { return false }
        return now.count(.complete) > converged.count(.complete) && now.sessions > 0
      }
      #expect(hasReturned, "\(gate.log)")
      #expect(gate.pid != nil)
    }
  }
}
