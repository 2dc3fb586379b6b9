internal import Telemetry

/// A ring of a shard's refused first flights with the control thread's end of it.
final class RefusedFlightReader {
  /// The ring, for the shard's policy.
  let ring: FlightRing
  private let reader: FlightRingReader

  /// A new ring.
  init() {
    ring = FlightRing()
    reader = ring.makeReader()
  }

  /// Hands over all that waits.
  func drain(_ take: (FlightRing.Flight) -> Void) {
    // A shard that refuses faster than this reads is not followed without an end.
    for _ in 0..<FlightRing.capacity {
      guard let flight = reader.next() else { return }
      take(flight)
    }
  }
}
