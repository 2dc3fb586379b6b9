import Filter
import Kernel
import Testing
import Wire

@testable import Lab

/// Floods and honest peers over IPv6, at one gate that guards both transports and both families.
@Suite(.serialized, .enabled(if: GuardedI2PD.isPossible, LabNeeds.why))
struct GateIPv6Tests {
  private static let floodNanoseconds = 20 * Nanoseconds.perSecond
  private static let honestPeers = 6

  @Test(.timeLimit(.minutes(3))) func allFourPortsAreGuarded() throws {
    let guarded = try GuardedDualStack()
    defer { guarded.close() }
    let (ipv4, other) = (AddressPlan.worldSource(77), AddressPlan.worldSource(7_777))
    #expect(try guarded.handshakeNTCP2().end == .established)
    #expect(
      try guarded.handshakeNTCP2(to: guarded.router.endpoint, from: ipv4).end == .established
    )
    for manner in SSU2Manner.allCases {
      let result = try guarded.handshakeSSU2(manner)
      #expect(result.end == .established, "\(result.report)")
      #expect(result.observedAddress == result.source)
    }
    let overIPv4 = try guarded.handshakeSSU2(to: guarded.router.endpointSSU2, from: other)
    #expect(overIPv4.end == .established, "\(overIPv4.report)")
    let status = try guarded.gate.status()
    #expect(status.count(.complete, .established) == 2)
    #expect(status.count(.admit, .witnessed) == 3)
    try guarded.gate.command("firewall", "check")
  }

  /// What each kind meets is counted at the level that it fills: its network, its site, the gate.
  @Test(.timeLimit(.minutes(4)), arguments: [FloodKind.silent, .garbage, .firstFlight])
  func connections(kind: FloodKind) throws {
    let guarded = try GuardedDualStack()
    defer { guarded.close() }
    let known = guarded.newSource()
    #expect(try guarded.handshakeNTCP2(from: known).end == .established)
    for origin in FloodOrigin.allCases {
      var settings = FloodSettings(
        kind: kind,
        target: guarded.endpointNTCP2,
        sources: origin.sources,
        ratePerSecond: 2_000,
        durationNanoseconds: Self.floodNanoseconds
      )
      settings.openConnectionsMaximum = 4_000
      settings.whenFull = .dropOldest
      settings.router = guarded.factsNTCP2
      settings.preparedFlightCount = 2_000
      let before = try guarded.gate.status()
      let flood = try RunningFlood(settings, in: guarded.topology.world.namespace)
      defer { flood.stop() }
      // Bursts are spent first.
      let isMet = Pause.until(timeoutNanoseconds: 15 * Nanoseconds.perSecond) {
        guard let now = try? guarded.gate.status() else { return false }
        let reasons: [Reason] = [.prefixRate, .prefixHalfOpen]
        return origin == .everywhere
          ? now.count(.refuse) > before.count(.refuse) + 1_000
          : reasons.contains { now.count(.refuse, $0) > before.count(.refuse, $0) }
      }
      let verdicts = try guarded.gate.status().verdicts
      #expect(isMet, "\(kind), \(origin): \(verdicts)")
      for _ in 0..<Self.honestPeers {
        // Strangers who all prove that they know the router, and of whom no two are neighbours, are
        // as good as any newcomer: then it is the known ones who come in.
        let isAlike = kind == .firstFlight && origin == .everywhere
        let result = try guarded.handshakeNTCP2(from: isAlike ? known : nil)
        #expect(result.end == .established, "\(kind), \(origin)")
      }
      #expect(flood.stop() == nil)
    }
    #expect(try guarded.handshakeNTCP2().end == .established)
  }

  @Test(.timeLimit(.minutes(4)), arguments: [DatagramFloodKind.tokenRequest, .random])
  func datagrams(kind: DatagramFloodKind) throws {
    let guarded = try GuardedDualStack()
    defer { guarded.close() }
    for origin in FloodOrigin.allCases {
      var settings = DatagramFloodSettings(
        kind: kind,
        target: guarded.endpointSSU2,
        sources: try #require(origin.sources),
        ratePerSecond: 3_000,
        durationNanoseconds: Self.floodNanoseconds
      )
      settings.router = guarded.factsSSU2
      settings.preparedCount = 256
      let before = try guarded.gate.status()
      let flood = try RunningFlood(settings, in: guarded.topology.world.namespace)
      defer { flood.stop() }
      let isMet = Pause.until(timeoutNanoseconds: 15 * Nanoseconds.perSecond) {
        guard let now = try? guarded.gate.status() else { return false }
        return kind == .tokenRequest
          ? now.count(.challenge, .overloaded) > before.count(.challenge, .overloaded) + 1_000
          : now.count(.refuse) > before.count(.refuse) + 1_000
      }
      let verdicts = try guarded.gate.status().verdicts
      #expect(isMet, "\(kind), \(origin): \(verdicts)")
      for number in 0..<Self.honestPeers {
        let manner = SSU2Manner.allCases[number % SSU2Manner.allCases.count]
        let source = guarded.newSource()
        // A cookie on top of the router's own token costs a peer in Java's manner one attempt, and
        // a busy machine loses a datagram.
        var ends: [SSU2HandshakeEnd] = []
        for _ in 0..<3 where ends.last != .established {
          ends.append(try guarded.handshakeSSU2(from: source, manner).end)
        }
        #expect(ends.last == .established, "\(kind), \(origin), \(manner): \(ends)")
      }
      #expect(flood.stop() == nil)
    }
  }
}
