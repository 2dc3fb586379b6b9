internal import Filter
internal import Telemetry
internal import Wire

/// The last room of diverted datagrams: they go on in their sender's name, and their mark tells the
/// kernel what to do with their flow.
extension DatagramShard where World: ~Copyable {
  /// Passes a peer's datagram on to the router, as it is.
  mutating func inject(_ datagram: ArrivedDatagram, _ mark: DatagramMark) {
    let outcome = unsafe network.inject(
      datagram.bytes,
      from: datagram.source,
      to: datagram.destination,
      mark
    )
    countUnless(outcome)
    if outcome == .sent {
      counters.add(UInt64(unsafe datagram.bytes.count), to: .bytesToRouter)
    }
  }
}
