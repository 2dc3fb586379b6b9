/// A rule on the first bytes of a connection: what they look like, and what follows.
public struct SignatureDefinition: Sendable, Equatable {
  /// The rule's name, unique in a set: what the journal and `sallyport rules` call it.
  public var name: String
  /// The forms that the bytes may have; one that fits is enough.
  public var patterns: [SignaturePattern]
  /// What a connection that matches gets.
  public var action: RuleAction
  /// How far the rule is trusted.
  public var mode: RuleMode

  /// A rule, as given.
  public init(
    name: String,
    patterns: [SignaturePattern],
    action: RuleAction = .mimic,
    mode: RuleMode = .observe
  ) {
    self.name = name
    self.patterns = patterns
    self.action = action
    self.mode = mode
  }

  /// The probability that uniformly random bytes match, exact up to rounding.
  ///
  /// A first flight of NTCP2 is such bytes: its key is masked by AES and all that follows is a
  /// ciphertext or random padding (NTCP2 specification, message 1). The forms of one rule may
  /// overlap: what fits two of them counts once.
  /// - Throws: `SignatureFault.tooComplex` when the forms together have too many states.
  public func chance() throws(SignatureFault) -> Double {
    try SignatureAutomaton([self], treatingAllAsEnforced: true).chance()
  }
}

/// The bounds on a set of signatures.
public enum SignatureLimits {
  /// Signatures in a set.
  public static let signatures = 1_024
  /// Forms of one signature.
  public static let patterns = 32
  /// Bytes that one form may reach over: no more than a first flight is looked at.
  public static let patternBytes = 256
  /// Bytes of text that describe one form.
  public static let textBytes = 2_048
  /// States of the compiled set; a state's number has 15 bits.
  public static let states = 32_767
  /// Bytes that all forms of a set together may reach over.
  public static let places = 131_072
  /// Comparisons of a place with a class of bytes that compiling a set may take: about a second.
  public static let comparisons = 400_000_000
  /// The same for one signature, so that a thousand of them take seconds as well.
  public static let comparisonsOfOne = 8_000_000
  /// The greatest chance that a rule may have of meeting an honest peer: a router that takes a
  /// hundred connections a second sees one such accident in a hundred days.
  public static let chance = 1e-9
}

/// Why signatures were refused.
public enum SignatureFault: Error, Equatable, Sendable {
  /// More signatures, forms or bytes than `SignatureLimits` allows.
  case tooMany
  /// The forms overlap in too many ways: fewer runs of variable length make fewer states.
  case tooComplex
  /// The signature at `index` would meet random bytes too often.
  case tooLikely(index: Int, chance: Double)
}
