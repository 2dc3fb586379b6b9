import Filter
import Kernel
import Testing
import Wire

@testable import Lab

/// One bad neighbour behind a carrier's address does not cost the others.
extension GateTests {
  @Test(arguments: CarrierNATBench.Stack.allCases)
  func honestPeersBehindOneAddressOutlastTheBotsBesideThem(stack: CarrierNATBench.Stack) throws {
    try Self.withGuardedRouter { guarded in
      var scene = CarrierNATBench.Scene()
      scene.peers = 60
      scene.spreadNanoseconds = 4 * Self.second
      scene.stack = stack
      let (tally, flood) = try CarrierNATBench.play(
        scene,
        at: guarded.router,
        from: guarded.topology.world.namespace
      )
      print("\(stack): \(tally.established) of \(tally.tried) beside \(flood.attempted) bots'")
      #expect(tally.tried == 60 && tally.established >= 59)
      // The bots alone are more than one address may have.
      #expect(flood.attempted > 1_000)
      let status = try guarded.gate.status()
      #expect(status.count(.refuse) > 500)
    }
  }
}
