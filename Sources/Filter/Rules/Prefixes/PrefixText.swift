internal import Wire

/// Reads one address or network from bytes: what `SourcePrefix` reads from a string, fast enough
/// for a million lines.
enum PrefixText {
  /// What was found.
  enum Outcome: Equatable {
    case prefix(SourcePrefix)
    case fault(PrefixTextFault.Problem)
  }

  /// More than any network: 45 bytes of an address, and a length.
  private static let longest = 64

  /// Reads the whole of `range`.
  static func read(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> Outcome {
    guard range.count <= longest else { return .fault(.unreadable) }
    var end = range.lowerBound
    while end < range.upperBound, bytes[end] != UInt8(ascii: "/") { end += 1 }
    guard let address = address(bytes, range.lowerBound..<end) else { return .fault(.unreadable) }
    let familyLength: UInt8 = address.isIPv4 ? 32 : 128
    guard end < range.upperBound else {
      return .prefix(SourcePrefix(address, length: familyLength))
    }
    guard let length = number(bytes, (end + 1)..<range.upperBound, digits: 3),
      length <= Int(familyLength)
    else { return .fault(.unreadable) }
    let prefix = SourcePrefix(address, length: UInt8(length))
    return prefix.address == address ? .prefix(prefix) : .fault(.hostBits(prefix))
  }

  private static func address(
    _ bytes: borrowing Span<UInt8>,
    _ range: Range<Int>
  ) -> SourceAddress? {
    for index in range where bytes[index] == UInt8(ascii: ":") {
      return ipv6(bytes, range)
    }
    return ipv4(bytes, range).map { SourceAddress(ipv4: $0) }
  }

  /// A decimal number of one to `digits` digits.
  private static func number(
    _ bytes: borrowing Span<UInt8>,
    _ range: Range<Int>,
    digits: Int
  ) -> Int? {
    guard (1...digits).contains(range.count) else { return nil }
    var value = 0
    for index in range {
      let digit = bytes[index] &- 0x30
      guard digit < 10 else { return nil }
      value = value * 10 + Int(digit)
    }
    return value
  }

  private static func ipv4(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> UInt32? {
    var value: UInt32 = 0
    var parts = 0
    var start = range.lowerBound
    while parts < 4 {
      var end = start
      while end < range.upperBound, bytes[end] != UInt8(ascii: ".") { end += 1 }
      guard let part = number(bytes, start..<end, digits: 3), part < 256 else { return nil }
      value = value << 8 | UInt32(part)
      parts += 1
      if end == range.upperBound { return parts == 4 ? value : nil }
      start = end + 1
    }
    return nil
  }

  /// Groups of hexadecimal digits, once `::`, and the last two groups as IPv4 if one likes.
  private static func ipv6(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> SourceAddress? {
    var groups: InlineArray<8, UInt16> = InlineArray(repeating: 0)
    var count = 0
    var gap: Int?
    var start = range.lowerBound
    if isGap(bytes, at: start, before: range.upperBound) {
      gap = 0
      start += 2
    }
    while start < range.upperBound {
      var end = start
      while end < range.upperBound, bytes[end] != UInt8(ascii: ":") { end += 1 }
      if end == range.upperBound, let tail = ipv4(bytes, start..<end) {
        guard count <= 6 else { return nil }
        groups[count] = UInt16(truncatingIfNeeded: tail >> 16)
        groups[count + 1] = UInt16(truncatingIfNeeded: tail)
        count += 2
        break
      }
      guard count < 8, let group = group(bytes, start..<end) else { return nil }
      groups[count] = group
      count += 1
      if end == range.upperBound { break }
      start = end + 1
      if isGap(bytes, at: end, before: range.upperBound) {
        guard gap == nil else { return nil }
        gap = count
        start += 1
      } else if start == range.upperBound {
        return nil
      }
    }
    guard gap == nil ? count == 8 : count < 8 else { return nil }
    return joined(groups, count: count, gap: gap ?? count)
  }

  private static func isGap(_ bytes: borrowing Span<UInt8>, at place: Int, before end: Int) -> Bool
  {
    place + 1 < end && bytes[place] == UInt8(ascii: ":") && bytes[place + 1] == UInt8(ascii: ":")
  }

  private static func group(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> UInt16? {
    guard (1...4).contains(range.count) else { return nil }
    var value: UInt16 = 0
    for index in range {
      let byte = bytes[index]
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x61...0x66: digit = byte - 0x61 + 10
      case 0x41...0x46: digit = byte - 0x41 + 10
      default: return nil
      }
      value = value << 4 | UInt16(digit)
    }
    return value
  }

  /// The address of `count` groups, of which those from `gap` on stand at the end.
  private static func joined(
    _ groups: InlineArray<8, UInt16>,
    count: Int,
    gap: Int
  ) -> SourceAddress {
    var halves: (UInt64, UInt64) = (0, 0)
    for index in 0..<count {
      let place = index < gap ? index : index + 8 - count
      let shift = UInt64(48 - 16 * (place & 3))
      if place < 4 {
        halves.0 |= UInt64(groups[index]) << shift
      } else {
        halves.1 |= UInt64(groups[index]) << shift
      }
    }
    return SourceAddress(high: halves.0, low: halves.1)
  }
}
