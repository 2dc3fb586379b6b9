/// Reads single values from the `key=value` text that Java I2P keeps its configuration in
/// (`router.config`).
///
/// Works on bytes and hands out ranges, so that a value that is secret is never copied here.
public enum PropertyText {
  /// Where the value of `key` stands in `text`; nil when no line sets it.
  ///
  /// As Java I2P reads it (`DataHelper.loadProps`): one pair a line, `#` and `;` start a comment
  /// line, a later `#` ends the value, white space around the value does not count, and the last of
  /// several lines wins.
  public static func value(
    of key: StaticString,
    in text: borrowing Span<UInt8>
  ) -> Range<Int>? {
    let wanted = Array("\(key)".utf8)
    var found: Range<Int>?
    var start = 0
    while start < text.count {
      var end = start
      while end < text.count, text[end] != UInt8(ascii: "\n") { end &+= 1 }
      if let value = value(of: wanted, in: text, line: start..<end) { found = value }
      start = end &+ 1
    }
    return found
  }

  private static func value(
    of key: [UInt8],
    in text: borrowing Span<UInt8>,
    line: Range<Int>
  ) -> Range<Int>? {
    guard line.count > key.count else { return nil }
    for index in key.indices where text[line.lowerBound &+ index] != key[index] { return nil }
    let separator = line.lowerBound &+ key.count
    guard text[separator] == UInt8(ascii: "=") else { return nil }
    var end = separator &+ 1
    while end < line.upperBound, text[end] != UInt8(ascii: "#") { end &+= 1 }
    return trimmed((separator &+ 1)..<end, in: text)
  }

  private static func trimmed(_ range: Range<Int>, in text: borrowing Span<UInt8>) -> Range<Int> {
    var start = range.lowerBound
    var end = range.upperBound
    while start < end, isSpace(text[start]) { start &+= 1 }
    while end > start, isSpace(text[end &- 1]) { end &-= 1 }
    return start..<end
  }

  private static func isSpace(_ character: UInt8) -> Bool {
    character == UInt8(ascii: " ") || character == UInt8(ascii: "\t")
      || character == UInt8(ascii: "\r")
  }
}
