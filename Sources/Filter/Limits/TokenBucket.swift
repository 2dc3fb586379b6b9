public import Wire

/// A token bucket in one word: the moment at which it would be full again.
///
/// Taking a token moves that moment on by the time one token needs to come back; a bucket whose
/// moment lies further ahead than a whole burst takes to refill is empty. The limit is kept apart,
/// so a reload changes limits without touching buckets. A clock that steps back refills nothing.
public struct TokenBucket: BitwiseCopyable, Sendable {
  private var fullAt: UInt64 = 0

  /// A full bucket.
  public init() {}

  /// Takes a token if there is one; whether there was.
  public mutating func take(_ limit: RateLimit, now: Instant) -> Bool {
    let perToken = Nanoseconds.perSecond / UInt64(limit.perSecond)
    let depth = perToken &* UInt64(limit.burst &- 1)
    let start = max(fullAt, now.nanoseconds)
    guard start &- now.nanoseconds <= depth else { return false }
    fullAt = start &+ perToken
    return true
  }

  /// Puts a token back, at most filling the bucket.
  public mutating func putBack(_ limit: RateLimit) {
    let perToken = Nanoseconds.perSecond / UInt64(limit.perSecond)
    fullAt = fullAt > perToken ? fullAt &- perToken : 0
  }

  /// Whether a token could be taken now.
  public func hasToken(_ limit: RateLimit, now: Instant) -> Bool {
    var copy = self
    return copy.take(limit, now: now)
  }
}
