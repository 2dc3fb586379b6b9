public import Wire

/// Networks with values on their way into a `PrefixList`, kept as small as can be.
public struct PrefixListSource: ~Copyable {
  /// A network of IPv4 in one word that sorts as it should: first address, length, value.
  struct IPv4Entry: PrefixEntry {
    let word: UInt64

    var start: UInt32 { UInt32(truncatingIfNeeded: word >> 32) }
    var end: UInt32 {
      start | UInt32.max >> UInt32(UInt8(truncatingIfNeeded: word >> 16))
    }
    var value: UInt16 { UInt16(truncatingIfNeeded: word) }

    static func < (left: IPv4Entry, right: IPv4Entry) -> Bool { left.word < right.word }
  }

  /// A network of IPv6.
  struct IPv6Entry: PrefixEntry {
    let high: UInt64
    let low: UInt64
    let lengthAndValue: UInt32

    var start: UInt128 { UInt128(high) << 64 | UInt128(low) }
    var end: UInt128 {
      start | UInt128.max >> UInt128(lengthAndValue >> 16)
    }
    var value: UInt16 { UInt16(truncatingIfNeeded: lengthAndValue) }

    static func < (left: IPv6Entry, right: IPv6Entry) -> Bool {
      if left.high != right.high { return left.high < right.high }
      if left.low != right.low { return left.low < right.low }
      return left.lengthAndValue < right.lengthAndValue
    }
  }

  private var ipv4: [IPv4Entry] = []
  private var ipv6: [IPv6Entry] = []

  /// How many networks there are.
  public var count: Int { ipv4.count + ipv6.count }

  /// No network yet.
  public init() {}

  /// Adds networks that all have `value`, which is not zero.
  /// - Throws: `tooMany`, and then only a part was added.
  public mutating func add(
    _ prefixes: some Sequence<SourcePrefix>,
    value: UInt16
  ) throws(PrefixListFault) {
    precondition(value > 0, "zero stands for no network")
    for prefix in prefixes {
      guard count < PrefixLimits.entries else { throw .tooMany }
      let tag = UInt32(prefix.length) << 16 | UInt32(value)
      if prefix.address.isIPv4 {
        ipv4.append(IPv4Entry(word: UInt64(prefix.address.ipv4) << 32 | UInt64(tag)))
      } else {
        ipv6.append(
          IPv6Entry(high: prefix.address.high, low: prefix.address.low, lengthAndValue: tag)
        )
      }
    }
  }

  /// The networks of IPv4, sorted; none are left.
  mutating func takeIPv4() -> [IPv4Entry] {
    var entries: [IPv4Entry] = []
    swap(&entries, &ipv4)
    entries.sort()
    return entries
  }

  /// The networks of IPv6, sorted; none are left.
  mutating func takeIPv6() -> [IPv6Entry] {
    var entries: [IPv6Entry] = []
    swap(&entries, &ipv6)
    entries.sort()
    return entries
  }
}
