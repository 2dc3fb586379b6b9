/// Why a book of rules was refused; `rule` is a place in `RuleBook.rules`.
public enum RuleProgramFault: Error, Equatable, Sendable {
  /// More rules, lists, alternatives, patterns or a greater weight than `RuleLimits` allows.
  case tooMany(rule: Int)
  /// More networks than `RuleLimits.prefixes`.
  case tooManyPrefixes
  /// More than `RuleLimits.sourceCombinations`.
  case tooManySourceCombinations
  /// A name with `@` that no list has.
  case unknownList(rule: Int, name: String)
  /// A piece of `contains` that is too short, too long, of variable length or too open.
  case unusableContent(rule: Int, ContentFault)
  /// The forms of first bytes overlap in too many ways.
  case tooComplex
  /// An enforced rule that acts on bytes alone would refuse so many honest peers.
  case tooLikely(rule: Int, chance: Double)
}

/// What is wrong with a piece of `contains`.
public enum ContentFault: Error, Equatable, Sendable {
  /// Fewer bytes than `RuleLimits.shortestContent`.
  case tooShort
  /// More bytes than `RuleLimits.longestContent`.
  case tooLong
  /// A run of variable length.
  case variable
  /// Its first bytes fit too much.
  case tooOpen
}

extension ContentFault {
  /// What is wrong with `pattern` as a piece of `contains`; nil when it can be used.
  public init?(_ pattern: SignaturePattern) {
    guard let fault = FlightContents.fault(of: pattern) else { return nil }
    self = fault
  }

  /// What is wrong, for people.
  public var explanation: String {
    switch self {
    case .tooShort: "the piece is shorter than \(RuleLimits.shortestContent) bytes"
    case .tooLong: "the piece is longer than \(RuleLimits.longestContent) bytes"
    case .variable: "the piece has a run of variable length"
    case .tooOpen: "the first four bytes of the piece fit too much"
    }
  }

  /// What to do about it, for people.
  public var remedy: String {
    switch self {
    case .tooShort: "make it longer: a short one stands in honest flights by chance"
    case .tooLong: "leave some of it out"
    case .variable: "write {n} in the place of {m,n}, or several pieces"
    case .tooOpen: "begin it with fixed bytes, not with any or a large class"
    }
  }
}
