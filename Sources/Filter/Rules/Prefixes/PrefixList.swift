public import Wire

/// The bounds on lists of networks.
public enum PrefixLimits {
  /// Networks of all lists together.
  public static let entries = 1_000_000
  /// The greatest value of a network; zero stands for "in none".
  public static let value: UInt16 = .max
}

/// Why networks were refused.
public enum PrefixListFault: Error, Equatable, Sendable {
  /// More than `PrefixLimits.entries`.
  case tooMany
}

/// Networks with values, and for each address the value of the longest network that holds it.
///
/// Compiled once, off the way of connections, to ranges of addresses; a look-up takes a handful of
/// cache lines whatever the networks are. Nothing changes after `init`, so threads may share it.
@safe
public struct PrefixList: ~Copyable, @unchecked Sendable {
  /// The networks that went in.
  public let entryCount: Int

  private let ipv4: RangeTable<UInt32, UInt16>
  /// Ranges of the first eight bytes of an address.
  private let ipv6: RangeTable<UInt64, IPv6Ranges.Half>
  /// Ranges of the last eight bytes, where values change within the first eight.
  private let tails: UnsafeMutablePointer<IPv6Ranges.Tail>
  private let tailCount: Int

  /// The bytes of memory that the list takes.
  public var byteCount: Int {
    ipv4.byteCount + ipv6.byteCount + tailCount * MemoryLayout<IPv6Ranges.Tail>.stride
  }

  /// Compiles the networks of `source`.
  /// - Parameters:
  ///   - source: The networks.
  ///   - combine: The value inside a network that lies in others: from theirs and its own. Left
  ///     out, the longest network's value counts alone, and of the same network given twice the
  ///     greater value.
  public init(
    _ source: consuming PrefixListSource,
    combining combine: (_ outer: UInt16, _ inner: UInt16) -> UInt16 = { $1 }
  ) {
    entryCount = source.count
    var narrow = IPv4Ranges()
    PrefixSweep.run(source.takeIPv4(), combine) { narrow.begin(at: $0, $1) }
    ipv4 = RangeTable(starts: narrow.starts, values: narrow.values)
    var wide = IPv6Ranges()
    PrefixSweep.run(source.takeIPv6(), combine) { wide.begin(at: $0, $1) }
    wide.finish()
    ipv6 = RangeTable(starts: wide.starts, values: wide.values)
    tailCount = wide.tails.count
    unsafe tails = .allocate(capacity: max(tailCount, 1))
    for place in 0..<tailCount { unsafe (tails + place).initialize(to: wide.tails[place]) }
  }

  deinit {
    unsafe tails.deallocate()
  }

  /// The value of the longest network that holds `address`; 0 when none does.
  #if !DEBUG
    @_noLocks
  #endif
  public func value(of address: SourceAddress) -> UInt16 {
    guard !address.isIPv4 else { return ipv4.value(of: address.ipv4) }
    let half = ipv6.value(of: address.high)
    guard half.tailCount > 0 else { return half.value }
    var first = Int(half.firstTail)
    var size = Int(half.tailCount)
    while size > 1 {
      let middle = size >> 1
      first = unsafe tails[first &+ middle].start <= address.low ? first &+ middle : first
      size &-= middle
    }
    return unsafe tails[first].value
  }
}
