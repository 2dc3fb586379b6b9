/// A mapping of a RouterInfo: keys and values in the order in which they were signed.
public struct RouterOptions: Sendable, Equatable {
  /// The most pairs that a mapping may have. Routers publish a handful; a floodfill with statistics
  /// some thirty.
  public static let maximumPairs = 128

  /// One key with its value.
  public struct Pair: Sendable, Equatable {
    /// The key.
    public let key: String
    /// The value.
    public let value: String

    /// `key` set to `value`.
    public init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  /// The pairs, in the order of the bytes.
  public let pairs: [Pair]

  /// A mapping of `pairs`, in this order.
  public init(_ pairs: [Pair]) {
    self.pairs = pairs
  }

  /// The value of `key`; nil when it is not set.
  public subscript(key: String) -> String? {
    pairs.first { $0.key == key }?.value
  }

  /// The value of `key` as a decimal number; nil when it is not set or no such number.
  public func number<Number: FixedWidthInteger>(_ key: String) -> Number? {
    guard let value = self[key] else { return nil }
    return Self.number(value)
  }

  /// The value of `key` as numbers with commas between; empty when it is not set, nil when one of
  /// them is no number of a byte.
  public func numberList(_ key: String) -> [UInt8]? {
    guard let value = self[key] else { return [] }
    var numbers: [UInt8] = []
    for part in value.split(separator: ",", omittingEmptySubsequences: false) {
      guard let number: UInt8 = Self.number(part) else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// Digits alone: the standard initialiser would take a sign too.
  private static func number<Number: FixedWidthInteger>(_ text: some StringProtocol) -> Number? {
    guard text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Number(text)
  }
}
