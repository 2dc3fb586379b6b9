/// A key of a terminal's keyboard.
enum TopKey: Equatable {
  /// A character.
  case character(Character)
  case up
  case down
  case left
  case right
  case enter
  case escape
  case backspace
  case tab

  /// The keys that these bytes stand for. An escape sequence that nobody here needs stands for none.
  static func keys(_ bytes: [UInt8]) -> [TopKey] {
    var keys: [TopKey] = []
    var rest = bytes[...]
    while let first = rest.first {
      if first == 0x1b, let length = sequence(rest) {
        if let key = arrow(rest[rest.startIndex + length - 1]) { keys.append(key) }
        rest = rest.dropFirst(length)
        continue
      }
      switch first {
      case 0x1b: keys.append(.escape)
      case 0x0d, 0x0a: keys.append(.enter)
      case 0x7f, 0x08: keys.append(.backspace)
      case 0x09: keys.append(.tab)
      case 0x20..<0x7f: keys.append(.character(Character(Unicode.Scalar(first))))
      default: break
      }
      rest = rest.dropFirst()
    }
    return keys
  }

  /// The length of the escape sequence that `bytes` begin with; nil when it is the key alone.
  private static func sequence(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.count >= 3,
      [UInt8(ascii: "["), UInt8(ascii: "O")].contains(bytes.dropFirst().first)
    else { return nil }
    let parameters = bytes.dropFirst(2).prefix { (0x20..<0x40).contains($0) }
    let length = 3 + parameters.count
    return length <= bytes.count ? length : bytes.count
  }

  private static func arrow(_ last: UInt8) -> TopKey? {
    switch last {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): .right
    case UInt8(ascii: "D"): .left
    default: nil
    }
  }
}
