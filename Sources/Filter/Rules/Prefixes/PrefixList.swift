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
  /// Marks a value of the IPv6 tree that is the number of a tail.
  private static let tailMark: UInt32 = 0x8000_0000

  /// The networks that went in.
  public let entryCount: Int

  private let ipv4: RangeTree<UInt32, UInt16>
  /// Ranges of the first eight bytes of an address.
  private let ipv6: RangeTree<UInt64, UInt32>
  /// For first eight bytes within which values change: where their ranges begin below.
  private let tails: UnsafeMutablePointer<UInt32>
  private let tailStarts: UnsafeMutablePointer<UInt64>
  private let tailValues: UnsafeMutablePointer<UInt16>
  private let tailCount: Int
  private let tailRangeCount: Int

  /// The bytes of memory that the list takes.
  public var byteCount: Int {
    ipv4.byteCount + ipv6.byteCount + (tailCount + 1) * MemoryLayout<UInt32>.stride
      + tailRangeCount * (MemoryLayout<UInt64>.stride + MemoryLayout<UInt16>.stride)
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
    ipv4 = RangeTree(starts: narrow.starts, values: narrow.values)
    var wide = IPv6Ranges(tailMark: Self.tailMark)
    PrefixSweep.run(source.takeIPv6(), combine) { wide.begin(at: $0, $1) }
    wide.finish()
    ipv6 = RangeTree(starts: wide.starts, values: wide.values)
    tailCount = wide.tails.count
    tailRangeCount = wide.tailStarts.count
    unsafe tails = .allocate(capacity: tailCount + 1)
    unsafe tailStarts = .allocate(capacity: max(tailRangeCount, 1))
    unsafe tailValues = .allocate(capacity: max(tailRangeCount, 1))
    for index in 0..<tailCount { unsafe (tails + index).initialize(to: wide.tails[index]) }
    unsafe (tails + tailCount).initialize(to: UInt32(tailRangeCount))
    for index in 0..<tailRangeCount {
      unsafe (tailStarts + index).initialize(to: wide.tailStarts[index])
      unsafe (tailValues + index).initialize(to: wide.tailValues[index])
    }
  }

  deinit {
    unsafe tails.deallocate()
    unsafe tailStarts.deallocate()
    unsafe tailValues.deallocate()
  }

  /// The value of the longest network that holds `address`; 0 when none does.
  #if !DEBUG
    @_noLocks
  #endif
  public func value(of address: SourceAddress) -> UInt16 {
    guard !address.isIPv4 else { return ipv4.value(of: address.ipv4) }
    let value = ipv6.value(of: address.high)
    guard value & Self.tailMark != 0 else { return UInt16(truncatingIfNeeded: value) }
    return tailValue(Int(value & ~Self.tailMark), address.low)
  }

  /// The value of the last range of a tail that does not begin behind `low`.
  private func tailValue(_ tail: Int, _ low: UInt64) -> UInt16 {
    var start = unsafe Int(tails[tail])
    var end = unsafe Int(tails[tail &+ 1])
    while end &- start > 1 {
      let middle = (start &+ end) >> 1
      if unsafe tailStarts[middle] <= low {
        start = middle
      } else {
        end = middle
      }
    }
    return unsafe tailValues[start]
  }
}
