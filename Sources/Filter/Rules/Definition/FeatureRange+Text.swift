/// The numbers for which a condition holds.
public struct FeatureRange: Sendable, Equatable, BitwiseCopyable {
  /// The smallest.
  public let lowest: UInt32
  /// The greatest; at least `lowest`.
  public let greatest: UInt32

  /// The numbers from `lowest` to `greatest`.
  public init(_ lowest: UInt32, _ greatest: UInt32) {
    precondition(lowest <= greatest, "a condition that nothing meets")
    self.lowest = lowest
    self.greatest = greatest
  }

  /// Whether `number` is among them.
  public func contains(_ number: UInt32) -> Bool {
    number >= lowest && number <= greatest
  }
}

extension FeatureRange {
  /// Reads `>= 60%`, `< 64`, `> 2s`, `= 3`, `3` or `3..8`, with the suffixes of `unit`.
  /// - Throws: `RuleTextFault` with what would be right.
  public init(text: some StringProtocol, unit: FeatureUnit) throws(RuleTextFault) {
    let bare = text.utf8.filter { $0 != 0x20 && $0 != 0x09 }
    guard !bare.isEmpty, text.utf8.count <= RuleTextLimits.bytes else {
      throw Self.unreadable(text, unit)
    }
    let line = String(decoding: bare, as: UTF8.self)
    if let dots = line.range(of: "..") {
      let lowest = try Self.number(line[..<dots.lowerBound], text, unit, isFirstOfTwo: true)
      let greatest = try Self.number(line[dots.upperBound...], text, unit)
      guard lowest <= greatest else {
        throw RuleTextFault(
          problem: "\"\(text)\" ends before it starts",
          remedy: "write the smaller number first"
        )
      }
      self.init(lowest, greatest)
      return
    }
    let sign = ["<=", ">=", "<", ">", "="].first { line.hasPrefix($0) } ?? ""
    let number = try Self.number(line.dropFirst(sign.count), text, unit)
    switch sign {
    case "<=": self.init(0, number)
    case ">=": self.init(number, .max)
    case "<":
      guard number > 0 else { throw Self.never(text) }
      self.init(0, number - 1)
    case ">":
      guard number < unit.maximum else { throw Self.never(text) }
      self.init(number + 1, .max)
    default: self.init(number, number)
    }
  }

  /// Reads one number; the first of two may leave its suffix to the second.
  private static func number(
    _ part: Substring,
    _ text: some StringProtocol,
    _ unit: FeatureUnit,
    isFirstOfTwo: Bool = false
  ) throws(RuleTextFault) -> UInt32 {
    guard let number = RuleNumber(part) else { throw unreadable(text, unit) }
    var suffix = number.suffix
    if suffix.isEmpty, isFirstOfTwo, let last = RuleNumber(Self.afterDots(text)) {
      suffix = last.suffix
    }
    guard let factor = unit.suffixes.first(where: { $0.text == suffix })?.factor else {
      throw unreadable(text, unit)
    }
    let (product, overflow) = number.thousandths.multipliedReportingOverflow(by: factor)
    guard !overflow, product % 1_000 == 0, product / 1_000 <= UInt64(unit.maximum) else {
      throw RuleTextFault(
        problem: "\"\(text)\" has a number that is too large or too fine",
        remedy: "write it like \(unit.example)"
      )
    }
    return UInt32(product / 1_000)
  }

  private static func afterDots(_ text: some StringProtocol) -> String {
    let bare = String(decoding: text.utf8.filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self)
    return bare.range(of: "..").map { String(bare[$0.upperBound...]) } ?? ""
  }

  private static func unreadable(
    _ text: some StringProtocol,
    _ unit: FeatureUnit
  ) -> RuleTextFault {
    RuleTextFault(
      problem: "\"\(text.prefix(RuleTextLimits.bytes))\" is no condition on this",
      remedy: "write it like \(unit.example), with <, <=, =, >=, > or two numbers as 3..8"
    )
  }

  private static func never(_ text: some StringProtocol) -> RuleTextFault {
    RuleTextFault(
      problem: "\"\(text)\" can never hold",
      remedy: "move the bound, or use <= or >="
    )
  }
}

extension String {
  /// Where `needle` occurs first; Foundation's of this name is for the executables.
  fileprivate func range(of needle: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(needle) {
        return start..<index(start, offsetBy: needle.count)
      }
      start = index(after: start)
    }
    return nil
  }
}
