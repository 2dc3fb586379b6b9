import Kernel
import Testing
import Wire

@testable import Lab

/// Real routers that speak SSU2 alone, without a gate: they find each other and find out that they
/// are reachable.
@Suite(.enabled(if: LabNeeds.routers, LabNeeds.why), .serialized)
struct SSU2NetworkTests {
  private static func settings(_ peerTests: RouterSettings.PeerTests) -> RouterSettings {
    var settings = RouterSettings()
    settings.transports = .ssu2
    settings.console = .on
    settings.peerTests = peerTests
    settings.logLevel = "info"
    return settings
  }

  @Test func consoleIsRead() throws {
    let main = "<b>Uptime:</b> 2 seconds<br>\n<b>Network status:</b> Firewalled<br>\n"
    let transports =
      "<b>SSU2</b> ( 2 )<div class=\"slidecontent list\"><div class=\"listitem\">\r\n"
      + " &#8658; N0E3: 11.3.0.1:9222 [27917:22980]</div>\r\n\r\n<div class=\"listitem\">\r\n"
      + "vlG~: 11.5.0.1:9222 &#8658;  [10118:11016]</div>\r\n"
    let console = try #require(RouterConsole(mainPage: main, transportsPage: transports))
    #expect(console.reachability == .firewalled)
    #expect(console.sessionsSSU2.map(\.peer) == ["N0E3", "vlG~"])
    #expect(console.sessionsSSU2.map(\.direction) == [.outgoing, .incoming])
    #expect(console.sessionsSSU2.map(\.endpoint.port) == [9_222, 9_222])
    #expect(RouterConsole(mainPage: "", transportsPage: transports) == nil)
  }

  @Test(.timeLimit(.minutes(3)))
  func routersThatTrustEachOtherMeetAtOnce() throws {
    let network = try LabNetwork.start(routers: 4, settings: Self.settings(.off))
    defer { network.stop() }
    print("page after \(try network.waitForWeb()) s")
    print("sessions everywhere after \(try network.waitForSessions()) s")
    #expect(network.timing.readyAt.secondsUntilNow < 30)
  }

  /// i2pd tests itself with the help of two peers, the second of which has no session with it: in a
  /// network so small that everybody knows everybody only a newcomer finds such a one.
  @Test(.timeLimit(.minutes(6)))
  func newcomerFindsItselfReachable() throws {
    var settings = Self.settings(.asShipped)
    settings.firewalledNumbers = [4]
    let network = try LabNetwork.start(routers: 5, settings: settings)
    defer { network.stop() }
    let (open, firewalled) = (network.routers[0], network.routers[3])
    #expect(try Self.call(open, from: network) == .established)
    #expect(try Self.call(firewalled, from: network) == .silence(stage: .awaitingRetry))
    // Those who started together have collided: their sessions come with the next tests. Whom a
    // firewalled router has collided with it may leave alone for minutes, and it tests nobody.
    let testers = network.routers.map(\.number).filter { $0 != firewalled.number }
    print("sessions of all testers after \(try network.waitForSessions(of: testers)) s")
    try Self.comeBack(open, until: .reachable, in: network)
    for router in network.routers { print(Report.line(router)) }
  }

  private static func call(
    _ router: LabRouter,
    from network: LabNetwork
  ) throws -> SSU2HandshakeEnd {
    let facts = try SSU2RouterFacts.read(directory: router.directory)
    let target = router.endpointSSU2
    return try network.world.run {
      SSU2Initiator.handshake(to: target, from: AddressPlan.worldSource(7), router: facts).end
    }
  }

  /// Ends and starts a router until it says this of itself. An orderly end tells the peers, who
  /// forget the session: it is a newcomer once more. Which peers it asks is a matter of chance.
  private static func comeBack(
    _ router: LabRouter,
    until expected: RouterConsole.Reachability,
    in network: LabNetwork
  ) throws {
    for attempt in 1...8 {
      router.stop()
      // Meanwhile the peers give up their calls to it.
      Pause.nanoseconds(6 * Nanoseconds.perSecond)
      let start = Clock.now
      try router.start()
      let seconds = try? network.wait(
        for: expected,
        of: [router.number],
        timeoutNanoseconds: 15 * Nanoseconds.perSecond
      )
      let status = router.lookAtConsole()?.statusText ?? "silent"
      print("r\(router.number), start \(attempt): \(status) after \(start.secondsUntilNow) s")
      if seconds != nil { return }
    }
    Issue.record("r\(router.number) is never \(expected.rawValue)")
  }
}
