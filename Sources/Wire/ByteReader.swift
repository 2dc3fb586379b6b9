/// A cursor over bytes of foreign origin: every read is checked, and a short input is nil, never a
/// trap.
///
/// The bytes are passed to each call, so the cursor itself is two words that copy freely.
public struct ByteReader: BitwiseCopyable, Sendable {
  /// Bytes read so far.
  public private(set) var offset: Int

  /// A cursor that stands before byte `offset`.
  @_noLocks
  public init(at offset: Int = 0) {
    self.offset = offset
  }

  /// The next byte; nil at the end.
  @_noLocks
  public mutating func readUInt8(_ bytes: borrowing Span<UInt8>) -> UInt8? {
    guard offset >= 0, offset < bytes.count else { return nil }
    let value = bytes[offset]
    offset &+= 1
    return value
  }

  /// The next two bytes, big-endian; nil when fewer are left.
  @_noLocks
  public mutating func readUInt16(_ bytes: borrowing Span<UInt8>) -> UInt16? {
    guard let value = readBigEndian(bytes, count: 2) else { return nil }
    return UInt16(truncatingIfNeeded: value)
  }

  /// The next four bytes, big-endian; nil when fewer are left.
  @_noLocks
  public mutating func readUInt32(_ bytes: borrowing Span<UInt8>) -> UInt32? {
    guard let value = readBigEndian(bytes, count: 4) else { return nil }
    return UInt32(truncatingIfNeeded: value)
  }

  /// The next eight bytes, big-endian; nil when fewer are left.
  @_noLocks
  public mutating func readUInt64(_ bytes: borrowing Span<UInt8>) -> UInt64? {
    readBigEndian(bytes, count: 8)
  }

  /// The range of the next `count` bytes, which the cursor passes; nil when fewer are left.
  @_noLocks
  public mutating func readRange(_ bytes: borrowing Span<UInt8>, count: Int) -> Range<Int>? {
    guard count >= 0, offset >= 0, offset <= bytes.count, count <= bytes.count &- offset else {
      return nil
    }
    let start = offset
    offset = start &+ count
    return start..<offset
  }

  @_noLocks
  private mutating func readBigEndian(_ bytes: borrowing Span<UInt8>, count: Int) -> UInt64? {
    guard let range = readRange(bytes, count: count) else { return nil }
    var value: UInt64 = 0
    var index = range.lowerBound
    while index < range.upperBound {
      value = value << 8 | UInt64(bytes[index])
      index &+= 1
    }
    return value
  }
}
