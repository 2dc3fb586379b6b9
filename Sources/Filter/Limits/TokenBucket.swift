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
    guard limit.burst > 0 else { return false }
    let owed = fullAt > now.nanoseconds ? fullAt &- now.nanoseconds : 0
    let perToken = limit.tokenNanoseconds
    let (depth, isEndless) = perToken.multipliedReportingOverflow(by: UInt64(limit.burst &- 1))
    guard !isEndless, owed > depth else { return true }
    let (whole, overflow) = depth.addingReportingOverflow(perToken)
    if !overflow, owed > whole { fullAt = now.nanoseconds &+ whole }
    return false
  }

  /// Tokens that are in the bucket now. Takes none and changes nothing.
  func tokens(_ limit: RateLimit, now: Instant) -> UInt32 {
    let owed = fullAt > now.nanoseconds ? fullAt &- now.nanoseconds : 0
    let perToken = limit.tokenNanoseconds
    guard perToken > 0 else { return limit.burst }
    // What is owed in part is not there.
    let missing = owed / perToken &+ (owed % perToken == 0 ? 0 : 1)
    return missing >= UInt64(limit.burst) ? 0 : limit.burst &- UInt32(missing)
  }

  /// Nanoseconds until a token could be taken; 0 when one can now.
  func wait(_ limit: RateLimit, now: Instant) -> UInt64 {
    guard tokens(limit, now: now) == 0 else { return 0 }
    let perToken = limit.tokenNanoseconds
    let (depth, isEndless) = perToken.multipliedReportingOverflow(by: UInt64(limit.burst &- 1))
    let owed = fullAt > now.nanoseconds ? fullAt &- now.nanoseconds : 0
    guard !isEndless, owed > depth else { return 0 }
    return min(owed &- depth, perToken)
  }
}
