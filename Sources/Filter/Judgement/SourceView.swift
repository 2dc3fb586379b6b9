public import Wire

/// What one shard remembers of a source at one prefix length.
public struct LevelView: BitwiseCopyable, Sendable, Equatable {
  /// Whether there is a record at all; without one, everything else says what a new one would.
  public var isRemembered = false
  /// New connections that its bucket would let through at once now.
  public var tokensLeft: UInt32 = 0
  /// The bucket's limit.
  public var limit: RateLimit
  /// Nanoseconds until the next token, when there is none.
  public var nextTokenNanoseconds: UInt64 = 0
  /// Connections that have shown nothing yet.
  public var halfOpen: UInt32 = 0
  /// How many there may be; nil where they are not counted.
  public var halfOpenLimit: UInt32?
  /// Failures, decayed.
  public var failures: UInt32 = 0
  /// Handshakes that were asked for and not finished, decayed.
  public var asked: UInt32 = 0
  /// Handshakes that became sessions, saturating.
  public var completions: UInt32 = 0

  /// A level of which nothing is remembered.
  init(limit: RateLimit, halfOpenLimit: UInt32? = nil) {
    self.limit = limit
    self.halfOpenLimit = halfOpenLimit
  }
}

/// Everything that one shard can say of a source: a plain value, made in a turn of the shard
/// without an allocation. The names of rules are found by who asks.
public struct SourceView: BitwiseCopyable, Sendable {
  /// Who was asked about.
  public let source: SourceAddress
  /// The moment, on the shard's clock.
  public let now: Instant
  /// Its address (`/32`, `/128`).
  public let address: LevelView
  /// The account of the stacks that are judged apart at its address.
  public let apart: LevelView
  /// The account of its address where handshakes complete.
  public let shared: LevelView
  /// Its network (`/24`, `/64`).
  public let network: LevelView
  /// Its site (`/48`); nil for IPv4.
  public let site: LevelView?
  /// The whole gate, this shard's share.
  public let gate: LevelView
  /// How it stands, and for what.
  public let history: SourceHistory
  /// Who knocks without coming in.
  public let probes: ProbeCounts
  /// What people or a limit would refuse its next connection for, whatever stack makes it; nil for
  /// nothing.
  public let refusal: Reason?
  /// The `SharedRules` whose numbers stand in `rules` and `emptyBuckets`.
  let rulesSerial: UInt64
  /// What the rules would say of its next connection before its first byte, without its SYN and its
  /// round trip; limits' buckets were looked at, and nothing was taken.
  public let rules: RuleVerdict
  /// Of `rules.matched`, the rules whose bucket is empty, whether they are enforced or not.
  public let emptyBuckets: RuleMask
  /// Whether it is an address of this host.
  public let isOwn: Bool

  /// Whether this shard has met it: the kernel leads a network to one shard always.
  public var isRemembered: Bool { address.isRemembered || network.isRemembered }
}
