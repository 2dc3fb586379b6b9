/// How often something was matched, and what followed.
public struct MatchCounts: Equatable, Sendable, BitwiseCopyable {
  /// Connections that matched.
  public var matched: UInt64
  /// Of those, connections that were refused for it.
  public var refused: UInt64
  /// Of those, connections that would have been, were it enforced.
  public var wouldRefuse: UInt64
  /// Connections of known sources that it acts on, whether or not they were refused.
  public var known: UInt64

  /// Counts, as given.
  public init(
    matched: UInt64 = 0,
    refused: UInt64 = 0,
    wouldRefuse: UInt64 = 0,
    known: UInt64 = 0
  ) {
    self.matched = matched
    self.refused = refused
    self.wouldRefuse = wouldRefuse
    self.known = known
  }

  /// The counts of two shards together.
  public static func + (left: MatchCounts, right: MatchCounts) -> MatchCounts {
    MatchCounts(
      matched: left.matched &+ right.matched,
      refused: left.refused &+ right.refused,
      wouldRefuse: left.wouldRefuse &+ right.wouldRefuse,
      known: left.known &+ right.known
    )
  }

  /// What was added since `earlier`.
  public static func - (left: MatchCounts, earlier: MatchCounts) -> MatchCounts {
    MatchCounts(
      matched: left.matched &- earlier.matched,
      refused: left.refused &- earlier.refused,
      wouldRefuse: left.wouldRefuse &- earlier.wouldRefuse,
      known: left.known &- earlier.known
    )
  }
}

/// How often one signature or rule matched since it came into force.
public struct RuleMatches: Equatable, Sendable {
  /// What can match.
  public enum Kind: String, Sendable {
    /// A `[[signature]]`.
    case signature
    /// A `[[rule]]`.
    case rule
  }

  /// What it is.
  public let kind: Kind
  /// What people call it.
  public let name: String
  /// How often.
  public var counts: MatchCounts

  /// Matches, as given.
  public init(kind: Kind, name: String, counts: MatchCounts) {
    self.kind = kind
    self.name = name
    self.counts = counts
  }
}
