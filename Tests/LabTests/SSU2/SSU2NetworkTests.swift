import Kernel
import Testing
import Wire

@testable import Lab

/// Real routers that speak SSU2 alone, without a gate: they find each other, find out whether they
/// are reachable, and reach a firewalled one through introducers.
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
    let transports = """
      <b>SSU2</b> ( 2 )<div class="slidecontent list"><div class="listitem">
       &#8658; N0E3: 11.3.0.1:9222 [27917:22980]</div>

      <div class="listitem">
      vlG~: 11.5.0.1:9222 &#8658;  [10118:11016]</div>
      """
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

  @Test(.timeLimit(.minutes(10)))
  func fiveRoutersFindThemselvesReachableOrBehindIntroducers() throws {
    let numbers = [1, 2, 3, 4]
    var settings = Self.settings(.asShipped)
    settings.firewalledNumbers = [5]
    let network = try LabNetwork.start(routers: 5, settings: settings)
    defer { network.stop() }
    print("sessions everywhere after \(try network.waitForSessions()) s")
    for _ in 0..<20 {
      for router in network.routers {
        let console = router.lookAtConsole()
        print(
          Int(network.timing.readyAt.secondsUntilNow),
          "s r\(router.number)",
          console?.statusText ?? "-",
          console?.sessionsSSU2.count ?? 0,
          router.introducers
        )
      }
      Pause.nanoseconds(15 * Nanoseconds.perSecond)
    }
    let minutes = 6 * 60 * Nanoseconds.perSecond
    let reachable = try network.wait(for: .reachable, of: numbers, timeoutNanoseconds: minutes)
    let firewalled = try network.wait(for: .firewalled, of: [5], timeoutNanoseconds: minutes)
    print("reachable after \(reachable) s, firewalled after \(firewalled) s")
    #expect(!network.routers[4].introducers.isEmpty)
  }
}
