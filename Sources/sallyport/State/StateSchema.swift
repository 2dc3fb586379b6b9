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
    return migrator
  }

  /// Moments are seconds since 1970; a test that does not hold has 0. `until` is the latest of
  /// them: what goes when the table is full is found by it.
  private static func addStanding(_ database: Database) throws {
    try database.execute(
      sql: """
        CREATE TABLE standing (
          address TEXT PRIMARY KEY NOT NULL,
          handshake INTEGER NOT NULL,
          session INTEGER NOT NULL,
          dialled INTEGER NOT NULL,
          until INTEGER NOT NULL,
          failures INTEGER NOT NULL,
          failed INTEGER NOT NULL,
          outcome INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX standing_until ON standing (until);
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
