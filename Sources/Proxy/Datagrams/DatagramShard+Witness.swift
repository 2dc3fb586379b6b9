internal import Filter
internal import Telemetry
internal import Wire

/// The room of the router's answers to datagrams on trial: a token is remembered on its way, and
/// whatever else the router says to a peer admits it.
extension DatagramShard where World: ~Copyable {
  /// Looks at the answers of the last batch, which were diverted on their way out, and sends them
  /// on.
  mutating func takeAnswers(_ batchCount: Int) {
    for index in 0..<batchCount {
      // A maimed datagram can't be sent on as it was; the router repeats what matters.
      guard let datagram = network.datagram(index) else { continue }
      let outcome = unsafe network.inject(
        datagram.bytes,
        from: datagram.source,
        to: datagram.destination,
        witness(datagram.bytes, to: datagram.destination)
      )
      countUnless(outcome)
      if outcome == .sent {
        counters.add(UInt64(unsafe datagram.bytes.count), to: .bytesToPeer)
      }
    }
  }

  /// Looks at what the router says to `peer`; what the kernel is to know of it.
  mutating func witness(_ bytes: UnsafeRawBufferPointer, to peer: Endpoint) -> DatagramMark {
    counters.add(1, to: .answersSeen)
    switch unsafe gate.answered(bytes, to: peer, now: now) {
    case .forward:
      return .answer
    case .release(let reason):
      count(.admit, reason)
      counters.add(1, to: .flowsAdmitted)
      return .admit
    }
  }
}
