internal import GRDB
internal import Kernel
internal import Telemetry
internal import Wire

/// Rows of one table of the state file that are new: bounded, and written in batches, not too often
/// and never two at a time.
///
/// Trouble is told once, until it is over; what could not be written is tried again.
struct RowKeeper<Key: Hashable & Sendable, Row: Sendable> {
  /// Writes rows into the table, and clears it of what is over or too much.
  typealias Writing = @Sendable (Database, [Key: Row]) throws -> Void

  private let store: StateStore?
  private let intervalNanoseconds: UInt64
  private let rowsMaximum: Int
  private var rows: [Key: Row] = [:]
  private var underWay: (batch: StateBatch, rows: [Key: Row])?
  private var writeAt: Instant
  private var faultWasTold = false

  /// A keeper of at most so many new rows, written no oftener than that; without a store it keeps
  /// nothing.
  init(store: StateStore?, rowsMaximum: Int, intervalNanoseconds: UInt64, now: Instant) {
    self.store = store
    self.rowsMaximum = rowsMaximum
    self.intervalNanoseconds = intervalNanoseconds
    writeAt = now.advanced(byNanoseconds: intervalNanoseconds)
  }

  /// Rows that wait to be written.
  var count: Int { rows.count }

  /// Keeps a row, in the place of an older one with the same key. Without room it is lost.
  mutating func put(_ key: Key, _ row: Row) {
    guard store != nil, rows.count < rowsMaximum || rows[key] != nil else { return }
    rows[key] = row
  }

  /// Has the rows written on the store's own thread, if there are any, the last ones are written,
  /// and that is long enough ago.
  mutating func writeIfDue(_ now: Instant, to journal: inout Journal, by writing: @escaping Writing)
  {
    guard let store, settle(now, &journal), now >= writeAt, !rows.isEmpty else { return }
    writeAt = now.advanced(byNanoseconds: intervalNanoseconds)
    let batch = rows
    rows = [:]
    underWay = (store.writeLater { try writing($0, batch) }, batch)
  }

  /// Writes all rows, and waits for it.
  mutating func finish(_ now: Instant, to journal: inout Journal, by writing: Writing) {
    guard let store else { return }
    do throws(StateFault) {
      // The store makes one change after the other: behind this one the batch is over.
      let last = rows
      try store.write { if !last.isEmpty { try writing($0, last) } }
      // Of a batch that failed only what is not newer by now comes back.
      let isSettled = settle(now, &journal)
      for key in last.keys { rows[key] = nil }
      guard isSettled, !rows.isEmpty else { return }
      let again = rows
      try store.write { try writing($0, again) }
      rows = [:]
    } catch {
      tell(error, now, &journal)
    }
  }

  /// Looks what became of the last batch; whether it is over.
  private mutating func settle(_ now: Instant, _ journal: inout Journal) -> Bool {
    guard let (batch, written) = underWay else { return true }
    switch batch.outcome {
    case .underWay: return false
    case .kept: faultWasTold = false
    case .failed(let fault):
      tell(fault, now, &journal)
      for (key, row) in written where rows[key] == nil { put(key, row) }
    }
    underWay = nil
    return true
  }

  private mutating func tell(_ fault: StateFault, _ now: Instant, _ journal: inout Journal) {
    if !faultWasTold, let store {
      journal.write(.stateUnwritable(file: store.path, problem: fault.problem), at: now)
    }
    faultWasTold = true
  }
}
