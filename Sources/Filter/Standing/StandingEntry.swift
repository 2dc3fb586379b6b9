internal import Wire

/// What is remembered of one source, in 24 bytes beside its key: the end of each test, and what
/// failed.
///
/// Moments are kept in steps of two minutes in 16 bits, which wrap around after three months:
/// a sweep clears what is over long before that.
struct StandingEntry: BitwiseCopyable, Equatable, Sendable {
  /// How exact moments are kept.
  static let stepNanoseconds: UInt64 = 120 * Nanoseconds.perSecond
  /// Failures are halved after each five steps, ten minutes.
  static let failureHalfLifeSteps: UInt16 = 5
  /// An outcome that is older than this many steps, four weeks, is forgotten.
  static let outcomeLifetimeSteps: UInt16 = 20_160

  /// The ends of the tests, 16 bits each; zero where none was passed.
  var ends: (UInt64, UInt64) = (0, 0)
  /// From the lowest bit: failures (8), the last outcome's code with one added (16), its moment
  /// (16), the moment up to which failures are halved (16).
  var state: UInt64 = 0

  static func == (left: StandingEntry, right: StandingEntry) -> Bool {
    left.ends == right.ends && left.state == right.state
  }

  /// The step of a moment.
  static func step(_ now: Instant) -> UInt16 {
    UInt16(truncatingIfNeeded: now.nanoseconds / stepNanoseconds)
  }

  // MARK: Tests

  private func end(_ test: StandingTest) -> UInt16 {
    let shift = UInt64(test.rawValue & 3) &* 16
    return UInt16(truncatingIfNeeded: (test.rawValue < 4 ? ends.0 : ends.1) >> shift)
  }

  private mutating func setEnd(_ test: StandingTest, _ end: UInt16) {
    let shift = UInt64(test.rawValue & 3) &* 16
    let (mask, bits) = (~(UInt64(0xffff) << shift), UInt64(end) << shift)
    if test.rawValue < 4 {
      ends.0 = ends.0 & mask | bits
    } else {
      ends.1 = ends.1 & mask | bits
    }
  }

  /// Steps for which the test still holds; zero when it does not.
  func stepsLeft(_ test: StandingTest, now: Instant) -> UInt16 {
    let end = end(test)
    guard end != 0 else { return 0 }
    let left = Int16(bitPattern: end &- Self.step(now))
    return left > 0 ? UInt16(left) : 0
  }

  /// The test holds for `lifetime` from now on, or for as long as it did already.
  mutating func pass(_ test: StandingTest, lifetimeNanoseconds lifetime: UInt64, now: Instant) {
    let bounded = min(lifetime, StandingLifetimes.maximumNanoseconds)
    guard bounded > 0 else { return }
    // One step more, so that it holds no shorter than was said.
    let steps = UInt16(truncatingIfNeeded: bounded / Self.stepNanoseconds &+ 1)
    guard steps > stepsLeft(test, now: now) else { return }
    let end = Self.step(now) &+ steps
    setEnd(test, end == 0 ? 1 : end)
  }

  // MARK: Outcomes

  private var halvedAt: UInt16 { UInt16(truncatingIfNeeded: state >> 40) }
  private var outcomeAt: UInt16 { UInt16(truncatingIfNeeded: state >> 24) }
  private var outcomeCode: UInt16 { UInt16(truncatingIfNeeded: state >> 8) }

  private mutating func setState(
    failures: UInt8,
    outcomeCode: UInt16,
    outcomeAt: UInt16,
    halvedAt: UInt16
  ) {
    state =
      UInt64(failures) | UInt64(outcomeCode) << 8 | UInt64(outcomeAt) << 24
      | UInt64(halvedAt) << 40
  }

  /// Failures, halved for each span of time that has passed.
  func failures(now: Instant) -> UInt8 {
    let halvings = (Self.step(now) &- halvedAt) / Self.failureHalfLifeSteps
    let failures = UInt8(truncatingIfNeeded: state)
    return halvings < 8 ? failures >> UInt8(truncatingIfNeeded: halvings) : 0
  }

  /// What became of the last handshake, and the steps since; nil when that is not known (any more).
  func lastOutcome(now: Instant) -> (outcome: SourceOutcome, stepsAgo: UInt16)? {
    let ago = Self.step(now) &- outcomeAt
    guard outcomeCode > 0, ago < Self.outcomeLifetimeSteps,
      let outcome = SourceOutcome(code: outcomeCode &- 1)
    else { return nil }
    return (outcome, ago)
  }

  /// Failures as they are at `now`, from where the next halving counts on.
  private func halved(_ now: Instant) -> (failures: UInt8, at: UInt16) {
    let failures = failures(now: now)
    guard failures > 0 else { return (0, Self.step(now)) }
    let spans = (Self.step(now) &- halvedAt) / Self.failureHalfLifeSteps
    return (failures, halvedAt &+ spans &* Self.failureHalfLifeSteps)
  }

  /// A handshake became a session: failures before it weigh half.
  mutating func complete(now: Instant) {
    let (failures, at) = halved(now)
    setState(
      failures: failures >> 1,
      outcomeCode: SourceOutcome.passed(.handshake).code &+ 1,
      outcomeAt: Self.step(now),
      halvedAt: at
    )
  }

  /// A handshake failed at the router. It is noted; it speaks against the source only when it was
  /// its own doing.
  mutating func fail(_ reason: Reason, now: Instant) {
    let (failures, at) = halved(now)
    setState(
      failures: reason.isPeersDoing && failures < .max ? failures &+ 1 : failures,
      outcomeCode: SourceOutcome.failed(reason).code &+ 1,
      outcomeAt: Self.step(now),
      halvedAt: at
    )
  }

  /// What was kept of an earlier life.
  mutating func restore(
    failures: UInt8,
    halvedStepsAgo: UInt16,
    _ outcome: SourceOutcome?,
    stepsAgo: UInt16,
    now: Instant
  ) {
    setState(
      failures: failures,
      outcomeCode: outcome.map { $0.code &+ 1 } ?? 0,
      outcomeAt: Self.step(now) &- stepsAgo,
      halvedAt: Self.step(now) &- halvedStepsAgo
    )
  }

  // MARK: Keeping

  /// The entry without what is over, so that no moment wraps around.
  func cleared(now: Instant) -> StandingEntry {
    var entry = self
    for test in StandingTest.allCases where stepsLeft(test, now: now) == 0 {
      entry.setEnd(test, 0)
    }
    let (failures, at) = halved(now)
    let last = lastOutcome(now: now)
    entry.setState(
      failures: failures,
      outcomeCode: last.map { $0.outcome.code &+ 1 } ?? 0,
      outcomeAt: last == nil ? Self.step(now) : outcomeAt,
      halvedAt: at
    )
    return entry
  }

  /// How much would be lost with this entry; zero when nothing would. The dearest test that holds
  /// decides, then for how long.
  func worth(now: Instant) -> UInt64 {
    var rank: UInt64 = 0
    var left: UInt16 = 0
    for raw in UInt8(0)...4 {
      guard let test = StandingTest(rawValue: raw) else { continue }
      let steps = stepsLeft(test, now: now)
      guard steps > 0 else { continue }
      rank = test.rank
      left = steps
    }
    return rank << 16 | UInt64(left)
  }
}
