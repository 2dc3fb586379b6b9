/// The words for what a board counts only by number: handed in by the executable, since nothing
/// here knows what is decided.
///
/// A word is made of small letters, digits and hyphens and begins with a letter, so that no address
/// fits into one.
public struct CounterNames: Equatable, Sendable {
  /// The most bytes of a word.
  public static let longestWordBytes = 64

  /// The word of each verdict, by its number.
  public let verdicts: [String]
  /// The word of each reason, by its number.
  public let reasons: [String]

  /// The table for these words. A word of another form is a mistake and traps.
  public init(verdicts: [String], reasons: [String]) {
    precondition((verdicts + reasons).allSatisfy(Self.isWord), "a name with a forbidden character")
    self.verdicts = verdicts
    self.reasons = reasons
  }

  /// The layout of boards whose numbers have these names.
  public var layout: CounterLayout {
    CounterLayout(verdictCount: verdicts.count, reasonCount: reasons.count)
  }

  static func isWord(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= longestWordBytes else { return false }
    let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let hyphen = UInt8(ascii: "-")
    return letters.contains(first)
      && text.utf8.allSatisfy { letters.contains($0) || digits.contains($0) || $0 == hyphen }
  }
}
