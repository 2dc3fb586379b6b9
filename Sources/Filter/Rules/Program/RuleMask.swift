/// A set of rules by their numbers: 256 bits.
public struct RuleMask: BitwiseCopyable, Sendable, Equatable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  /// The empty set.
  @_noLocks
  public init() {}

  /// The set of one rule.
  @_noLocks
  public init(_ rule: Int) {
    insert(rule)
  }

  /// How many rules are in the set.
  public var count: Int {
    words.0.nonzeroBitCount + words.1.nonzeroBitCount + words.2.nonzeroBitCount
      + words.3.nonzeroBitCount
  }

  /// Whether no rule is in the set.
  public var isEmpty: Bool {
    @_noLocks get { words.0 | words.1 | words.2 | words.3 == 0 }
  }

  /// The rule with the smallest number; nil when there is none.
  public var first: Int? {
    @_noLocks get {
      if words.0 != 0 { return words.0.trailingZeroBitCount }
      if words.1 != 0 { return 64 &+ words.1.trailingZeroBitCount }
      if words.2 != 0 { return 128 &+ words.2.trailingZeroBitCount }
      return words.3 != 0 ? 192 &+ words.3.trailingZeroBitCount : nil
    }
  }

  /// Whether `rule` is in the set; false for numbers that no rule can have.
  @_noLocks
  public func contains(_ rule: Int) -> Bool {
    let bit = UInt64(1) << UInt64(truncatingIfNeeded: rule & 63)
    return switch rule >> 6 {
    case 0: words.0 & bit != 0
    case 1: words.1 & bit != 0
    case 2: words.2 & bit != 0
    case 3: words.3 & bit != 0
    default: false
    }
  }

  /// Adds `rule`.
  @_noLocks
  public mutating func insert(_ rule: Int) {
    let bit = UInt64(1) << UInt64(truncatingIfNeeded: rule & 63)
    switch rule >> 6 {
    case 0: words.0 |= bit
    case 1: words.1 |= bit
    case 2: words.2 |= bit
    case 3: words.3 |= bit
    default: preconditionFailure("a rule's number has eight bits")
    }
  }

  /// Takes the rule with the smallest number out.
  @_noLocks
  public mutating func popFirst() -> Int? {
    guard let rule = first else { return nil }
    remove(rule)
    return rule
  }

  @_noLocks
  private mutating func remove(_ rule: Int) {
    let bit = UInt64(1) << UInt64(truncatingIfNeeded: rule & 63)
    switch rule >> 6 {
    case 0: words.0 &= ~bit
    case 1: words.1 &= ~bit
    case 2: words.2 &= ~bit
    default: words.3 &= ~bit
    }
  }

  /// The rules that are in both sets.
  @_noLocks
  public static func & (left: RuleMask, right: RuleMask) -> RuleMask {
    var both = left
    both.words.0 &= right.words.0
    both.words.1 &= right.words.1
    both.words.2 &= right.words.2
    both.words.3 &= right.words.3
    return both
  }

  /// The rules that are in one of the sets.
  @_noLocks
  public static func | (left: RuleMask, right: RuleMask) -> RuleMask {
    var either = left
    either.words.0 |= right.words.0
    either.words.1 |= right.words.1
    either.words.2 |= right.words.2
    either.words.3 |= right.words.3
    return either
  }

  /// The rules that are not in the set, of all there can be.
  @_noLocks
  public static prefix func ~ (mask: RuleMask) -> RuleMask {
    var others = mask
    others.words.0 = ~mask.words.0
    others.words.1 = ~mask.words.1
    others.words.2 = ~mask.words.2
    others.words.3 = ~mask.words.3
    return others
  }

  /// Whether a rule is in both sets.
  @_noLocks
  public func intersects(_ other: RuleMask) -> Bool {
    !(self & other).isEmpty
  }

  /// Whether both sets hold the same rules.
  @_noLocks
  public static func == (left: RuleMask, right: RuleMask) -> Bool {
    left.words.0 == right.words.0 && left.words.1 == right.words.1
      && left.words.2 == right.words.2 && left.words.3 == right.words.3
  }
}

extension RuleMask {
  /// The sum of `parts`, which is as long as there are rules, over the rules of the set.
  @inline(always)
  func sum(of parts: UnsafePointer<RuleScore>) -> RuleScore {
    var sum = RuleScore()
    unsafe Self.add(words.0, of: parts, to: &sum)
    unsafe Self.add(words.1, of: parts + 64, to: &sum)
    unsafe Self.add(words.2, of: parts + 128, to: &sum)
    unsafe Self.add(words.3, of: parts + 192, to: &sum)
    return sum
  }

  @inline(always)
  private static func add(
    _ word: UInt64,
    of parts: UnsafePointer<RuleScore>,
    to sum: inout RuleScore
  ) {
    var rest = word
    while rest != 0 {
      let part = unsafe parts[rest.trailingZeroBitCount]
      sum.enforced &+= part.enforced
      sum.all &+= part.all
      rest &= rest &- 1
    }
  }
}

extension RuleMask: Sequence {
  /// Goes through the rules by their numbers.
  public struct Iterator: IteratorProtocol {
    fileprivate var rest: RuleMask

    /// The next rule's number.
    public mutating func next() -> Int? { rest.popFirst() }
  }

  /// Goes through the rules by their numbers.
  public func makeIterator() -> Iterator {
    Iterator(rest: self)
  }
}
