internal import Wire

/// A first flight as packets: SYN, answer, acknowledgement, the bytes, FIN. Checksums are left
/// empty, as in captures of hosts whose devices fill them in.
struct FlightPackets {
  private static let segmentBytes = 1_400
  private static let (synchronize, acknowledge): (UInt8, UInt8) = (0x02, 0x10)
  private static let (push, finish): (UInt8, UInt8) = (0x08, 0x01)
  private static let gateSequence: UInt32 = 2_000

  private let flight: RefusedFlight
  private let peer: Endpoint
  private let gate: Endpoint
  /// Where the peer's bytes begin, no flight's as another's: behind cut addresses a second one is
  /// no repetition of the first. Never zero, which no stack sends.
  private let peerSequence: UInt32

  init(_ flight: RefusedFlight, cutsAddresses: Bool) {
    self.flight = flight
    peerSequence = UInt32(truncatingIfNeeded: flight.nanoseconds) | 1
    gate = flight.gate
    let length: UInt8 = flight.peer.address.isIPv4 ? 24 : 48
    let cut = SourcePrefix(flight.peer.address, length: length).address
    peer = cutsAddresses ? Endpoint(address: cut, port: flight.peer.port) : flight.peer
  }

  /// The packets, all of the same moment.
  var all: [CapturedPacket] {
    let bytes = flight.bytes.prefix(CaptureRing.flightBytesMaximum)
    let first = peerSequence &+ 1
    var packets = [
      fromPeer(peerSequence, Self.synchronize, []),
      packet(
        from: gate,
        to: peer,
        Self.gateSequence,
        peerSequence &+ 1,
        Self.synchronize | Self.acknowledge,
        []
      ),
      fromPeer(first, Self.acknowledge, []),
    ]
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let segment = bytes[start...].prefix(Self.segmentBytes)
      let sequence = first &+ UInt32(start)
      packets.append(fromPeer(sequence, Self.acknowledge | Self.push, Array(segment)))
      start = segment.endIndex
    }
    let end = first &+ UInt32(bytes.count)
    packets.append(fromPeer(end, Self.acknowledge | Self.finish, []))
    return packets
  }

  private func fromPeer(_ sequence: UInt32, _ flags: UInt8, _ payload: [UInt8]) -> CapturedPacket {
    let acknowledged = flags & Self.acknowledge == 0 ? 0 : Self.gateSequence &+ 1
    return packet(from: peer, to: gate, sequence, acknowledged, flags, payload)
  }

  private func packet(
    from source: Endpoint,
    to destination: Endpoint,
    _ sequence: UInt32,
    _ acknowledgement: UInt32,
    _ flags: UInt8,
    _ payload: [UInt8]
  ) -> CapturedPacket {
    var tcp = Self.bytes(source.port) + Self.bytes(destination.port) + Self.bytes(sequence)
    tcp += Self.bytes(acknowledgement) + [0x50, flags] + Self.bytes(UInt16.max) + [0, 0, 0, 0]
    tcp += payload
    let bytes = Self.ipHeader(source.address, destination.address, count: tcp.count) + tcp
    return CapturedPacket(
      link: .raw,
      nanoseconds: flight.nanoseconds,
      wireByteCount: bytes.count,
      bytes: bytes
    )
  }

  private static func ipHeader(
    _ source: SourceAddress,
    _ destination: SourceAddress,
    count: Int
  ) -> [UInt8] {
    guard source.isIPv4, destination.isIPv4 else {
      return [0x60, 0, 0, 0] + bytes(UInt16(clamping: count)) + [IPHeader.tcp, 64]
        + bytes(source.high) + bytes(source.low) + bytes(destination.high)
        + bytes(destination.low)
    }
    let rest: [UInt8] = [0, 0, 0x40, 0, 64, IPHeader.tcp, 0, 0]
    return [0x45, 0] + bytes(UInt16(clamping: 20 + count)) + rest + bytes(source.ipv4)
      + bytes(destination.ipv4)
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    stride(from: value.bitWidth - 8, through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: value >> $0)
    }
  }
}
