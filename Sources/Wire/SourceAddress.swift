/// An address of a host: IPv4 or IPv6, without a port.
///
/// Held as 128 bits; IPv4 in its mapped form (`::ffff:a.b.c.d`), so one table serves both families.
public struct SourceAddress: Hashable, Sendable, BitwiseCopyable {
  /// The first eight bytes, big-endian.
  public let high: UInt64
  /// The last eight bytes, big-endian.
  public let low: UInt64

  /// An address from its 128 bits.
  @_noLocks
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// An IPv4 address, `a.b.c.d` being `0xAABBCCDD`.
  @_noLocks
  public init(ipv4: UInt32) {
    high = 0
    low = 0xffff_0000_0000 | UInt64(ipv4)
  }

  /// Whether both are the same address.
  @_noLocks
  public static func == (left: SourceAddress, right: SourceAddress) -> Bool {
    left.high == right.high && left.low == right.low
  }

  /// Whether this is an IPv4 address.
  public var isIPv4: Bool {
    @_noLocks get { high == 0 && low >> 32 == 0xffff }
  }

  /// The IPv4 address, meaningful only when `isIPv4`.
  public var ipv4: UInt32 {
    @_noLocks get { UInt32(truncatingIfNeeded: low) }
  }

  /// Whether this address is on the loopback interface (`127.0.0.0/8`, `::1`).
  public var isLoopback: Bool {
    @_noLocks get { isIPv4 ? ipv4 >> 24 == 127 : high == 0 && low == 1 }
  }
}

/// An address and a port: one end of a connection, or the source of a datagram.
public struct Endpoint: Hashable, Sendable, BitwiseCopyable {
  /// The host.
  public let address: SourceAddress
  /// The port, in host byte order.
  public let port: UInt16

  /// An endpoint at `address`, port `port`.
  @_noLocks
  public init(address: SourceAddress, port: UInt16) {
    self.address = address
    self.port = port
  }
}
