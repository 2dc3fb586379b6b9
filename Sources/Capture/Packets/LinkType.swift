internal import CPcap
internal import Wire

/// What stands before the IP header of a captured packet: libpcap's link-layer types.
public struct LinkType: BitwiseCopyable, Sendable, Equatable {
  /// libpcap's number (DLT).
  public let rawValue: Int32

  /// The type with libpcap's number.
  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// Ethernet, with up to two VLAN tags.
  public static let ethernet = LinkType(rawValue: DLT_EN10MB)
  /// Linux cooked capture, as on the device "any".
  public static let cooked = LinkType(rawValue: DLT_LINUX_SLL)
  /// Linux cooked capture, second version.
  public static let cooked2 = LinkType(rawValue: DLT_LINUX_SLL2)
  /// An IP packet and nothing before it.
  public static let raw = LinkType(rawValue: DLT_RAW)

  /// Whether packets behind this link are understood.
  public var isKnown: Bool { Self.known.contains(rawValue) }

  private static let known = [
    DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_RAW, DLT_IPV4, DLT_IPV6, DLT_NULL, DLT_LOOP,
  ]
  private static let tagsMaximum = 2
  private static let ipv4: UInt16 = 0x0800
  private static let ipv6: UInt16 = 0x86dd

  /// Where the IP header of a packet begins; nil when it carries no IP.
  public func networkOffset(_ bytes: borrowing Span<UInt8>) -> Int? {
    switch rawValue {
    case DLT_RAW, DLT_IPV4, DLT_IPV6: return 0
    // Four bytes with the family in the order of the host that captured: IP tells its own version.
    case DLT_NULL, DLT_LOOP: return bytes.count > 4 ? 4 : nil
    case DLT_EN10MB: return Self.afterTags(bytes, typeAt: 12)
    case DLT_LINUX_SLL: return Self.afterTags(bytes, typeAt: 14)
    case DLT_LINUX_SLL2: return Self.carriesIP(bytes, typeAt: 0) ? 20 : nil
    default: return nil
    }
  }

  /// Whether a packet of a capture on "any" was seen on the loopback device.
  public func isLoopback(_ bytes: borrowing Span<UInt8>) -> Bool {
    // The hardware type of the device, 772 for loopback (ARPHRD_LOOPBACK).
    let place: Int
    switch rawValue {
    case DLT_LINUX_SLL: place = 2
    case DLT_LINUX_SLL2: place = 8
    default: return false
    }
    var reader = ByteReader(at: place)
    return reader.readUInt16(bytes) == 772
  }

  private static func carriesIP(_ bytes: borrowing Span<UInt8>, typeAt place: Int) -> Bool {
    var reader = ByteReader(at: place)
    let type = reader.readUInt16(bytes)
    return type == ipv4 || type == ipv6
  }

  private static func afterTags(_ bytes: borrowing Span<UInt8>, typeAt place: Int) -> Int? {
    var reader = ByteReader(at: place)
    for _ in 0...tagsMaximum {
      guard let type = reader.readUInt16(bytes) else { return nil }
      if type == ipv4 || type == ipv6 { return reader.offset }
      guard type == 0x8100 || type == 0x88a8, reader.readUInt16(bytes) != nil else { return nil }
    }
    return nil
  }
}
