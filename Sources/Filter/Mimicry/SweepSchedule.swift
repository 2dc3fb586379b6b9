internal import Wire

/// The moments at which i2pd looks for connections that are late: every 28 to 32 seconds.
///
/// All late ones go at the same sweep, so the gate keeps such a schedule too instead of giving each
/// stranger a deadline of its own.
struct SweepSchedule: BitwiseCopyable {
  /// i2pd's timer: 28 s and up to 4 s more (NTCP2_TERMINATION_CHECK_TIMEOUT and its variance).
  private static let intervalNanoseconds: UInt64 = 28 * Nanoseconds.perSecond
  private static let varianceSeconds: UInt64 = 5
  /// i2pd's NTCP2_ESTABLISH_TIMEOUT: a sweep leaves younger connections alone.
  private static let graceNanoseconds: UInt64 = 10 * Nanoseconds.perSecond

  private var coming: Instant
  private var afterIt: Instant

  init(now: Instant, random: inout SmallRandom) {
    let phase = random.below(Self.intervalNanoseconds)
    coming = now.advanced(byNanoseconds: phase)
    afterIt = Self.following(coming, &random)
  }

  /// The sweep that ends a connection accepted at `accepted`.
  mutating func end(of accepted: Instant, now: Instant, random: inout SmallRandom) -> Instant {
    while coming < now {
      coming = afterIt
      afterIt = Self.following(coming, &random)
      if afterIt < now { self = SweepSchedule(now: now, random: &random) }
    }
    let earliest = max(accepted.advanced(byNanoseconds: Self.graceNanoseconds), now)
    return coming >= earliest ? coming : afterIt
  }

  private static func following(_ sweep: Instant, _ random: inout SmallRandom) -> Instant {
    let extra = random.below(varianceSeconds) &* Nanoseconds.perSecond
    return sweep.advanced(byNanoseconds: intervalNanoseconds &+ extra)
  }
}
