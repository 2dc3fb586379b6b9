/// The order of the options in a SYN: up to sixteen kinds, and the bytes behind the end mark.
public struct SynLayout: BitwiseCopyable, Sendable, Equatable {
  /// The kinds, one byte each, the first in the lowest bits.
  private(set) var first: UInt64 = 0
  private(set) var second: UInt64 = 0
  /// How many there are.
  public private(set) var count: UInt8 = 0
  /// Bytes behind an end mark.
  public internal(set) var paddingByteCount: UInt8 = 0

  /// The most options that are kept. Stacks send nine at most.
  static let capacity: UInt8 = 16

  /// The end of the options.
  static let end: UInt8 = 0
  /// A byte that fills.
  static let fill: UInt8 = 1
  /// The largest segment.
  static let segmentSize: UInt8 = 2
  /// The window's scale.
  static let windowScale: UInt8 = 3
  /// Selective acknowledgements are welcome.
  static let selectivePermitted: UInt8 = 4
  /// Selective acknowledgements.
  static let selective: UInt8 = 5
  /// Timestamps.
  static let timestamps: UInt8 = 8

  /// No options.
  public init() {}

  /// The options of these kinds, at most sixteen of them.
  init(_ kinds: UInt8...) {
    for kind in kinds { _ = append(kind) }
  }

  /// Adds an option; false when there is no room.
  mutating func append(_ kind: UInt8) -> Bool {
    guard count < Self.capacity else { return false }
    let shift = UInt64(count & 7) &* 8
    if count < 8 {
      first |= UInt64(kind) << shift
    } else {
      second |= UInt64(kind) << shift
    }
    count &+= 1
    return true
  }

  /// The kind of the option at `index`; nil behind the last.
  public func kind(_ index: UInt8) -> UInt8? {
    guard index < count else { return nil }
    let word = index < 8 ? first : second
    return UInt8(truncatingIfNeeded: word >> (UInt64(index & 7) &* 8))
  }

  /// Whether the first options are exactly those of `other`, of which there are at most eight;
  /// more may follow.
  func begins(with other: SynLayout) -> Bool {
    guard count >= other.count, other.count <= 8 else { return false }
    let mask = other.count == 8 ? UInt64.max : (1 << (UInt64(other.count) &* 8)) &- 1
    return first & mask == other.first
  }

  /// A layout of up to eight kinds as one word: the first kind in the lowest byte.
  init(word: UInt64, count: UInt8) {
    first = word
    self.count = count < 8 ? count : 8
  }
}
