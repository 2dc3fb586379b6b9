import Wire

@testable import Filter

/// What is known of sources, without a bound and to the nanosecond: what `StandingTable` has to say
/// as long as it has room, but for the two minutes to which it is exact.
struct NaiveStandings {
  /// What is known of one source.
  struct Record {
    var ends: [StandingTest: UInt64] = [:]
    var failures = 0
    var halvedAtStep: UInt64 = 0
    var last: (outcome: SourceOutcome, step: UInt64)?
  }

  private(set) var records: [SourceAddress: Record] = [:]
  let lifetimes: StandingLifetimes

  private static func step(_ now: Instant) -> UInt64 {
    now.nanoseconds / StandingEntry.stepNanoseconds
  }

  private func isRemembered(_ record: Record, _ now: Instant) -> Bool {
    record.ends.values.contains { end(atStep: $0) > now.nanoseconds }
  }

  private func end(atStep step: UInt64) -> UInt64 { step * StandingEntry.stepNanoseconds }

  private static func halve(_ record: inout Record, _ now: Instant) {
    guard record.failures > 0 else { return record.halvedAtStep = step(now) }
    let spans = (step(now) - record.halvedAtStep) / UInt64(StandingEntry.failureHalfLifeSteps)
    for _ in 0..<min(spans, 64) { record.failures /= 2 }
    record.halvedAtStep += spans * UInt64(StandingEntry.failureHalfLifeSteps)
    if record.failures == 0 { record.halvedAtStep = step(now) }
  }

  mutating func note(_ outcome: SourceOutcome, of source: SourceAddress, now: Instant) {
    var record = records[source] ?? Record()
    Self.halve(&record, now)
    switch outcome {
    case .passed(let test):
      let end =
        Self.step(now) + lifetimes.nanoseconds(test) / StandingEntry.stepNanoseconds + 1
      record.ends[test] = max(end, record.ends[test] ?? 0)
      if test == .handshake {
        record.failures /= 2
        record.last = (outcome, Self.step(now))
      }
    case .failed(let reason):
      guard isRemembered(record, now) else { return }
      record.last = (outcome, Self.step(now))
      if reason.isPeersDoing { record.failures = min(record.failures + 1, 255) }
    }
    records[source] = record
  }

  func holds(_ test: StandingTest, _ source: SourceAddress, now: Instant) -> Bool {
    end(atStep: records[source]?.ends[test] ?? 0) > now.nanoseconds
  }

  func failures(_ source: SourceAddress, now: Instant) -> Int {
    guard var record = records[source] else { return 0 }
    Self.halve(&record, now)
    return record.failures
  }

  func last(_ source: SourceAddress, now: Instant) -> SourceOutcome? {
    guard let last = records[source]?.last,
      Self.step(now) - last.step < UInt64(StandingEntry.outcomeLifetimeSteps)
    else { return nil }
    return last.outcome
  }

  /// Forgets a source, as the table's sweep does with one of which nothing holds.
  mutating func forgetWhatIsOver(now: Instant) {
    records = records.filter { isRemembered($0.value, now) }
  }
}
