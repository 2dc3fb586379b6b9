internal import Filter
internal import Telemetry
internal import Wire

/// What strangers said who are refused for it, for people who want to read it: most do not.
extension Shard where World: ~Copyable {
  /// Hands over the first flight that lies in the buffer, where somebody keeps them.
  func keepFlight(_ slot: UInt32, bytesThere: Int) {
    guard let flights = policy.refusedFlights else { return }
    // A peer whose connection is gone has no other end any more.
    guard let gate = network.localEndpoint(strangers[slot].socket) else { return }
    let bytes = unsafe Span<UInt8>(
      _unsafeStart: buffer.assumingMemoryBound(to: UInt8.self),
      count: bytesThere
    )
    let source = strangers[slot].source
    guard !flights.write(peer: source, gate: gate, bytes: bytes, refusedAt: now) else { return }
    counters.add(1, to: .flightsLost)
  }
}
