import Filter
import Kernel
import Testing
import Wire

@testable import Lab

/// Peer tests, relays and hole punches among real routers, through gates.
@Suite(.enabled(if: LabNeeds.routers && LabNeeds.gate, LabNeeds.why))
struct GateIntroductionTests {
  private static let second = Nanoseconds.perSecond

  @Test(.timeLimit(.minutes(6)))
  func guardedRoutersAreReachableIntroduceAndAreIntroduced() throws {
    let scene = try IntroductionScene()
    defer { scene.close() }
    let (introducer, firewalled) = (scene.introducer, scene.firewalled)

    try scene.start(scene.helper, knowing: [])
    try scene.start(scene.callers[0], knowing: [scene.helper])
    let hasMet = Pause.until(timeoutNanoseconds: 90 * Self.second) {
      scene.helper.lookAtConsole()?.sessionsSSU2.isEmpty == false
    }
    #expect(hasMet)

    // The guarded router is called by a stranger who tests it, and finds itself reachable.
    try scene.start(introducer, until: .reachable)
    let tested = try #require(scene.gates[introducer.number]).status()
    #expect(tested.count(.trial, .peerTest) > 0, "\(tested.verdicts)")
    try scene.start(firewalled, until: .firewalled)

    // The only one that the firewalled router may call anew introduces it from now on.
    let name = try #require(introducer.identity).base64
    let hasIntroducer = Pause.until(
      timeoutNanoseconds: 90 * Self.second,
      intervalNanoseconds: 100 * Nanoseconds.perMillisecond
    ) {
      !scene.introducers(of: firewalled).isEmpty
    }
    #expect(hasIntroducer && scene.introducers(of: firewalled) == [name])

    // Of the callers one knows it already, the other comes now.
    try scene.start(scene.callers[1], knowing: [scene.helper, introducer, firewalled])
    var caller: LabRouter?
    _ = Pause.until(
      timeoutNanoseconds: 120 * Self.second,
      intervalNanoseconds: 250 * Nanoseconds.perMillisecond
    ) {
      caller = scene.introducedCaller()
      return caller != nil
    }
    let introduced = try #require(caller, "nobody was introduced")
    #expect(scene.log(of: introducer, says: "RelayRequest"))
    #expect(scene.log(of: firewalled, says: "Sending HolePunch to \(introduced.endpointSSU2)"))

    for gate in scene.gates.values {
      let status = try gate.status()
      #expect(status.count(.refuse, .peerTest) == 0 && status.count(.refuse, .holePunch) == 0)
    }
    #expect(introducer.lookAtConsole()?.reachability == .reachable)
  }
}
