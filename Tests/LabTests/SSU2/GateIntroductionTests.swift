import Filter
import Kernel
import Testing
import Wire

@testable import Lab

/// Peer tests, relays and hole punches among real routers, through gates.
@Suite(.enabled(if: LabNeeds.routers && LabNeeds.gate, LabNeeds.why))
struct GateIntroductionTests {
  private static let second = Nanoseconds.perSecond

  @Test(.timeLimit(.minutes(12)))
  func guardedRoutersAreReachableIntroduceAndAreIntroduced() throws {
    let scene = try IntroductionScene()
    defer { scene.close() }
    let (introducer, firewalled) = (scene.introducer, scene.firewalled)

    try scene.start(scene.helpers[0], knowing: [])
    try scene.start(scene.helpers[1], knowing: [scene.helpers[0]])
    let hasMet = Pause.until(timeoutNanoseconds: 90 * Self.second) {
      scene.helpers[0].lookAtConsole()?.sessionsSSU2.isEmpty == false
    }
    #expect(hasMet)

    // The guarded router is called by a stranger who tests it, and finds itself reachable.
    try scene.start(introducer, until: .reachable)
    let tested = try #require(scene.gates[introducer.number]).status()
    #expect(tested.count(.trial, .peerTest) > 0, "\(tested.verdicts)")

    // The only one that the firewalled router has yet to call introduces it from now on.
    let name = try #require(introducer.identity).base64
    try scene.start(firewalled, until: .firewalled) {
      scene.introducers(of: firewalled).contains(name)
    }
    #expect(scene.introducers(of: firewalled) == [name])

    try scene.start(scene.caller, knowing: [scene.helpers[0], introducer, firewalled])
    let hasCalled = Pause.until(
      timeoutNanoseconds: 120 * Self.second,
      intervalNanoseconds: 250 * Nanoseconds.perMillisecond
    ) {
      scene.hasCalled
    }
    #expect(hasCalled, "nobody was introduced")
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
