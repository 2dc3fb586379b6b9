import Kernel
import Testing
import Wire

@testable import Lab

/// Floods of datagrams with made-up senders, and what they do to a bare i2pd.
@Suite(.serialized, .enabled(if: LabNeeds.routers && RealI2PD.isAvailable, LabNeeds.why))
struct DatagramFloodTests {
  private static let network = SourcePrefix(SourceAddress(ipv4: 0x0b50_0000), length: 16)

  private static func settings(
    _ kind: DatagramFloodKind,
    to target: Endpoint,
    from network: SourcePrefix? = Self.network
  ) throws -> DatagramFloodSettings {
    var settings = DatagramFloodSettings(
      kind: kind,
      target: target,
      sources: try #require(network.flatMap { FloodSources(network: $0, count: 60_000) }),
      ratePerSecond: 500,
      durationNanoseconds: 5 * Nanoseconds.perSecond
    )
    settings.preparedCount = 64
    settings.recordings = [[UInt8](repeating: 7, count: 58), [UInt8](repeating: 8, count: 90)]
    return settings
  }

  /// What a socket in the namespace of the flood's target gets: senders and contents.
  private static func received(
    _ settings: DatagramFloodSettings,
    in topology: StarTopology
  ) throws -> [(Endpoint, [UInt8])] {
    let (host, target) = (topology.hosts[0].namespace, settings.target)
    let flood = try RunningFlood(settings, in: topology.world.namespace)
    defer { flood.stop() }
    let pairs = try host.run { () -> [(Endpoint, [UInt8])] in
      let socket = try UDPSocket.bound(to: target)
      var pairs: [(Endpoint, [UInt8])] = []
      // A wire of IPv6 that was just made takes its time.
      let end = Clock.now.advanced(byNanoseconds: 4 * Nanoseconds.perSecond)
      while pairs.count < 100,
        case .datagram(let content, let sender) = socket.receive(until: end)
      {
        pairs.append((sender, content))
      }
      return pairs
    }
    return pairs
  }

  @Test func everyKindArrivesFromManyEnds() throws {
    let topology = try StarTopology(hostCount: 1)
    defer { topology.remove() }
    let identity = SSU2Identity()
    let facts = identity.facts(at: nil, networkIdentifier: 99)
    let key = identity.introductionKey
    let network = Self.network
    for kind in DatagramFloodKind.allCases {
      let target = Endpoint(address: topology.hosts[0].address, port: 9_222)
      var settings = try Self.settings(kind, to: target)
      settings.router = facts
      let pairs = try Self.received(settings, in: topology)
      #expect(pairs.count == 100, "\(kind): \(pairs.count)")
      #expect(Set(pairs.map(\.0)).count == pairs.count, "\(kind): every sender is another one")
      #expect(pairs.allSatisfy { network.contains($0.0.address) }, "\(kind)")
      let opened = pairs.filter { pair in
        guard let header = SSU2Sealed.header(of: pair.1, key: key) else { return false }
        return SSU2Sealed.open(pair.1, header: header, key: key) != nil
      }
      let requests = pairs.filter {
        SSU2Sealed.header(of: $0.1, key: key)?.type == 0 && $0.1.count >= 88
      }
      #expect((opened.count == pairs.count) == (kind == .tokenRequest), "\(kind)")
      #expect((requests.count == pairs.count) == (kind == .sessionRequest), "\(kind)")
      #expect((Set(pairs.map(\.1)).count == 2) == (kind == .replay), "\(kind)")
    }
  }

  @Test func sendersOfTheOtherFamilyArriveAsWell() throws {
    let topology = try StarTopology(hostCount: 1)
    defer { topology.remove() }
    let target = Endpoint(address: topology.hosts[0].addressIPv6, port: 9_222)
    let pairs = try Self.received(
      Self.settings(.random, to: target, from: SourcePrefix("2a0d:5e00:1::/64")),
      in: topology
    )
    #expect(pairs.count == 100 && pairs.allSatisfy { !$0.0.address.isIPv4 })
  }

  @Test func nothingLeavesTheMachine() throws {
    let settings = try Self.settings(
      .random,
      to: Endpoint(address: SourceAddress(ipv4: 0x0b01_0001), port: 9_222)
    )
    #expect(throws: Flood.Failure.self) { try DatagramFlood.run(settings) }
  }

  @Test func requestsNeedARouter() throws {
    let loopback = Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: 9)
    let settings = try Self.settings(.tokenRequest, to: loopback)
    #expect(throws: Flood.Failure.datagramsNeeded(.tokenRequest)) {
      try DatagramFlood.run(settings)
    }
  }

  @Test(.timeLimit(.minutes(3)), arguments: DatagramFloodKind.allCases)
  func bareRouterUnderAFlood(kind: DatagramFloodKind) throws {
    let router = try SSU2I2PD(core: 1)
    defer { router.close() }
    var settings = try Self.settings(kind, to: router.router.endpointSSU2)
    settings.router = router.facts
    settings.ratePerSecond = nil
    settings.durationNanoseconds = 4 * Nanoseconds.perSecond
    settings.preparedCount = 256
    settings.core = 0
    settings.recordings = try router.handshake { $0.recording = .on }.recording
    let before = try #require(router.router.observe())
    let flood = try RunningFlood(settings, in: router.topology.world.namespace)
    Pause.nanoseconds(500 * Nanoseconds.perMillisecond)
    let ends = try (0..<6).map { _ in
      try router.handshake { $0.patienceNanoseconds = 500 * Nanoseconds.perMillisecond }.end
    }
    let after = try #require(router.router.observe())
    Pause.nanoseconds(4 * Nanoseconds.perSecond)
    flood.stop()
    let report = try #require(flood.report)
    let honest = ends.count { $0 == .established }
    print(report)
    print(
      "\(kind.rawValue): honest \(honest) of \(ends.count), router",
      "\(Int(after.processorPercent(since: before))) % of a core,",
      "\((after.residentBytes - before.residentBytes) >> 10) KiB more,",
      "log \(Int(after.logBytesPerSecond(since: before)) >> 10) KiB/s"
    )
    #expect(report.errors.isEmpty)
    // Others may want the core as well: the time that the flood had counts.
    #expect(Double(report.sent) * 1e9 / Double(report.processorNanoseconds) > 50_000)
  }
}
