import Filter
import Telemetry
import Testing
import Wire

@testable import Proxy

/// What a shard hands over of those whom it refuses.
@Suite struct KeptFlightTests {
  private static func address(_ number: Int) -> SourceAddress {
    SourceAddress(ipv4: 0xc633_6400 + UInt32(number))
  }

  private static func meet(
    _ manners: [PeerManner],
    _ ring: FlightRing?,
    seed: UInt64 = 1
  ) throws -> SimulationRun {
    let run = try SimulationRun(seed: seed, limits: .roomy, refusedFlights: ring)
    for (number, manner) in manners.enumerated() {
      run.connect(
        manner,
        from: address(number),
        afterNanoseconds: UInt64(number) * Nanoseconds.perMillisecond
      )
    }
    #expect(run.run(atMostSeconds: 200) == nil)
    return run
  }

  /// Whoever is refused for its words is there with the start of them, and nobody else is.
  @Test(arguments: 1...UInt64(20))
  func whatWasSaidIsHandedOver(seed: UInt64) throws {
    let ring = FlightRing()
    let reader = ring.makeReader()
    let run = try Self.meet(PeerManner.all + PeerManner.floods, ring, seed: seed)
    var kept: [SourceAddress: FlightRing.Flight] = [:]
    while let flight = reader.next() {
      #expect(kept.updateValue(flight, forKey: flight.peer.address) == nil, "handed over twice")
      #expect(flight.gate == TestRouter.endpoint)
    }
    for (number, peer) in run.peers.enumerated() {
      let flight = kept.removeValue(forKey: Self.address(number))
      switch peer.manner {
      case .honest, .stalls, .silent: #expect(flight == nil, "\(peer.manner)")
      case .greets, .hangsUpAfterFlight, .junk, .partial, .partialAndGone, .resetsLater,
        .speaksEarly, .wrongFlight:
        break
      }
      guard let flight else { continue }
      #expect(!flight.bytes.isEmpty && peer.end.said.starts(with: flight.bytes))
    }
    #expect(kept.isEmpty)
    #expect(run.board.snapshot()[.flightsLost] == 0)
  }

  @Test func nothingIsHandedOverWhereNobodyAsks() throws {
    let run = try Self.meet(Array(repeating: .greets, count: 100), nil)
    #expect(run.verdicts.contains("refuse signature"))
    #expect(run.board.snapshot()[.flightsLost] == 0)
  }

  @Test func whatFindsNoRoomIsCounted() throws {
    let ring = FlightRing()
    let run = try Self.meet(Array(repeating: .greets, count: FlightRing.capacity + 40), ring)
    let reader = ring.makeReader()
    var count: UInt64 = 0
    while reader.next() != nil { count += 1 }
    #expect(count == UInt64(FlightRing.capacity))
    let lost = run.board.snapshot()[.flightsLost]
    // Some go before they are accepted.
    #expect(lost > 0 && lost <= 40)
  }
}
