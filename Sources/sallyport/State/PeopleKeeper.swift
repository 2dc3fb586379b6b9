internal import Filter
internal import GRDB
internal import Telemetry
internal import Wire

/// Keeps what people said of networks over a restart: each change is written when it is made, on
/// the store's own thread.
final class PeopleKeeper {
  private let store: StateStore
  /// Changes of which it is not known yet what became of them.
  private var batches: [StateBatch] = []
  private var faultWasTold = false

  /// A keeper in `store`.
  init(_ store: StateStore) {
    self.store = store
  }

  /// What was kept, the oldest first; rows that say nothing that people may say are left out.
  ///
  /// - Parameter tell: Told when what was kept can't be read.
  /// - Returns: The entries.
  func restore(tell: (JournalEvent) -> Void) -> [PeopleEntry] {
    do throws(StateFault) {
      return try store.read { database in
        try Row.fetchAll(
          database,
          sql: "SELECT * FROM people ORDER BY began LIMIT ?",
          arguments: [PeopleBounds.entries]
        ).compactMap(PeopleEntry.init)
      }
    } catch {
      tell(.stateBroken(file: store.path, problem: error.problem))
      return []
    }
  }

  /// Keeps an entry, in place of one with the same wish for the same network.
  func keep(_ entry: PeopleEntry) {
    let arguments: StatementArguments = [
      entry.wish.rawValue, entry.prefix.description, entry.origin, entry.reason,
      Int64(entry.user), Int64(clamping: entry.beganSeconds), Int64(clamping: entry.endsSeconds),
    ]
    batches.append(
      store.writeLater { database in
        try database.execute(
          sql: "INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?, ?, ?, ?)",
          arguments: arguments
        )
      }
    )
  }

  /// Keeps these entries no longer.
  func forget(_ entries: [PeopleEntry]) {
    let keys = entries.map { ($0.wish.rawValue, $0.prefix.description) }
    batches.append(
      store.writeLater { database in
        for (wish, network) in keys {
          try database.execute(
            sql: "DELETE FROM people WHERE wish = ? AND network = ?",
            arguments: [wish, network]
          )
        }
      }
    )
  }

  /// Says when changes can't be kept, once until they can again.
  func tellFaults(_ tell: (JournalEvent) -> Void) {
    for batch in batches {
      switch batch.outcome {
      case .underWay: break
      case .kept: faultWasTold = false
      case .failed(let fault):
        if !faultWasTold { tell(.stateUnwritable(file: store.path, problem: fault.problem)) }
        faultWasTold = true
      }
    }
    batches.removeAll { $0.outcome != .underWay }
  }

  /// Waits until all changes are made.
  func finish() {
    // Changes and readings stand in one line.
    try? store.read { _ in }
  }
}

extension PeopleEntry {
  /// The entry that a row of the table `people` holds.
  fileprivate init?(_ row: Row) {
    guard let word: String = row["wish"], let wish = PeopleWish(rawValue: word),
      let network: String = row["network"], let prefix = SourcePrefix(network),
      let origin: String = row["origin"], let reason: String = row["reason"],
      let user: Int64 = row["user"], let began: Int64 = row["began"],
      let ends: Int64 = row["ends"]
    else { return nil }
    self.init(
      wish,
      prefix,
      origin: origin,
      reason: reason,
      user: UInt32(clamping: user),
      beganSeconds: UInt64(clamping: began),
      endsSeconds: UInt64(clamping: ends)
    )
  }
}
