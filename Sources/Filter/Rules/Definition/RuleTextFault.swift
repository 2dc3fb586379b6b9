/// Why a text of a rule cannot be read, and what would be right.
public struct RuleTextFault: Error, Equatable, Sendable {
  /// What is wrong.
  public let problem: String
  /// What to do about it.
  public let remedy: String
}

/// The bounds on texts of rules.
public enum RuleTextLimits {
  /// Bytes of a comparison or a limit.
  public static let bytes = 64
}

/// A decimal number with what follows it, read exactly: without the roundings of floating point.
struct RuleNumber {
  /// The number in thousandths.
  let thousandths: UInt64
  /// What follows, without spaces.
  let suffix: String

  /// Reads digits, a point with up to three digits behind it if there is one, and the rest.
  init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    var place = 0
    var value: UInt64 = 0
    var decimals: Int?
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "."), decimals == nil, place > 0 {
        decimals = 0
      } else if (0x30...0x39).contains(bytes[place]) {
        guard value < 1_000_000_000_000, (decimals ?? 0) < 3 else { return nil }
        value = value * 10 + UInt64(bytes[place] - 0x30)
        decimals = decimals.map { $0 + 1 }
      } else {
        break
      }
      place += 1
    }
    guard place > 0, decimals != 0 else { return nil }
    for _ in (decimals ?? 0)..<3 { value *= 10 }
    thousandths = value
    suffix = String(decoding: bytes[place...].drop { $0 == 0x20 }, as: UTF8.self)
  }
}
