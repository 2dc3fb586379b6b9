internal import Filter
internal import Kernel
internal import Telemetry
internal import Wire

/// The room of the router's answers to datagrams on trial: a token is remembered on its way, and
/// whatever else the router says to a peer admits it.
extension DatagramShard where World: ~Copyable {
  /// Looks at the answers of the last batch, which were diverted on their way out, and sends them
  /// on.
  mutating func takeAnswers(_ batchCount: Int) {
    guard case .original(let marks) = policy.way else { return }
    for index in 0..<batchCount {
      let datagram = network.datagram(index)
      // A maimed datagram can't be sent on as it was; the router repeats what matters.
      guard !datagram.isTruncated else {
        countLost(1)
        continue
      }
      let peer = datagram.originalDestination
      let stage = unsafe witness(datagram.bytes, to: peer)
      unsafe inject(
        datagram.bytes,
        from: datagram.source,
        to: peer,
        stage == .admitted ? marks.admit : marks.answer
      )
      counters.add(UInt64(unsafe datagram.bytes.count), to: .bytesToPeer)
    }
  }

  /// Looks at what the router says to `peer`, who is on trial; where the flow stands then.
  mutating func witness(_ bytes: UnsafeRawBufferPointer, to peer: Endpoint) -> FlowStage {
    counters.add(1, to: .answersSeen)
    switch unsafe gate.answered(bytes, to: peer, now: now) {
    case .forward:
      counters.add(1, to: .retriesSeen)
      return .trial
    case .release(let reason):
      count(.admit, reason)
      counters.add(1, to: .flowsAdmitted)
      return .admitted
    }
  }
}
