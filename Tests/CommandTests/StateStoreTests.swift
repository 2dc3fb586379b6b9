import Foundation
import GRDB
import Telemetry
import Testing

@testable import sallyport

@Suite("The state file")
struct StateStoreTests {
  private final class Told {
    var events: [JournalEvent] = []

    func open(_ directory: TemporaryDirectory) -> StateStore? {
      StateStore.open(directory: directory.path) { events.append($0) }
    }
  }

  private static func note(_ endpoint: String, _ store: StateStore) throws {
    try store.write { database in
      try database.execute(sql: "INSERT INTO proven VALUES (?, 7)", arguments: [endpoint])
    }
  }

  private static func endpoints(_ store: StateStore) throws -> [String] {
    try store.read { try String.fetchAll($0, sql: "SELECT endpoint FROM proven") }
  }

  private static func path(_ directory: TemporaryDirectory) -> String {
    "\(directory.path)/\(StateStore.fileName)"
  }

  @Test("What is written is there after the next opening, and only its owner may read it")
  func keeps() throws {
    let directory = try TemporaryDirectory()
    let told = Told()
    try Self.note("a", try #require(told.open(directory)))
    let next = try #require(told.open(directory))
    #expect(try Self.endpoints(next) == ["a"])
    #expect(told.events == [])
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    #expect(names == [StateStore.fileName])
    let attributes = try FileManager.default.attributesOfItem(atPath: next.path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test("A batch is made on the store's own thread, whole or not at all")
  func batches() throws {
    let directory = try TemporaryDirectory()
    let store = try #require(Told().open(directory))
    let good = store.writeLater { try $0.execute(sql: "INSERT INTO proven VALUES ('a', 1)") }
    let bad = store.writeLater { database in
      try database.execute(sql: "INSERT INTO proven VALUES ('b', 1)")
      try database.execute(sql: "INSERT INTO proven VALUES ('a', 2)")
    }
    // Batches and waits stand in one line.
    try Self.note("c", store)
    #expect(try Self.endpoints(store) == ["a", "c"])
    #expect(good.outcome == .kept)
    guard case .failed = bad.outcome else {
      Issue.record("a batch that can't be made: \(bad.outcome)")
      return
    }
  }

  /// Files that are none of this program's, or were.
  enum Broken: CaseIterable {
    case text, damagedHeader, damagedPage, foreign, later, otherTables, directory, link

    /// Puts it in the store's place.
    func make(at path: String) throws {
      let url = URL(fileURLWithPath: path)
      switch self {
      case .text: try Data("sallyport proven endpoints\n".utf8).write(to: url)
      case .directory:
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
      case .link:
        try FileManager.default.createSymbolicLink(
          atPath: path,
          withDestinationPath: "/etc/hostname"
        )
      case .foreign: try change(path, "CREATE TABLE cookies (host TEXT)")
      case .damagedHeader, .damagedPage, .later, .otherTables: try makeOwn(at: url)
      }
    }

    private func makeOwn(at url: URL) throws {
      let directory = url.deletingLastPathComponent().path
      do {
        let store = try #require(StateStore.open(directory: directory) { _ in })
        for number in 0..<2_000 { try StateStoreTests.note("endpoint \(number)", store) }
      }
      var bytes = try Data(contentsOf: url)
      switch self {
      case .damagedHeader: bytes.replaceSubrange(0..<16, with: repeatElement(0x41, count: 16))
      case .damagedPage:
        let middle = bytes.count / 2
        bytes.replaceSubrange(middle..<middle + 8_192, with: repeatElement(0x41, count: 8_192))
      case .later:
        return try change(
          url.path,
          "INSERT INTO grdb_migrations VALUES ('what nobody knows yet')"
        )
      default:
        return try change(
          url.path,
          "DROP TABLE proven; DELETE FROM grdb_migrations; CREATE TABLE proven (x TEXT)"
        )
      }
      try bytes.write(to: url)
    }

    private func change(_ path: String, _ sql: String) throws {
      try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
    }
  }

  @Test("A file that can't be used is set aside whole and told", arguments: Broken.allCases)
  func broken(kind: Broken) throws {
    let directory = try TemporaryDirectory()
    let path = Self.path(directory)
    try kind.make(at: path)
    let before = try? Data(contentsOf: URL(fileURLWithPath: path))
    let told = Told()
    let store = try #require(told.open(directory))
    #expect(told.events.map(\.kind) == [.stateBroken], "\(told.events)")
    #expect(try Self.endpoints(store) == [])
    #expect((try? Data(contentsOf: URL(fileURLWithPath: path + ".broken"))) == before)
    try Self.note("a", store)
    let next = try #require(told.open(directory))
    #expect(try Self.endpoints(next) == ["a"])
    #expect(told.events.count == 1)
  }

  @Test("The journal of a file that is set aside goes with it")
  func journalAside() throws {
    let directory = try TemporaryDirectory()
    try Data("no database".utf8).write(to: URL(fileURLWithPath: Self.path(directory)))
    for suffix in ["-journal", "-wal"] {
      _ = try directory.write(StateStore.fileName + suffix, suffix)
    }
    #expect(Told().open(directory) != nil)
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    let file = StateStore.fileName
    #expect(Set(names) == [file, file + ".broken", file + ".broken-journal"])
  }

  @Test("Where nothing can be kept that is told, and a good file stays where it is")
  func refused() throws {
    let directory = try TemporaryDirectory()
    let told = Told()
    let missing = StateStore.open(directory: directory.path + "/none") { told.events.append($0) }
    #expect(missing == nil)
    #expect(told.events.map(\.kind) == [.stateUnwritable])

    try Self.note("a", try #require(told.open(directory)))
    let holder = try DatabaseQueue(path: Self.path(directory))
    try holder.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE") }
    #expect(told.open(directory) == nil)
    #expect(told.events.map(\.kind) == [.stateUnwritable, .stateUnwritable])
    try holder.inDatabase { try $0.execute(sql: "ROLLBACK") }
    #expect(try Self.endpoints(try #require(told.open(directory))) == ["a"])
  }
}
