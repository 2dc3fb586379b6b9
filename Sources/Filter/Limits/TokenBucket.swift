public import Wire

/// A token bucket in one word: the moment at which it would be full again.
///
/// Taking a token moves that moment on by the time one token needs to come back; a bucket whose
/// moment lies further ahead than a whole burst takes to refill is empty. The limit is kept apart,
/// so a reload changes limits without touching buckets: one that owes more than its new limit can
/// owe is empty from the moment it is next asked, and refills at the new speed. A clock that steps
/// back refills nothing.
public struct TokenBucket: BitwiseCopyable, Sendable {
  private var fullAt: UInt64 = 0

  /// A full bucket.
  public init() {}

  /// Takes a token if there is one; whether there was.
  public mutating func take(_ limit: RateLimit, now: Instant) -> Bool {
    guard hasToken(limit, now: now) else { return false }
    fullAt = max(fullAt, now.nanoseconds) &+ limit.tokenNanoseconds
    return true
  }

  /// Puts a token back, at most filling the bucket.
  public mutating func putBack(_ limit: RateLimit) {
    let perToken = limit.tokenNanoseconds
    fullAt = fullAt > perToken ? fullAt &- perToken : 0
  }

  /// Whether a token could be taken now. Takes none, but forgives what no bucket of this limit can
  /// owe.
  public mutating func hasToken(_ limit: RateLimit, now: Instant) -> Bool {
    let owed = fullAt > now.nanoseconds ? fullAt &- now.nanoseconds : 0
    let perToken = limit.tokenNanoseconds
    let (depth, isEndless) = perToken.multipliedReportingOverflow(by: UInt64(limit.burst &- 1))
    guard !isEndless, owed > depth else { return true }
    let (whole, overflow) = depth.addingReportingOverflow(perToken)
    if !overflow, owed > whole { fullAt = now.nanoseconds &+ whole }
    return false
  }
}
