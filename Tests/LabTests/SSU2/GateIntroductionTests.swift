import Filter
import Kernel
import Testing
import Wire

@testable import Lab

/// Peer tests, relays and hole punches among real routers, through gates.
@Suite(.enabled(if: LabNeeds.routers && LabNeeds.gate, LabNeeds.why))
struct GateIntroductionTests {
  @Test(.timeLimit(.minutes(30)))
  func guardedRoutersAreReachableIntroduceAndAreIntroduced() throws {
    let scene = try IntroductionScene.played()
    defer { scene.close() }
    let (introducer, firewalled) = (scene.introducer, scene.firewalled)
    let tested = try #require(scene.gates[introducer.number]).status()
    #expect(tested.count(.trial, .peerTest) > 0, "\(tested.verdicts)")
    #expect(scene.log(of: introducer, says: "RelayRequest"))
    let target = scene.caller.endpointSSU2
    #expect(scene.log(of: firewalled, says: "Sending HolePunch to \(target)"))
    // It came from an endpoint that the caller's gate had never seen.
    let called = try #require(scene.gates[scene.caller.number]).status()
    #expect(called.count(.trial, .holePunch) > 0, "\(called.verdicts)")
    for gate in scene.gates.values {
      let status = try gate.status()
      #expect(status.count(.refuse, .peerTest) == 0 && status.count(.refuse, .holePunch) == 0)
    }
    #expect(introducer.lookAtConsole()?.reachability == .reachable)
  }
}
