import Kernel
import Testing
import Wire

@testable import Lab

/// Floods against a trivial acceptor on loopback, small and short.
@Suite(.serialized) struct FloodTests {
  private static let network = SourcePrefix(SourceAddress(ipv4: 0x7f02_0000), length: 16)

  private struct Served: Sendable {
    var accepted: UInt64 = 0
    var bytesReceived: UInt64 = 0
  }

  /// Floods an acceptor; returns both sides' counts.
  private func flood(
    _ kind: FloodKind,
    _ change: (inout FloodSettings) -> Void = { _ in }
  ) throws -> (FloodReport, Served) {
    let stop = FloodStop()
    let address = Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: 0)
    let probe = try TrivialAcceptor.listening(at: address)
    let endpoint = probe.endpoint
    _ = consume probe
    let server = LabThread { () -> Served in
      guard var acceptor = try? TrivialAcceptor.listening(at: endpoint) else { return Served() }
      acceptor.run(stop: stop)
      return Served(accepted: acceptor.accepted, bytesReceived: acceptor.bytesReceived)
    }
    Pause.nanoseconds(100 * Nanoseconds.perMillisecond)
    var settings = FloodSettings(
      kind: kind,
      target: endpoint,
      sources: FloodSources(network: Self.network, count: 500),
      ratePerSecond: 200,
      durationNanoseconds: 500 * Nanoseconds.perMillisecond
    )
    settings.holdNanoseconds = 200 * Nanoseconds.perMillisecond
    settings.openConnectionsMaximum = 100
    settings.router = FirstFlightTests.router
    settings.preparedFlightCount = 20
    change(&settings)
    let report = try Flood.run(settings)
    Pause.nanoseconds(200 * Nanoseconds.perMillisecond)
    stop.raise()
    return (report, server.join())
  }

  @Test(arguments: FloodKind.allCases)
  func everyConnectionIsAccountedFor(kind: FloodKind) throws {
    let (report, served) = try flood(kind)
    // On a busy machine a flood falls behind its rate, and says by how much.
    #expect(report.attempted + report.forgotten == 100, "half a second at 200 a second")
    #expect(report.attempted > 0)
    #expect(report.connected == report.attempted && served.accepted == report.connected)
    #expect(report.errorCount == 0 && report.refused == 0)
    let ended = report.finishedByPeer + report.resetByPeer + report.closedByUs
    #expect(ended == report.connected)
    #expect(served.bytesReceived == report.bytesSent)
    let expected: ClosedRange<UInt64> =
      switch kind {
      case .silent, .connectAndClose: 0...0
      case .stratum: 65 * report.attempted...65 * report.attempted
      case .garbage: 64 * report.attempted...287 * report.attempted
      case .firstFlight, .replay: 64 * report.attempted...127 * report.attempted
      case .dribble: report.attempted...3 * report.attempted
      }
    #expect(expected.contains(report.bytesSent))
  }

  @Test func unlimitedRateStaysWithinItsBounds() throws {
    let (report, served) = try flood(.silent) {
      $0.ratePerSecond = nil
      $0.durationNanoseconds = Nanoseconds.perSecond
      $0.openConnectionsMaximum = 40
      $0.whenFull = .dropOldest
    }
    #expect(report.attempted > 400, "many more than the slots")
    #expect(report.openAtMost <= 40 && report.droppedForRoom > 0)
    #expect(report.droppedForRoom + report.closedByUs + report.resetByPeer == report.connected)
    #expect(served.accepted <= report.connected)
  }

  @Test func waitingFloodSkipsWhatItCannotBegin() throws {
    let (report, _) = try flood(.silent) {
      $0.openConnectionsMaximum = 5
      $0.holdNanoseconds = 300 * Nanoseconds.perMillisecond
    }
    #expect(report.openAtMost == 5 && report.attempted <= 10 && report.skippedWhenFull > 0)
    #expect(report.attempted + report.skippedWhenFull + report.forgotten == 100)
  }

  @Test func dribbleSaysAByteEachInterval() throws {
    // A byte that is late delays the next: of a few runs one has the processor in time.
    var wasInTime = false
    for _ in 0..<5 where !wasInTime {
      let (report, served) = try flood(.dribble) {
        $0.ratePerSecond = 20
        $0.durationNanoseconds = 100 * Nanoseconds.perMillisecond
        $0.holdNanoseconds = 1_000 * Nanoseconds.perMillisecond
        $0.dribbleIntervalNanoseconds = 100 * Nanoseconds.perMillisecond
      }
      #expect((report.attempted...11 * report.attempted).contains(report.bytesSent))
      #expect(served.bytesReceived == report.bytesSent)
      wasInTime = report.bytesSent >= 7 * report.attempted
    }
    #expect(wasInTime)
  }

  @Test func refusalIsCounted() throws {
    let report = try Flood.run(
      FloodSettings(
        kind: .silent,
        target: Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: 1),
        ratePerSecond: 100,
        durationNanoseconds: 100 * Nanoseconds.perMillisecond
      )
    )
    #expect(report.attempted > 0 && report.refused == report.attempted && report.connected == 0)
  }

  @Test func honestFlightsNeedARouter() {
    #expect(throws: Flood.Failure.routerNeeded(.firstFlight)) {
      try Flood.run(
        FloodSettings(
          kind: .firstFlight,
          target: Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: 1),
          durationNanoseconds: 1
        )
      )
    }
  }

  @Test func exhaustedPoolSendsFlightsAgainAndSaysSo() {
    var pool = FirstFlightPool(
      for: FirstFlightTests.router,
      capacity: 4,
      wallSeconds: Clock.wallSeconds
    )
    var flights: Set<[UInt8]> = []
    for _ in 0..<6 {
      flights.insert([UInt8](pool.bytes[pool.next(wallSeconds: Clock.wallSeconds)]))
    }
    #expect(flights.count == 4 && pool.reusedCount == 2)
    #expect(pool.makeOne() == .made)
    #expect(
      flights.contains([UInt8](pool.bytes[pool.next(wallSeconds: Clock.wallSeconds)])) == false
    )
  }

  @Test func histogramIsWithinATwelfth() {
    var histogram = LatencyHistogram()
    for value in UInt64(1)...1000 { histogram.record(nanoseconds: value * 1000) }
    let half = Double(histogram.nanoseconds(atFraction: 0.5) ?? 0)
    #expect(abs(half - 500_000) / 500_000 < 1.0 / 8)
    #expect(histogram.nanoseconds(atFraction: 1) == 1_000_000)
    #expect(LatencyHistogram().nanoseconds(atFraction: 0.5) == nil)
  }

  @Test func sourcesStayInTheirNetwork() throws {
    let network = try #require(SourcePrefix("127.5.0.0/29"))
    var sources = try #require(FloodSources(network: network, count: 1000))
    let drawn = (0..<14).map { _ in sources.next() }
    #expect(Set(drawn).count == 7 && drawn.allSatisfy { network.contains($0) })
    #expect(FloodSources(network: network, count: 0) == nil)
  }

  @Test(arguments: [FloodSources.Spread.networks, .sites])
  func sourcesOfIPv6LieApart(spread: FloodSources.Spread) throws {
    let length = spread.rawValue - 4
    let around = try #require(SourcePrefix("2a0d:5e00:7000::/\(length)"))
    var sources = try #require(FloodSources(network: around, count: 1000, spread: spread))
    let drawn = (0..<32).map { _ in sources.next() }
    #expect(drawn.allSatisfy { around.contains($0) })
    #expect(Set(drawn.map { SourcePrefix($0, length: spread.rawValue) }).count == 16)
    #expect(Set(drawn).count == 16)
    let narrow = SourcePrefix(around.address, length: spread.rawValue + 1)
    #expect(FloodSources(network: narrow, count: 1, spread: spread) == nil)
    let other = try #require(SourcePrefix("127.5.0.0/29"))
    #expect(FloodSources(network: other, count: 1, spread: spread) == nil)
  }
}
