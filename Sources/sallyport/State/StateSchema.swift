internal import GRDB

/// The tables of the state file, and how a file of an older version gets them.
///
/// A migration that was ever released is never changed: what comes later is a migration of its own,
/// at the end.
enum StateSchema {
  /// SQLite's `application_id` of this program's files: "SaPo".
  static let applicationID: Int32 = 0x5361_506f

  /// All migrations, in their order.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("identity") { database in
      try database.execute(sql: "PRAGMA application_id = \(applicationID)")
    }
    migrator.registerMigration("standing", migrate: addStanding)
    migrator.registerMigration("proven endpoints", migrate: addProvenEndpoints)
    migrator.registerMigration("people", migrate: addPeople)
    return migrator
  }

  /// Moments are seconds since 1970; a test that does not hold has 0. `until` is the latest of
  /// them: what goes when the table is full is found by it. `failures` are those of the moment
  /// `seconds`, in which the row was written; `outcome` is the code of the last one, or null.
  private static func addStanding(_ database: Database) throws {
    try database.execute(
      sql: """
        CREATE TABLE standing (
          address TEXT PRIMARY KEY NOT NULL,
          proven INTEGER NOT NULL,
          dialled INTEGER NOT NULL,
          handshake INTEGER NOT NULL,
          session INTEGER NOT NULL,
          until INTEGER NOT NULL,
          failures INTEGER NOT NULL,
          seconds INTEGER NOT NULL,
          outcome INTEGER,
          outcome_seconds INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX standing_until ON standing (until);
        """
    )
  }

  /// What people said of networks; moments are seconds since 1970.
  private static func addPeople(_ database: Database) throws {
    try database.execute(
      sql: """
        CREATE TABLE people (
          wish TEXT NOT NULL,
          network TEXT NOT NULL,
          origin TEXT NOT NULL,
          reason TEXT NOT NULL,
          user INTEGER NOT NULL,
          began INTEGER NOT NULL,
          ends INTEGER NOT NULL,
          PRIMARY KEY (wish, network)
        ) STRICT, WITHOUT ROWID;
        """
    )
  }

  private static func addProvenEndpoints(_ database: Database) throws {
    try database.execute(
      sql: """
        CREATE TABLE proven (
          endpoint TEXT PRIMARY KEY NOT NULL,
          seconds INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX proven_seconds ON proven (seconds);
        """
    )
  }
}

/// A table whose rows are bounded in number: those whose `age` is lowest go first.
struct BoundedTable: Sendable {
  /// The table's name.
  let name: String
  /// The column that is its key.
  let key: String
  /// The column that says which rows go first.
  let age: String

  /// What is known of sources.
  static let standing = BoundedTable(name: "standing", key: "address", age: "until")
  /// Endpoints that SSU2 peers have proven.
  static let proven = BoundedTable(name: "proven", key: "endpoint", age: "seconds")

  /// Deletes rows whose age is less than `least`, and the first of the others while there are more
  /// than `most`.
  func trim(_ database: Database, from least: Int64, to most: Int) throws {
    try database.execute(sql: "DELETE FROM \(name) WHERE \(age) < ?", arguments: [least])
    let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM \(name)") ?? 0
    guard count > most else { return }
    try database.execute(
      sql: """
        DELETE FROM \(name) WHERE \(key) IN
          (SELECT \(key) FROM \(name) ORDER BY \(age) LIMIT ?)
        """,
      arguments: [count - most]
    )
  }
}
