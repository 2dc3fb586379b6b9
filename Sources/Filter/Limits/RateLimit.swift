internal import Wire

/// How often something may happen: a token bucket's size and the speed at which it refills.
public struct RateLimit: Sendable, Equatable, BitwiseCopyable {
  /// Tokens that come back in each period; at least one.
  public var tokens: UInt32
  /// The period, in nanoseconds: a second for most limits, a minute where a router counts so.
  public var periodNanoseconds: UInt64
  /// Tokens that a full bucket holds; at least one, but in a share of what can't be shared.
  public var burst: UInt32

  private static let longestPeriodNanoseconds: UInt64 = 86_400 * Nanoseconds.perSecond
  private static let mostShards: UInt32 = 65_536

  /// A bucket of `burst` tokens, of which `tokens` come back in each period.
  public init(tokens: UInt32, periodNanoseconds: UInt64, burst: UInt32) {
    precondition(tokens > 0 && burst > 0, "a rate limit lets something through")
    precondition(
      periodNanoseconds > 0 && periodNanoseconds <= Self.longestPeriodNanoseconds,
      "a period lasts a day at most"
    )
    self.tokens = tokens
    self.periodNanoseconds = periodNanoseconds
    self.burst = burst
  }

  /// A bucket of `burst` tokens, refilled at `perSecond`.
  public init(perSecond: UInt32, burst: UInt32) {
    self.init(tokens: perSecond, periodNanoseconds: Nanoseconds.perSecond, burst: burst)
  }

  /// A bucket of `burst` tokens, refilled at `perMinute`.
  public init(perMinute: UInt32, burst: UInt32) {
    self.init(tokens: perMinute, periodNanoseconds: 60 * Nanoseconds.perSecond, burst: burst)
  }

  /// One of `shards` equal shares: the same tokens in a longer period, so that slow rates are
  /// shared exactly; a burst of at least one.
  public func share(of shards: UInt32) -> RateLimit {
    precondition(shards > 0 && shards <= Self.mostShards, "a share of nothing, or next to nothing")
    var share = self
    share.periodNanoseconds = periodNanoseconds &* UInt64(shards)
    share.burst = max(burst / shards, 1)
    return share
  }

  /// The share of the shard `index` of `shards`, when all of them together may have no more than
  /// the whole: where there are fewer tokens than shards, the last shards have none.
  public func share(of shards: UInt32, index: UInt32) -> RateLimit {
    precondition(index < shards && shards <= Self.mostShards, "a share of nothing")
    let holders = min(shards, burst)
    var share = self
    share.periodNanoseconds = periodNanoseconds &* UInt64(holders)
    let rest: UInt32 = index < burst % holders ? 1 : 0
    share.burst = index < holders ? burst / holders &+ rest : 0
    return share
  }

  /// The time in which one token comes back.
  var tokenNanoseconds: UInt64 { periodNanoseconds / UInt64(tokens) }
}
