internal import Filter
internal import Telemetry
internal import Wire

/// The control thread's end of a shard's ring of what it learnt of peers.
final class OutcomeReader {
  private let ring: EndpointRingReader

  /// The reader of a ring that has none yet.
  init(_ ring: EndpointRing) {
    self.ring = ring.makeReader()
  }

  /// Hands over all that waits.
  func drain(_ take: (Endpoint, SourceOutcome) -> Void) {
    while let (endpoint, code, _) = ring.next() {
      if let outcome = SourceOutcome(code: code) { take(endpoint, outcome) }
    }
  }
}
