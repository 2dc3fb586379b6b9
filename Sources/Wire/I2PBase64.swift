/// I2P's base64: the usual one with `-` for `+` and `~` for `/`, padding kept (common structures
/// specification; Java I2P: `net.i2p.data.Base64`).
///
/// Decoding is strict: a wrong length, a foreign character, padding in the middle or bits left over
/// in the last group give nil, so every value has exactly one text.
public enum I2PBase64 {
  private static let padding = UInt8(ascii: "=")

  /// The text of `bytes`: four characters for every three bytes begun.
  public static func encode(_ bytes: borrowing Span<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count &+ 2) / 3 &* 4)
    var index = 0
    while index < bytes.count {
      let left = bytes.count &- index
      let group =
        UInt32(bytes[index]) << 16
        | (left > 1 ? UInt32(bytes[index &+ 1]) << 8 : 0)
        | (left > 2 ? UInt32(bytes[index &+ 2]) : 0)
      text.append(character(group >> 18))
      text.append(character(group >> 12))
      text.append(left > 1 ? character(group >> 6) : padding)
      text.append(left > 2 ? character(group) : padding)
      index &+= 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes that `text` stands for; nil when it is not strict I2P base64.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    let characters = Array(text.utf8)
    guard let count = decodedCount(of: characters.span) else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    var destination = bytes.mutableSpan
    guard decode(characters.span, into: &destination) != nil else { return nil }
    return bytes
  }

  /// How many bytes `text` stands for by its length and padding; nil when no text has that shape.
  public static func decodedCount(of text: borrowing Span<UInt8>) -> Int? {
    guard text.count & 3 == 0 else { return nil }
    guard text.count > 0 else { return 0 }
    let whole = text.count / 4 &* 3
    guard text[text.count &- 1] == padding else { return whole }
    return text[text.count &- 2] == padding ? whole &- 2 : whole &- 1
  }

  /// Decodes `text` to the start of `destination`, so that a secret need not pass through ordinary
  /// memory.
  ///
  /// - Returns: How many bytes were written; nil when the text is not strict I2P base64 or does not
  ///   fit. What `destination` then holds is without meaning.
  public static func decode(
    _ text: borrowing Span<UInt8>,
    into destination: inout MutableSpan<UInt8>
  ) -> Int? {
    guard let count = decodedCount(of: text), count <= destination.count else { return nil }
    var written = 0
    var index = 0
    while index < text.count {
      let taken = count &- written < 3 ? count &- written : 3
      guard let group = group(text, at: index, bytes: taken) else { return nil }
      var byte = 0
      while byte < taken {
        destination[written] = UInt8(truncatingIfNeeded: group >> UInt32(16 &- 8 &* byte))
        written &+= 1
        byte &+= 1
      }
      index &+= 4
    }
    return count
  }

  /// The 24 bits of the four characters from `index` on, which hold 1...3 bytes; nil when one is
  /// foreign or a bit behind the last byte is set.
  private static func group(
    _ text: borrowing Span<UInt8>,
    at index: Int,
    bytes: Int
  ) -> UInt32? {
    var group: UInt32 = 0
    var position = 0
    while position <= bytes {
      guard let sextet = sextet(text[index &+ position]) else { return nil }
      group |= sextet << UInt32(18 &- 6 &* position)
      position &+= 1
    }
    let unused = UInt32(24 &- 8 &* bytes)
    return group & ((1 << unused) &- 1) == 0 ? group : nil
  }

  private static func character(_ bits: UInt32) -> UInt8 {
    let sextet = UInt8(truncatingIfNeeded: bits & 63)
    return switch sextet {
    case 0..<26: UInt8(ascii: "A") &+ sextet
    case 26..<52: UInt8(ascii: "a") &+ sextet &- 26
    case 52..<62: UInt8(ascii: "0") &+ sextet &- 52
    case 62: UInt8(ascii: "-")
    default: UInt8(ascii: "~")
    }
  }

  private static func sextet(_ character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character &- UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character &- UInt8(ascii: "a") &+ 26)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character &- UInt8(ascii: "0") &+ 52)
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "~"): 63
    default: nil
    }
  }
}
