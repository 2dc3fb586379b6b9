internal import GRDB
internal import Kernel
internal import Telemetry
internal import Wire

/// An endpoint that was proven, and when.
struct ProvenEntry: Equatable, Sendable {
  /// The endpoint.
  var endpoint: Endpoint
  /// When it was proven last, in seconds since 1970.
  var wallSeconds: UInt64
}

/// Keeps proven endpoints over a restart: reads them at the start, writes them now and then, and at
/// the end.
///
/// What can't be kept costs peers a second proof and nothing more, so nothing in here is fatal.
struct ProvenKeeper {
  /// The most endpoints that are kept; the oldest go first.
  static let rowsMaximum = 65_536
  /// The least time between two writings.
  static let intervalNanoseconds: UInt64 = 60 * Nanoseconds.perSecond

  private let store: StateStore?
  private var lifetimeSeconds: UInt64
  private var news: RowKeeper<Endpoint, UInt64>

  /// A keeper that has read nothing yet, of proofs that count for so long.
  init(store: StateStore?, lifetimeNanoseconds: UInt64, now: Instant) {
    self.store = store
    lifetimeSeconds = lifetimeNanoseconds / Nanoseconds.perSecond
    news = RowKeeper(
      store: store,
      rowsMaximum: Self.rowsMaximum,
      intervalNanoseconds: Self.intervalNanoseconds,
      now: now
    )
  }

  /// Proofs count for so long from now on.
  mutating func reload(lifetimeNanoseconds: UInt64) {
    lifetimeSeconds = lifetimeNanoseconds / Nanoseconds.perSecond
  }

  /// What was kept: the endpoints whose proof still counts, the newest first. One that was proven
  /// in the future was proven now.
  func restore(wallSeconds: UInt64) throws(StateFault) -> [ProvenEntry] {
    guard let store else { return [] }
    let oldest = Int64(clamping: wallSeconds - min(wallSeconds, lifetimeSeconds))
    return try store.read { database in
      let rows = try Row.fetchCursor(
        database,
        sql:
          "SELECT endpoint, seconds FROM proven WHERE seconds >= ? ORDER BY seconds DESC LIMIT ?",
        arguments: [oldest, Self.rowsMaximum]
      )
      var entries: [ProvenEntry] = []
      while let row = try rows.next() {
        guard let text = String.fromDatabaseValue(row[0]), let endpoint = Endpoint(text[...]),
          endpoint.port > 0, let seconds = UInt64.fromDatabaseValue(row[1])
        else { continue }
        entries.append(ProvenEntry(endpoint: endpoint, wallSeconds: min(seconds, wallSeconds)))
      }
      return entries
    }
  }

  /// Notes an endpoint that was proven at `wallSeconds`.
  mutating func note(_ endpoint: Endpoint, at wallSeconds: UInt64) {
    news.put(endpoint, wallSeconds)
  }

  /// Writes what is new, if the last time is long enough ago.
  mutating func writeIfDue(_ now: Instant, wallSeconds: UInt64, to journal: inout Journal) {
    news.writeIfDue(now, to: &journal, by: writing(wallSeconds))
  }

  /// Writes what is new, and waits for it.
  mutating func finish(_ now: Instant, wallSeconds: UInt64, to journal: inout Journal) {
    news.finish(now, to: &journal, by: writing(wallSeconds))
  }

  private func writing(_ wallSeconds: UInt64) -> RowKeeper<Endpoint, UInt64>.Writing {
    let oldest = Int64(clamping: wallSeconds - min(wallSeconds, lifetimeSeconds))
    return { database, rows in
      let insert = try database.makeStatement(sql: "INSERT OR REPLACE INTO proven VALUES (?, ?)")
      for (endpoint, seconds) in rows {
        try insert.execute(arguments: ["\(endpoint)", Int64(clamping: seconds)])
      }
      try BoundedTable.proven.trim(database, from: oldest, to: Self.rowsMaximum)
    }
  }
}
