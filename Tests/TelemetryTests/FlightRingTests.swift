import Dispatch
import Telemetry
import Testing
import Wire

/// The way of refused first flights out of a shard.
@Suite struct FlightRingTests {
  private static func endpoint(_ number: UInt64) -> Endpoint {
    Endpoint(
      address: SourceAddress(high: number &* 0x9e37_79b9_7f4a_7c15, low: ~number),
      port: UInt16(truncatingIfNeeded: number)
    )
  }

  private static func write(
    _ number: UInt64,
    _ bytes: [UInt8],
    to writer: FlightRingWriter
  ) -> Bool {
    writer.write(
      peer: endpoint(number),
      gate: endpoint(~number),
      bytes: bytes.span,
      refusedAt: Instant(nanoseconds: number)
    )
  }

  @Test(arguments: [0, 1, 7, 8, 9, 63, 64, 3_297, 4_095, 4_096])
  func aFlightComesOutAsItWentIn(count: Int) {
    let ring = FlightRing()
    let reader = ring.makeReader()
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }
    // A longer one before it leaves nothing behind.
    for _ in 0..<FlightRing.capacity + 1 {
      #expect(Self.write(9, [UInt8](repeating: 0xff, count: 4_096), to: ring.writer))
      #expect(reader.next()?.bytes.count == 4_096)
    }
    #expect(Self.write(5, bytes, to: ring.writer))
    let flight = reader.next()
    #expect(flight?.peer == Self.endpoint(5) && flight?.gate == Self.endpoint(~5))
    #expect(flight?.refusedAt == Instant(nanoseconds: 5))
    #expect(flight?.bytes == bytes)
    #expect(reader.next() == nil)
  }

  @Test func whatIsTooLongIsCut() {
    let ring = FlightRing()
    let reader = ring.makeReader()
    #expect(Self.write(1, [UInt8](repeating: 3, count: 9_000), to: ring.writer))
    #expect(reader.next()?.bytes == [UInt8](repeating: 3, count: FlightRing.flightBytesMaximum))
  }

  @Test func aFullRingTakesNoMore() {
    let ring = FlightRing()
    let reader = ring.makeReader()
    for number in 0..<UInt64(FlightRing.capacity) {
      #expect(Self.write(number, [1], to: ring.writer))
    }
    #expect(!Self.write(77, [2], to: ring.writer))
    #expect(reader.next()?.refusedAt == Instant(nanoseconds: 0))
    #expect(Self.write(78, [3], to: ring.writer))
    var last: FlightRing.Flight?
    while let flight = reader.next() { last = flight }
    #expect(last?.bytes == [3])
  }

  /// No flight is a mixture of two.
  @Test func twoThreadsLoseNothingUncounted() async {
    let ring = FlightRing()
    let rounds: UInt64 = 5_000
    let writer = ring.writer
    async let lost = Task.detached {
      (0..<rounds).reduce(into: UInt64(0)) { lost, number in
        let bytes = [UInt8](
          repeating: UInt8(truncatingIfNeeded: number),
          count: Int(number % 300)
        )
        if !Self.write(number, bytes, to: writer) { lost += 1 }
      }
    }.value
    let reader = ring.makeReader()
    var read: UInt64 = 0
    func drain() {
      while let flight = reader.next() {
        let number = flight.refusedAt.nanoseconds
        #expect(flight.peer == Self.endpoint(number))
        #expect(flight.bytes.count == Int(number % 300))
        #expect(flight.bytes.allSatisfy { $0 == UInt8(truncatingIfNeeded: number) })
        read += 1
      }
    }
    for _ in 0..<50 {
      drain()
      await Task.yield()
    }
    let count = await lost
    drain()
    #expect(read + count == rounds)
  }
}
