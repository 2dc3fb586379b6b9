/// The header of an IPv4 or IPv6 packet (RFC 791, RFC 8200), as far as a gate wants to know it.
///
/// Bytes come from the network or from a file: whatever does not fit is nil, nothing traps. A
/// fragment is nil too, since what it carries can't be read alone.
public struct IPHeader: Sendable, Equatable {
  /// 4 or 6.
  public let version: UInt8
  /// Where the packet says that it comes from.
  public let source: SourceAddress
  /// Where it goes.
  public let destination: SourceAddress
  /// What it carries, by the number of the protocol: 6 is TCP, 17 is UDP.
  public let transport: UInt8
  /// Time to live, or hop limit, as it arrived.
  public let timeToLive: UInt8
  /// Type of service, or traffic class; the last two bits speak of congestion (RFC 3168).
  public let trafficClass: UInt8
  /// IPv4's identification; 0 for IPv6.
  public let identification: UInt16
  /// IPv4's three flag bits: 4 reserved, 2 "do not fragment", 1 "more fragments"; 0 for IPv6.
  public let flags: UInt8
  /// IPv6's flow label; 0 for IPv4.
  public let flowLabel: UInt32
  /// Bytes of IPv4 options, or of IPv6 extension headers.
  public let optionByteCount: Int
  /// Where the payload lies in the bytes, as far as it is there.
  public let payload: Range<Int>

  /// The protocol number of TCP.
  public static let tcp: UInt8 = 6
  /// The protocol number of UDP.
  public static let udp: UInt8 = 17
  /// Extension headers that are passed over, at most: real packets have one or none.
  private static let extensionHeadersMaximum = 4

  /// Reads the header that begins at byte `offset`; nil when there is no whole one, or a fragment.
  @_noLocks
  public init?(_ bytes: borrowing Span<UInt8>, at offset: Int = 0) {
    guard offset >= 0, offset < bytes.count else { return nil }
    switch bytes[offset] >> 4 {
    case 4: self.init(ipv4: bytes, at: offset)
    case 6: self.init(ipv6: bytes, at: offset)
    default: return nil
    }
  }

  @_noLocks
  private init?(ipv4 bytes: borrowing Span<UInt8>, at offset: Int) {
    var reader = ByteReader(at: offset)
    guard let first = reader.readUInt8(bytes), let service = reader.readUInt8(bytes),
      let totalLength = reader.readUInt16(bytes), let identification = reader.readUInt16(bytes),
      let fragment = reader.readUInt16(bytes), let timeToLive = reader.readUInt8(bytes),
      let transport = reader.readUInt8(bytes), reader.readUInt16(bytes) != nil,
      let source = reader.readUInt32(bytes), let destination = reader.readUInt32(bytes)
    else { return nil }
    let headerLength = Int(first & 15) &* 4
    let start = offset &+ headerLength
    guard headerLength >= 20, start <= bytes.count, fragment & 0x3fff == 0 else { return nil }
    version = 4
    self.source = SourceAddress(ipv4: source)
    self.destination = SourceAddress(ipv4: destination)
    self.transport = transport
    self.timeToLive = timeToLive
    trafficClass = service
    self.identification = identification
    flags = UInt8(truncatingIfNeeded: fragment >> 13)
    flowLabel = 0
    optionByteCount = headerLength &- 20
    // Segmentation offload leaves the length empty in what is captured on the sending host.
    let announced = totalLength == 0 ? bytes.count : offset &+ Int(totalLength)
    guard announced >= start else { return nil }
    payload = start..<(announced < bytes.count ? announced : bytes.count)
  }

  @_noLocks
  private init?(ipv6 bytes: borrowing Span<UInt8>, at offset: Int) {
    var reader = ByteReader(at: offset)
    guard let first = reader.readUInt32(bytes), let length = reader.readUInt16(bytes),
      let next = reader.readUInt8(bytes), let hopLimit = reader.readUInt8(bytes),
      let sourceHigh = reader.readUInt64(bytes), let sourceLow = reader.readUInt64(bytes),
      let destinationHigh = reader.readUInt64(bytes), let destinationLow = reader.readUInt64(bytes)
    else { return nil }
    var transport = next
    var start = reader.offset
    for _ in 0..<Self.extensionHeadersMaximum {
      // Hop-by-hop options 0, routing 43, destination options 60: the next header and a length in
      // units of eight bytes that does not count the first.
      guard transport == 0 || transport == 43 || transport == 60 else { break }
      var header = ByteReader(at: start)
      guard let following = header.readUInt8(bytes), let units = header.readUInt8(bytes) else {
        return nil
      }
      transport = following
      start = start &+ 8 &+ Int(units) &* 8
    }
    let fragmentHeader: UInt8 = 44
    guard start <= bytes.count, transport != fragmentHeader else { return nil }
    version = 6
    source = SourceAddress(high: sourceHigh, low: sourceLow)
    destination = SourceAddress(high: destinationHigh, low: destinationLow)
    self.transport = transport
    timeToLive = hopLimit
    trafficClass = UInt8(truncatingIfNeeded: first >> 20)
    identification = 0
    flags = 0
    flowLabel = first & 0xf_ffff
    optionByteCount = start &- reader.offset
    let announced = length == 0 ? bytes.count : reader.offset &+ Int(length)
    guard announced >= start else { return nil }
    payload = start..<(announced < bytes.count ? announced : bytes.count)
  }
}
