public import Wire

/// Networks that are not routed in the Internet: RFC 1918, RFC 6598 (shared by carriers and their
/// customers), RFC 3927, RFC 4193, RFC 4291, loopback.
public enum PrivateRanges {
  /// All of them.
  public static let all: [SourcePrefix] = [
    ipv4(127, 0, 8), ipv4(10, 0, 8), ipv4(172, 16, 12), ipv4(192, 168, 16), ipv4(169, 254, 16),
    ipv4(100, 64, 10),
    SourcePrefix(SourceAddress(high: 0, low: 1), length: 128),
    SourcePrefix(SourceAddress(high: 0xfc00 << 48, low: 0), length: 7),
    SourcePrefix(SourceAddress(high: 0xfe80 << 48, low: 0), length: 10),
  ]

  /// One of them that `prefix` overlaps; nil when there is none.
  public static func overlapping(_ prefix: SourcePrefix) -> SourcePrefix? {
    all.first { $0.overlaps(prefix) }
  }

  private static func ipv4(_ first: UInt32, _ second: UInt32, _ length: UInt8) -> SourcePrefix {
    SourcePrefix(SourceAddress(ipv4: first << 24 | second << 16), length: length)
  }
}
