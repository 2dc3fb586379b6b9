internal import Wire

/// The admission of new inbound connections as Java I2P does it: this minute's count is held
/// against the last minute's (measured with 2.8.0).
///
/// Refusal begins at 105 % of the last minute's rate and is certain at 131 %; fewer than 15 a
/// minute count as 15. The first five seconds of a minute are free. What was refused does not count
/// for the next minute: under a steady flood the limit would otherwise rise with the flood, which
/// it does not.
struct InboundLimiter {
  private static let periodNanoseconds = 60 * Nanoseconds.perSecond
  private static let freeNanoseconds = 5 * Nanoseconds.perSecond
  private static let floorPerPeriod: UInt64 = 15
  private static let tolerance = 1.05
  private static let steepness = 4.0

  private var periodStart: Instant
  private var countThisPeriod: UInt64 = 0
  private var countLastPeriod: UInt64 = 0

  /// What the limiter says of one more connection.
  enum Verdict: Equatable {
    /// It may come in, and counts.
    case admitted
    /// It is closed at once.
    case refused
  }

  /// A limiter whose first minute begins at `now`.
  init(now: Instant) {
    periodStart = now
  }

  /// Judges one more connection.
  ///
  /// - Parameters:
  ///   - now: when it came.
  ///   - draw: a random number from 0 up to 1.
  /// - Returns: whether it may come in.
  mutating func judge(now: Instant, draw: Double) -> Verdict {
    turnPeriod(now)
    let elapsed = now.nanoseconds(since: periodStart)
    guard elapsed > Self.freeNanoseconds else { return admit() }
    let rate = Double(countThisPeriod) / Double(elapsed)
    let lastCount = max(countLastPeriod, Self.floorPerPeriod)
    let allowed = Self.tolerance * Double(lastCount) / Double(Self.periodNanoseconds)
    let refusal = Self.steepness * (rate / allowed - 1)
    return draw < refusal ? .refused : admit()
  }

  private mutating func admit() -> Verdict {
    countThisPeriod += 1
    return .admitted
  }

  private mutating func turnPeriod(_ now: Instant) {
    let elapsed = now.nanoseconds(since: periodStart)
    guard elapsed >= Self.periodNanoseconds else { return }
    let periods = elapsed / Self.periodNanoseconds
    countLastPeriod = periods == 1 ? countThisPeriod : 0
    countThisPeriod = 0
    periodStart = periodStart.advanced(byNanoseconds: periods * Self.periodNanoseconds)
  }
}
