internal import Filter
internal import GRDB
internal import Kernel
internal import Telemetry
internal import Wire

/// The book of what is known of sources: the only writer of the table that all shards read, on the
/// control thread. Reads what was kept at the start, writes what is new now and then, and at the
/// end.
struct StandingKeeper: ~Copyable {
  /// The most sources that wait to be written.
  static let rowsMaximum = 65_536
  /// The least time between two writings.
  static let intervalNanoseconds: UInt64 = 10 * Nanoseconds.perSecond

  private let store: StateStore?
  private var writer: StandingWriter
  private var lifetimes: StandingLifetimes
  private var news: RowKeeper<SourceAddress, StandingRow>

  /// A keeper of the table of `owner` that has read nothing yet.
  init(
    _ owner: StandingTableOwner,
    store: StateStore?,
    lifetimes: StandingLifetimes,
    now: Instant
  ) {
    self.store = store
    self.lifetimes = lifetimes
    writer = owner.makeWriter()
    news = RowKeeper(
      store: store,
      rowsMaximum: Self.rowsMaximum,
      intervalNanoseconds: Self.intervalNanoseconds,
      now: now
    )
  }

  /// Takes other lifetimes; what holds goes on for as long as it was to.
  mutating func reload(_ lifetimes: StandingLifetimes) {
    self.lifetimes = lifetimes
  }

  /// Reads what was kept into the table, what ends last first.
  mutating func restore(_ now: Instant, wallSeconds: UInt64) throws(StateFault) {
    guard let store else { return }
    let most = writer.capacity
    let kept = try store.read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT \(StandingRow.columns) FROM standing WHERE until > ?
          ORDER BY until DESC LIMIT ?
          """,
        arguments: [Int64(clamping: wallSeconds), most]
      )
      var kept: [(source: SourceAddress, row: StandingRow)] = []
      while let row = try rows.next() {
        if let known = StandingRow.read(row) { kept.append(known) }
      }
      return kept
    }
    for (source, row) in kept {
      row.restore(source, into: &writer, lifetimes, now: now, wallSeconds: wallSeconds)
    }
  }

  /// How full the table is.
  var fill: Fill { Fill(entries: UInt64(writer.count), limit: UInt64(writer.capacity)) }

  /// What is known of `source`.
  func facts(of source: SourceAddress, now: Instant) -> StandingFacts {
    writer.facts(of: source, now: now)
  }

  /// Notes what was learnt of a source.
  mutating func note(
    _ outcome: SourceOutcome,
    of source: SourceAddress,
    now: Instant,
    wallSeconds: UInt64
  ) {
    let isWorth = isWorthKeeping(outcome, of: source, now: now)
    guard writer.note(outcome, of: source, lifetimes, now: now), isWorth else { return }
    let facts = writer.facts(of: source, now: now)
    news.put(source, StandingRow(facts, now: now, wallSeconds: wallSeconds))
  }

  /// Notes that all whom the router's netDb lists were noted.
  func noteNetDb() {
    writer.noteNetDb()
  }

  /// Whether the disk should hear of it: a test that would have held nearly as long is no news, and
  /// the netDb is read again anyhow.
  private func isWorthKeeping(
    _ outcome: SourceOutcome,
    of source: SourceAddress,
    now: Instant
  ) -> Bool {
    guard case .passed(let test) = outcome else { return true }
    guard StandingRow.tests.contains(test) else { return false }
    let facts = writer.facts(of: source, now: now)
    if test == .handshake, facts.failures > 0 || facts.earlier != .complete { return true }
    let left = facts.end(test)?.nanoseconds(since: now) ?? 0
    let lifetime = lifetimes.nanoseconds(test)
    return left < lifetime - lifetime / 8
  }

  /// Clears what is over, and writes what is new when it is time to.
  mutating func keep(_ now: Instant, wallSeconds: UInt64, to journal: inout Journal) {
    writer.sweep(now: now)
    news.writeIfDue(now, to: &journal, by: writing(wallSeconds))
  }

  /// Writes what is new, and waits for it.
  mutating func finish(_ now: Instant, wallSeconds: UInt64, to journal: inout Journal) {
    news.finish(now, to: &journal, by: writing(wallSeconds))
  }

  private func writing(_ wallSeconds: UInt64) -> RowKeeper<SourceAddress, StandingRow>.Writing {
    let most = writer.capacity
    return { database, rows in
      let insert = try database.makeStatement(
        sql: """
          INSERT OR REPLACE INTO standing (\(StandingRow.columns))
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """
      )
      for (source, row) in rows { try insert.execute(arguments: row.arguments(source)) }
      let least = Int64(clamping: wallSeconds)
      try BoundedTable.standing.trim(database, from: least, to: most)
    }
  }
}
