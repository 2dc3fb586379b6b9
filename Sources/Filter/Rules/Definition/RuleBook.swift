public import Wire

/// Everything that a `RuleProgram` is made of.
public struct RuleBook: Sendable {
  /// The rules; their places in this list are their numbers everywhere.
  public var rules: [RuleDefinition] = []
  /// The lists that the rules name.
  public var lists: [NamedPrefixes] = []
  /// What becomes of a score.
  public var score = ScoreSettings()

  /// A book without rules.
  public init() {}
}

/// A list of networks with the name that rules use, without its `@`.
public struct NamedPrefixes: Sendable {
  /// The name, unique in a book.
  public var name: String
  /// The networks.
  public var prefixes: [SourcePrefix]

  /// A list, as given.
  public init(name: String, prefixes: [SourcePrefix]) {
    self.name = name
    self.prefixes = prefixes
  }
}

/// When a score refuses, and how.
public struct ScoreSettings: Sendable, Equatable, BitwiseCopyable {
  /// The score, in thousandths, from which a connection is refused; nil for never.
  public var refuseFrom: Int32?
  /// How far the score is trusted.
  public var mode: RuleMode = .observe
  /// What a refused connection gets.
  public var action: RuleAction = .mimic

  /// No score refuses.
  public init() {}
}

/// The bounds on a book of rules.
public enum RuleLimits {
  /// Rules in a book: the bits of a `RuleMask`.
  public static let rules = 256
  /// Lists in a book.
  public static let lists = 64
  /// Networks of all lists and rules together.
  public static let prefixes = PrefixLimits.entries
  /// Different sets of rules that an address can meet by its source alone.
  public static let sourceCombinations = 4_096
  /// Alternatives of one condition.
  public static let alternatives = 64
  /// SYN signatures of all rules together: they are asked one after the other.
  public static let synPatterns = 64
  /// Pieces that all `contains` together may name.
  public static let contents = 32
  /// Bytes of such a piece at least: a shorter one meets honest peers by chance.
  public static let shortestContent = 4
  /// Bytes of such a piece at most.
  public static let longestContent = 64
  /// The greatest weight either way, in thousandths: the sum of all rules' fits 32 bits.
  public static let weight: Int32 = 1_000_000
}

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
