internal import GRDB
internal import Glibc
internal import Kernel
internal import Synchronization
internal import Telemetry

/// What outlives a restart: one SQLite file in `[state] directory`, readable by nobody else.
///
/// Nothing in here is fatal. A file that is damaged or foreign is renamed and a new one begun; where
/// the system refuses, nothing is kept. Written in transactions, on a thread of its own or while
/// the caller waits, never on the way of a connection.
final class StateStore: Sendable {
  /// The file's name in `[state] directory`.
  static let fileName = "state.sqlite"
  /// The largest that the file may get.
  static let maximumBytes = 256 << 20

  /// The file.
  let path: String
  private let queue: DatabaseQueue

  /// Opens the file in `directory`, begun when there is none; one that can't be used makes
  /// way for a new one.
  ///
  /// - Parameter tell: Told when what was kept can't be used, and when nothing can be kept.
  /// - Returns: The store; nil when the system refuses.
  static func open(directory: String, tell: (JournalEvent) -> Void) -> StateStore? {
    let path = directory.hasSuffix("/") ? directory + fileName : "\(directory)/\(fileName)"
    do throws(StateFault) {
      do throws(StateFault) {
        return try StateStore(path)
      } catch {
        guard case .unusable(let problem) = error else { throw error }
        setAside(path)
        tell(.stateBroken(file: path, problem: problem))
        return try StateStore(path)
      }
    } catch {
      tell(.stateUnwritable(file: path, problem: error.problem))
      return nil
    }
  }

  private init(_ path: String) throws(StateFault) {
    self.path = path
    try Self.make(path)
    do {
      queue = try DatabaseQueue(path: path, configuration: Self.configuration)
      try queue.read(Self.examine)
      try StateSchema.migrator.migrate(queue)
    } catch {
      throw StateFault(error)
    }
  }

  /// Reads by `body`.
  func read<Value>(_ body: (Database) throws -> Value) throws(StateFault) -> Value {
    do {
      return try queue.read(body)
    } catch {
      throw StateFault(error)
    }
  }

  /// Makes `changes` as one transaction, and waits until the disk has them.
  func write(_ changes: (Database) throws -> Void) throws(StateFault) {
    do {
      try queue.write(changes)
    } catch {
      throw StateFault(error)
    }
  }

  /// Has `changes` made as one transaction on the store's own thread.
  func writeLater(_ changes: @escaping @Sendable (Database) throws -> Void) -> StateBatch {
    let batch = StateBatch()
    queue.asyncWrite(changes) { _, result in
      switch result {
      case .success: batch.end(.kept)
      case .failure(let error): batch.end(.failed(StateFault(error)))
      }
    }
    return batch
  }
}

/// Changes that the store was given and makes on its own thread.
final class StateBatch: Sendable {
  /// What became of them.
  enum Outcome: Equatable {
    /// They are being made.
    case underWay
    /// The disk has them.
    case kept
    /// None of them was made.
    case failed(StateFault)
  }

  private let state = Mutex(Outcome.underWay)

  /// What became of them until now.
  var outcome: Outcome { state.withLock { $0 } }

  fileprivate func end(_ outcome: Outcome) {
    state.withLock { $0 = outcome }
  }
}

extension StateStore {
  private static let pageBytes = 4_096

  private static var configuration: GRDB.Configuration {
    var configuration = GRDB.Configuration()
    configuration.label = "sallyport.state"
    configuration.prepareDatabase { database in
      // A schema from outside may not call anything; a damaged page is noticed when it is read.
      try database.execute(
        sql: """
          PRAGMA trusted_schema = OFF;
          PRAGMA cell_size_check = ON;
          PRAGMA max_page_count = \(maximumBytes / pageBytes);
          """
      )
    }
    return configuration
  }

  /// Makes an empty file for its owner alone where there is none, and refuses what is no file.
  private static func make(_ path: String) throws(StateFault) {
    let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
    let opened = unsafe Glibc.open(path, flags, 0o600)
    guard opened >= 0 else {
      let errno = Errno.last
      switch errno.rawValue {
      case ELOOP, EISDIR, ENXIO: throw .unusable(problem: "is not a regular file")
      default: throw StateFault(errno)
      }
    }
    let descriptor = Descriptor(owning: opened)
    var status = stat()
    guard unsafe fstat(descriptor.rawValue, &status) == 0 else { throw StateFault(Errno.last) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unusable(problem: "is not a regular file")
    }
    guard status.st_size <= maximumBytes else {
      throw .unusable(problem: "is longer than \(maximumBytes) bytes")
    }
  }

  /// Refuses a file that is damaged, another program's, or from a later version of this one.
  private static func examine(_ database: Database) throws {
    let identity = try Int32.fetchOne(database, sql: "PRAGMA application_id")
    if identity != StateSchema.applicationID {
      let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema")
      guard identity == 0, tables == 0 else {
        throw StateFault.unusable(problem: "is a database of another program")
      }
    }
    let verdict = try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
    guard verdict == "ok" else {
      throw StateFault.unusable(problem: "is damaged: \(verdict ?? "no word from SQLite")")
    }
    guard try !StateSchema.migrator.hasBeenSuperseded(database) else {
      throw StateFault.unusable(problem: "was written by a later version of sallyport")
    }
  }

  /// Renames the file, and the journal that belongs to it, so that nothing in it is lost. It takes
  /// the place of one that was set aside before.
  private static func setAside(_ path: String) {
    for suffix in ["", "-journal"] {
      _ = unsafe rename(path + suffix, path + ".broken" + suffix)
    }
    // Left behind, either would be taken for the new file's.
    for suffix in ["-journal", "-wal", "-shm"] { _ = unsafe unlink(path + suffix) }
  }
}
