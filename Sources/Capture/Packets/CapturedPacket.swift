public import Wire

/// A packet with the moment of its capture.
public struct CapturedPacket: Sendable, Equatable {
  /// What stands before the IP header.
  public let link: LinkType
  /// Nanoseconds since 1970.
  public let nanoseconds: UInt64
  /// Bytes of the packet on the wire; more than `bytes` when the capture kept only its start.
  public let wireByteCount: Int
  /// What was kept, link layer included.
  public let bytes: [UInt8]

  /// A packet of `wireByteCount` bytes of which `bytes` were kept.
  public init(link: LinkType, nanoseconds: UInt64, wireByteCount: Int, bytes: [UInt8]) {
    self.link = link
    self.nanoseconds = nanoseconds
    self.wireByteCount = wireByteCount
    self.bytes = bytes
  }

  /// The packet's headers; nil when it is no IP, or cut inside of them.
  public var decoded: DecodedPacket? { DecodedPacket(bytes.span, link: link) }
}

/// The headers of a packet that was understood.
public struct DecodedPacket: Sendable, Equatable {
  /// What it carries.
  public enum Transport: Sendable, Equatable {
    /// TCP.
    case tcp(TCPHeader)
    /// UDP.
    case udp(UDPHeader)
    /// Something else.
    case other
  }

  /// The IP header; its ranges count from the packet's first captured byte.
  public let ip: IPHeader
  /// What it carries.
  public let transport: Transport

  /// Reads the headers of a packet behind `link`; nil when it is no IP, or cut inside of them.
  public init?(_ bytes: borrowing Span<UInt8>, link: LinkType) {
    guard let offset = link.networkOffset(bytes), let ip = IPHeader(bytes, at: offset) else {
      return nil
    }
    self.ip = ip
    switch ip.transport {
    case IPHeader.tcp:
      guard let header = TCPHeader(bytes, in: ip.payload) else { return nil }
      transport = .tcp(header)
    case IPHeader.udp:
      guard let header = UDPHeader(bytes, in: ip.payload) else { return nil }
      transport = .udp(header)
    default:
      transport = .other
    }
  }

  /// Where it comes from; the port is 0 when it has none.
  public var source: Endpoint {
    switch transport {
    case .tcp(let header): Endpoint(address: ip.source, port: header.sourcePort)
    case .udp(let header): Endpoint(address: ip.source, port: header.sourcePort)
    case .other: Endpoint(address: ip.source, port: 0)
    }
  }

  /// Where it goes; the port is 0 when it has none.
  public var destination: Endpoint {
    switch transport {
    case .tcp(let header): Endpoint(address: ip.destination, port: header.destinationPort)
    case .udp(let header): Endpoint(address: ip.destination, port: header.destinationPort)
    case .other: Endpoint(address: ip.destination, port: 0)
    }
  }
}
