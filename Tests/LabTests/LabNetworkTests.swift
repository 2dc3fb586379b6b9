import Glibc
import Kernel
import Testing
import Wire

@testable import Lab

/// Real routers in a private network: they find each other, carry a page, survive a restart.
@Suite(.enabled(if: LabNeeds.routers, LabNeeds.why), .serialized)
struct LabNetworkTests {
  @Test(.timeLimit(.minutes(8)))
  func fourRoutersCarryAPageAndSurviveARestart() throws {
    var prepared: [Int] = []
    let network = try LabNetwork.start(routers: 4) { router in
      #expect(router.pid == nil)
      #expect(router.identity != nil)
      #expect(Files.names(in: "\(router.directory)/netDb").isEmpty == false)
      prepared.append(router.number)
    }
    defer { network.stop() }
    #expect(prepared == [1, 2, 3, 4])
    let timing = network.timing
    print(
      "topology \(timing.topologySeconds) s, identities \(timing.identitiesSeconds) s,",
      "routers \(timing.routersSeconds) s"
    )
    print("page after \(try network.waitForWeb()) s")
    print("sessions everywhere after \(try network.waitForSessions()) s")
    #expect(try network.fetchPage().body == LabNetwork.page)

    let first = network.routers[0]
    try Self.checkObservation(of: first)
    try Self.checkRestart(of: first, in: network)

    let pids = network.routers.compactMap(\.pid)
    let run = network.topology.run
    network.stop()
    #expect(pids.count == 4)
    for pid in pids { #expect(kill(pid, 0) == -1) }
    #expect(Leftovers.namespaces(of: run).isEmpty)
    #expect(Files.size(network.directory) == nil)
  }

  private static func checkObservation(of router: LabRouter) throws {
    let sampler = RouterSampler(router, intervalNanoseconds: 50 * Nanoseconds.perMillisecond)
    Pause.nanoseconds(400 * Nanoseconds.perMillisecond)
    let summary = try #require(RouterSampler.summary(of: sampler.stop()))
    #expect(summary.residentBytesMax > 4 << 20)
    #expect((10...200).contains(summary.openDescriptorsMax))
    #expect(summary.processorPercent < 100)
    let now = try #require(router.observe())
    #expect(now.sessionsNTCP2 >= 1)
    #expect(now.logBytes > 0)
    #expect(Files.text("/proc/\(router.pid ?? 0)/limits")?.contains("8192") == true)
  }

  private static func checkRestart(of router: LabRouter, in network: LabNetwork) throws {
    let pid = router.pid
    let restart = Clock.now
    try router.restart()
    print("restart takes \(restart.secondsUntilNow) s")
    #expect(router.pid != nil)
    #expect(router.pid != pid)
    let back = Clock.now
    // The others hold on to tunnels through the router as it was: i2pd took up to two minutes.
    try network.waitForWeb(timeoutNanoseconds: 300 * Nanoseconds.perSecond)
    print("page again \(back.secondsUntilNow) s after the restart")
  }
}
