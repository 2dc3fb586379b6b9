internal import Filter
internal import GRDB
internal import Wire

/// What is kept of a source: moments in seconds since 1970.
struct StandingRow: Equatable, Sendable {
  /// The tests that are kept. What the router's netDb lists is read there again after a restart.
  static let tests: [StandingTest] = [.proven, .dialled, .handshake, .session]

  /// The ends of those tests, in their order; 0 where one does not hold.
  var ends: [UInt64]
  /// Failures at the moment `wallSeconds`.
  var failures: UInt8
  /// When this was so.
  var wallSeconds: UInt64
  /// The last outcome, and when.
  var outcome: (code: UInt16, wallSeconds: UInt64)?

  /// When the last of the tests ends.
  var until: UInt64 { ends.max() ?? 0 }

  static func == (left: StandingRow, right: StandingRow) -> Bool {
    left.ends == right.ends && left.failures == right.failures
      && left.wallSeconds == right.wallSeconds && left.outcome?.code == right.outcome?.code
      && left.outcome?.wallSeconds == right.outcome?.wallSeconds
  }
}

extension StandingRow {
  /// The row of what is known at `now`, which is `wallSeconds`.
  init(_ facts: StandingFacts, now: Instant, wallSeconds: UInt64) {
    ends = Self.tests.map { test in
      guard let end = facts.end(test) else { return 0 }
      return wallSeconds + end.nanoseconds(since: now) / Nanoseconds.perSecond
    }
    failures = facts.failures
    self.wallSeconds = wallSeconds
    outcome = facts.lastOutcome.map { outcome, ago in
      (outcome.code, wallSeconds - min(wallSeconds, ago / Nanoseconds.perSecond))
    }
  }

  /// Brings the row back at `now`, which is `wallSeconds`. What reaches further into the future
  /// than a lifetime, since the clock was set back, is cut.
  func restore(
    _ source: SourceAddress,
    into writer: inout StandingWriter,
    _ lifetimes: StandingLifetimes,
    now: Instant,
    wallSeconds: UInt64
  ) {
    var tests: [(test: StandingTest, leftNanoseconds: UInt64)] = []
    for (test, end) in zip(Self.tests, ends) where end > wallSeconds {
      let (left, overflow) = (end - wallSeconds)
        .multipliedReportingOverflow(by: Nanoseconds.perSecond)
      let longest = lifetimes.nanoseconds(test)
      tests.append((test, overflow ? longest : min(left, longest)))
    }
    writer.restore(
      source,
      tests: tests,
      failures: failures,
      failedAgoNanoseconds: Self.ago(self.wallSeconds, wallSeconds),
      last: outcome.flatMap { code, seconds in
        SourceOutcome(code: code).map { ($0, Self.ago(seconds, wallSeconds)) }
      },
      now: now
    )
  }

  private static func ago(_ seconds: UInt64, _ wallSeconds: UInt64) -> UInt64 {
    let ago = wallSeconds - min(wallSeconds, seconds)
    let (nanoseconds, overflow) = ago.multipliedReportingOverflow(by: Nanoseconds.perSecond)
    return overflow ? .max : nanoseconds
  }
}

extension StandingRow {
  /// The columns, in the order of the table.
  static let columns = """
    address, proven, dialled, handshake, session, until, failures, seconds, outcome, outcome_seconds
    """

  /// The row as `columns` have it.
  func arguments(_ source: SourceAddress) -> StatementArguments {
    // Of optional values: the library maps those of one type by a key path, which took half the
    // time of a writing.
    var values: [(any DatabaseValueConvertible)?] = ["\(source)"]
    for number in ends + [until, UInt64(failures), wallSeconds] {
      values.append(Int64(clamping: number))
    }
    values.append(outcome.map { Int64($0.code) })
    values.append(outcome.map { Int64(clamping: $0.wallSeconds) })
    return StatementArguments(values)
  }

  /// The source and row that `columns` say; nil when they say nothing that can be.
  static func read(_ row: Row) -> (source: SourceAddress, row: StandingRow)? {
    guard let text = String.fromDatabaseValue(row[0]), let source = SourceAddress(text[...]) else {
      return nil
    }
    let numbers = (1...7).compactMap { UInt64.fromDatabaseValue(row[$0]) }
    guard numbers.count == 7, let failures = UInt8(exactly: numbers[5]) else { return nil }
    var outcome: (UInt16, UInt64)?
    if let code = UInt16.fromDatabaseValue(row[8]),
      let seconds = UInt64.fromDatabaseValue(row[9])
    {
      outcome = (code, seconds)
    }
    return (
      source,
      StandingRow(
        ends: Array(numbers[0..<4]),
        failures: failures,
        wallSeconds: numbers[6],
        outcome: outcome
      )
    )
  }
}
