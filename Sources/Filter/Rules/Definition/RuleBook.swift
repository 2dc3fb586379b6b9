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
