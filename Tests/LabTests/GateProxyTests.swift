import Filter
import Foundation
import Testing
import Wire

@testable import Lab

/// The gate as a plain proxy on loopback, which needs no rights at all.
@Suite(
  .enabled(
    if: (try? OwnProgram.sibling("sallyport")) != nil && (try? Toolbox.found()) != nil,
    "needs the gate's program beside the tests, and the tools that start it"
  )
)
struct GateProxyTests {
  private static let loopback = SourceAddress(ipv4: 0x7f00_0001)

  @Test func honestPeerReachesTheStandInForJava() throws {
    let directory = NSTemporaryDirectory() + "sallyport-proxy-\(UUID().uuidString)"
    defer { Files.removeTree(directory) }
    let routerDirectory = directory + "/router"
    try Files.makeDirectory(routerDirectory)
    let free = try TrivialAcceptor.listening(at: Endpoint(address: Self.loopback, port: 0))
    let endpoint = free.endpoint
    _ = consume free

    let report = try StandInTests.withStandIn(directory: routerDirectory) { upstream, router in
      var settings = LabGateSettings()
      settings.mode = .proxy(upstream: upstream)
      let gate = try LabGate(
        before: GuardedRouter(
          kind: .java,
          directory: routerDirectory,
          endpoint: endpoint,
          namespace: nil
        ),
        settings: settings,
        directory: directory + "/gate"
      )
      try gate.start()
      defer { gate.kill() }
      let honest = Initiator.handshake(to: endpoint, router: router)
      #expect(honest.end == .established, "\(gate.log)")
      var options = HandshakeOptions()
      options.firstFlight.fault = .wrongStaticKey
      let garbage = Initiator.handshake(to: endpoint, router: router, options: options)
      #expect(garbage.messageTwoAfterNanoseconds == nil)

      let status = try gate.status()
      #expect(status.accepted == 2 && status.count(.complete) == 1)
      #expect(status.count(.refuse, .unauthenticated) == 1)
      #expect(gate.stop() == .exited(code: 0))
    }
    #expect(report.accepted == 1 && report.established == 1)
  }

  @Test func aPortInUseIsNamedByItsLine() throws {
    let directory = NSTemporaryDirectory() + "sallyport-proxy-\(UUID().uuidString)"
    defer { Files.removeTree(directory) }
    try Files.makeDirectory(directory)
    let other = try TrivialAcceptor.listening(at: Endpoint(address: Self.loopback, port: 0))
    _ = try JavaInboundLimiter.listening(
      at: Endpoint(address: Self.loopback, port: 0),
      networkIdentifier: 99,
      directory: directory
    )
    var settings = LabGateSettings()
    settings.mode = .proxy(upstream: Endpoint(address: Self.loopback, port: 1))
    let gate = try LabGate(
      before: GuardedRouter(
        kind: .java,
        directory: directory,
        endpoint: other.endpoint,
        namespace: nil
      ),
      settings: settings,
      directory: directory + "/gate"
    )
    let lines = try #require(Files.text(gate.configurationPath)).split(
      separator: "\n",
      omittingEmptySubsequences: false
    )
    let line = try #require(lines.firstIndex { $0.hasPrefix("port = ") }) + 1
    #expect(throws: LabError.self) { try gate.start() }
    #expect(
      gate.log == "\(gate.configurationPath):\(line): can't listen on \(other.endpoint): Address "
        + "already in use; another program has the port: stop it, or set another port in [[gate]]\n"
    )
  }
}

/// The page on the gate's admin socket.
@Suite struct GateStatusTests {
  private static let page = """
    # HELP sallyport_verdicts_total Verdicts given.
    # TYPE sallyport_verdicts_total counter
    sallyport_verdicts_total{transport="ntcp2",verdict="refuse",reason="silent"} 7
    sallyport_verdicts_total{transport="ntcp2",verdict="refuse",reason="shed"} 9
    sallyport_verdicts_total{transport="ntcp2",verdict="complete",reason="established"} 3
    sallyport_held{transport="ntcp2"} 4
    sallyport_accepted_total{transport="ntcp2"} 19
    sallyport_proof_seconds_bucket{transport="ntcp2",le="0.001"} 5
    sallyport_proof_seconds_sum{transport="ntcp2"} 0.25

    """

  @Test func numbersAreRead() throws {
    let status = try GateStatus(page: Self.page)
    #expect(status.accepted == 19 && status.held == 4 && status.open == 0)
    #expect(status.count(.refuse) == 16 && status.count(.refuse, .silent) == 7)
    #expect(status.count(.complete) == 3 && status.count(.admit) == 0)
    let reasons = status.reasons(of: .refuse, since: GateStatus())
    #expect(reasons.map(\.reason) == ["shed", "silent"] && reasons.map(\.count) == [9, 7])
    #expect(status.reasons(of: .refuse, since: status).isEmpty)
    #expect(status.values["sallyport_proof_seconds_bucket"] == nil)
  }

  @Test(arguments: ["", "<html>", "sallyport_verdicts_total{verdict=\"refuse\"} 1\n"])
  func foreignPagesAreRefused(page: String) {
    #expect(throws: LabError.self) { try GateStatus(page: page) }
  }
}
