public import Wire

/// A rule on what is known of a connection: conditions that must all hold, and what follows.
public struct RuleDefinition: Sendable, Equatable {
  /// The rule's name, unique in a book: what the journal, `why` and `sallyport rules` call it.
  public var name: String
  /// How far the rule is trusted.
  public var mode: RuleMode
  /// What must hold.
  public var conditions: RuleConditions
  /// What follows.
  public var effect: RuleEffect

  /// A rule, as given.
  public init(
    name: String,
    mode: RuleMode = .observe,
    conditions: RuleConditions = RuleConditions(),
    effect: RuleEffect
  ) {
    self.name = name
    self.mode = mode
    self.conditions = conditions
    self.effect = effect
  }

  /// When the rule is asked: as soon as all it asks for can be known.
  public var phase: RulePhase { conditions.phase }
}

/// What a rule does when its conditions hold.
public enum RuleEffect: Sendable, Equatable {
  /// It adds to the score, in thousandths; zero only counts, less than zero speaks for the peer.
  case weight(Int32)
  /// It acts.
  case act(RuleAction)
  /// It lets so many through, and acts on what is over.
  case limit(RuleLimit)
}

/// What must hold for a rule: each of these that is given.
public struct RuleConditions: Sendable, Equatable {
  /// Conditions on numbers, at most one a feature.
  public var numbers: [FeatureCondition] = []
  /// Where the connection comes from; nil for anywhere.
  public var source: SourceCondition?
  /// The form of its SYN; nil for any.
  public var syn: SynCondition?
  /// Forms of the first bytes; one that fits is enough, and none stands for any.
  public var beginnings: [SignaturePattern] = []
  /// Pieces that stand anywhere in the first bytes; one is enough, and none stands for any.
  public var contents: [SignaturePattern] = []

  /// No condition: everything meets it.
  public init() {}

  /// When all of it can be known.
  public var phase: RulePhase {
    let isLate =
      !beginnings.isEmpty || !contents.isEmpty
      || numbers.contains { $0.feature.phase == .firstFlight }
    return isLate ? .firstFlight : .arrival
  }

  /// Whether a flight's own bytes are asked for, and not only when they came.
  var asksForBytes: Bool {
    !beginnings.isEmpty || !contents.isEmpty || numbers.contains { $0.feature.isOfBytes }
  }

  /// Whether nothing but what a flight's own bytes are is asked for; how many of them are there
  /// changes nothing, since an honest flight may come in pieces of any length.
  var asksForBytesAlone: Bool {
    let asksWhatTheyAre =
      !beginnings.isEmpty || !contents.isEmpty || numbers.contains { $0.feature == .printable }
    let asksForElse = source != nil || syn != nil || !numbers.allSatisfy(\.feature.isOfBytes)
    return asksWhatTheyAre && !asksForElse
  }
}

/// A condition on one number: it lies in one of the ranges.
public struct FeatureCondition: Sendable, Equatable {
  /// What is asked about.
  public var feature: Feature
  /// Where the number may lie; at least one.
  public var ranges: [FeatureRange]

  /// `feature` lies in one of `ranges`.
  public init(_ feature: Feature, _ ranges: [FeatureRange]) {
    self.feature = feature
    self.ranges = ranges
  }
}

/// A condition on the source: it lies in one of the lists or networks.
public struct SourceCondition: Sendable, Equatable {
  /// Names of lists.
  public var lists: [String]
  /// Networks.
  public var prefixes: [SourcePrefix]

  /// The source lies in one of these.
  public init(lists: [String] = [], prefixes: [SourcePrefix] = []) {
    self.lists = lists
    self.prefixes = prefixes
  }
}

/// A condition on the form of a SYN: it is of one of the classes, or fits one of the patterns.
public struct SynCondition: Sendable, Equatable {
  /// Classes.
  public var classes: [SynClass]
  /// Signatures in p0f's notation.
  public var patterns: [SynPattern]

  /// The SYN is one of these.
  public init(classes: [SynClass] = [], patterns: [SynPattern] = []) {
    self.classes = classes
    self.patterns = patterns
  }
}
