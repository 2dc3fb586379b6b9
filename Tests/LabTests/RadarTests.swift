import Capture
import Filter
import Foundation
import Glibc
import Kernel
import Synchronization
import Testing
import Wire

@testable import Lab

/// The radar in a namespace of its own: what it hears, and what it costs.
@Suite(.serialized, .enabled(if: LabNeeds.namespaces, LabNeeds.why))
struct RadarTests {
  private static let second = Nanoseconds.perSecond
  private static let port: UInt16 = 9_111

  /// A radar at host 1, swept from the test's thread.
  private func radar(at host: LabHost) throws -> RadarBox {
    let addresses = [host.address, host.addressIPv6]
    return try host.namespace.run { RadarBox(try Radar(RadarSettings(addresses: addresses))) }
  }

  /// Takes every connection to the guarded port, over both families, and closes it.
  private static func server(at host: LabHost) throws -> [ConnectionServer] {
    try [host.address, host.addressIPv6].map { address in
      try ConnectionServer(in: host.namespace, at: Endpoint(address: address, port: port)) {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while let count = $0.receive(into: &buffer), count > 0 {}
      }
    }
  }

  @Test func synsAreHeardOnceAndNothingElseIs() throws {
    let topology = try StarTopology(hostCount: 1)
    defer { topology.remove() }
    let host = topology.hosts[0]
    let radar = try radar(at: host)
    let server = try Self.server(at: host)
    let world = topology.world.namespace
    for address in [host.address, host.addressIPv6] {
      for port in [Self.port, 9_110, 9_112] {
        _ = try world.run {
          let socket = try? TCPSocket.connected(
            to: Endpoint(address: address, port: port),
            timeoutNanoseconds: Self.second
          )
          guard let socket else { return false }
          return socket.send([UInt8](repeating: 1, count: 3_000))
        }
      }
    }
    // Over the loopback device the gate dials its router: that is nobody's knock.
    _ = try? host.namespace.run {
      try TCPSocket.connected(
        to: Endpoint(address: host.address, port: Self.port),
        timeoutNanoseconds: Self.second
      ).release()
    }
    var heard: [String: Int] = [:]
    _ = Pause.until(timeoutNanoseconds: 5 * Self.second) {
      for sighting in radar.sweep() {
        guard case .knock(let source, let port) = sighting else { continue }
        heard["\(source) \(port)", default: 0] += 1
      }
      return heard.count >= 6
    }
    var expected: Set<String> = []
    for source in [topology.world.address, topology.world.addressIPv6] {
      for port in [Self.port, 9_110, 9_112] { expected.insert("\(source) \(port)") }
    }
    #expect(Set(heard.keys) == expected, "\(heard)")
    #expect(heard.values.allSatisfy { $0 == 1 }, "\(heard)")
    _ = server
  }

  /// Who answers the host's own dials is heard, over both families; whom nobody dialled is not,
  /// nor who refuses.
  @Test func answersToTheHostsDialsAreHeard() throws {
    let topology = try StarTopology(hostCount: 2)
    defer { topology.remove() }
    let (host, peer) = (topology.hosts[0], topology.hosts[1])
    let radar = try radar(at: host)
    let servers = try Self.server(at: peer)
    let dials = [
      Endpoint(address: peer.address, port: Self.port),
      Endpoint(address: peer.addressIPv6, port: Self.port),
      Endpoint(address: topology.world.address, port: Self.port),
    ]
    for endpoint in dials {
      _ = try? host.namespace.run {
        try TCPSocket.connected(to: endpoint, timeoutNanoseconds: Self.second).release()
      }
    }
    var heard: [SourceAddress: Int] = [:]
    _ = Pause.until(timeoutNanoseconds: 5 * Self.second) {
      for sighting in radar.sweep() {
        guard case .answer(let source) = sighting else { continue }
        heard[source, default: 0] += 1
      }
      return heard.count >= 2
    }
    #expect(heard == [peer.address: 1, peer.addressIPv6: 1])
    withExtendedLifetime(servers) {}
  }

  /// Held against a generous bound, since the machine is shared; the numbers are printed.
  @Test func inPeaceItCostsNextToNothing() throws {
    let topology = try StarTopology(hostCount: 1)
    defer { topology.remove() }
    let host = topology.hosts[0]
    let radar = try radar(at: host)
    let probes = ProbeTableOwner()
    let server = try Self.server(at: host)
    for (kind, rate) in [(FloodKind.connectAndClose, 50.0), (.connectAndClose, 5_000)] {
      var settings = FloodSettings(
        kind: kind,
        target: Endpoint(address: host.address, port: Self.port),
        durationNanoseconds: 3 * Self.second
      )
      settings.sources = FloodSources(
        network: try #require(SourcePrefix("11.64.0.0/10")),
        count: 1_000_000
      )
      settings.ratePerSecond = rate
      let flood = try RunningFlood(settings, in: topology.world.namespace)
      let cost = radar.cost(of: 3 * Self.second, probes: probes, guarding: Self.port)
      flood.stop()
      let share = Double(cost.processorNanoseconds) / Double(3 * Self.second)
      print(
        "radar at \(Int(rate)) SYNs/s: \(cost.heard) heard, "
          + "\(Int(share * 1_000_000)) millionths of a core, \(cost.wakes) wakes"
      )
      #expect(cost.heard > Int(rate))
      #expect(share < (rate < 100 ? 0.01 : 0.2))
    }
    _ = server
  }
}

/// A radar that a test's threads may share.
private final class RadarBox: Sendable {
  /// What listening for a while took.
  struct Cost {
    var heard = 0
    var wakes = 0
    var processorNanoseconds: UInt64 = 0
  }

  private let radar: Mutex<Radar>

  init(_ radar: consuming sending Radar) {
    self.radar = Mutex(consume radar)
  }

  /// What was heard since the last time.
  func sweep() -> [RadarSighting] {
    radar.withLock { radar in
      var sightings: [RadarSighting] = []
      radar.sweep { sightings.append($0) }
      return sightings
    }
  }

  /// Listens as the daemon does, and says what this thread spent on it.
  func cost(of nanoseconds: UInt64, probes: ProbeTableOwner, guarding port: UInt16) -> Cost {
    var cost = Cost()
    let end = Clock.now.advanced(byNanoseconds: nanoseconds)
    let before = Self.processorNanoseconds
    while Clock.now < end {
      radar.withLock { radar in
        var wait = pollfd(fd: radar.descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&wait, 1, 1_000)
        let now = Clock.now
        radar.sweep { sighting in
          cost.heard += 1
          guard case .knock(let source, let knocked) = sighting else { return }
          if knocked == port {
            probes.table.sawSyn(from: source, now: now)
          } else {
            probes.table.sawProbe(from: source, port: knocked, now: now)
          }
        }
      }
      cost.wakes += 1
    }
    cost.processorNanoseconds = Self.processorNanoseconds - before
    return cost
  }

  private static var processorNanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * Nanoseconds.perSecond + UInt64(time.tv_nsec)
  }
}
