import Foundation
import Telemetry
import Testing
import Wire

@testable import sallyport

@Suite("Proven endpoints over a restart")
struct ProvenKeeperTests {
  private static let hour: UInt64 = 3_600 * Nanoseconds.perSecond
  private static let start = Instant(nanoseconds: 1_000 * Nanoseconds.perSecond)
  private static let later = start.advanced(byNanoseconds: hour)

  private static func endpoint(_ text: String) throws -> Endpoint {
    try #require(Endpoint(text))
  }

  private static func keeper(_ directory: TemporaryDirectory) -> ProvenKeeper {
    ProvenKeeper(directory: directory.path, lifetimeNanoseconds: hour, now: start)
  }

  /// What a keeper tells, as lines.
  private final class Told {
    private final class Lines {
      var lines: [String] = []
    }

    var events: [JournalEvent] = []
    var lines: [String] { kept.lines }
    var journal: Journal
    private let kept: Lines

    init() {
      let kept = Lines()
      self.kept = kept
      journal = Journal(send: { kept.lines.append($0.line) }, sleep: { _ in })
    }
  }

  @Test("What is written comes back, the newest first, as long as it counts")
  func roundTrip() throws {
    let directory = try TemporaryDirectory()
    let told = Told()
    var keeper = Self.keeper(directory)
    #expect(keeper.restore(wallSeconds: 5_000) { told.events.append($0) } == [])
    keeper.note(try Self.endpoint("203.0.113.7:9222"), at: 5_000)
    keeper.note(try Self.endpoint("[2001:db8::1]:1"), at: 5_100)
    keeper.note(try Self.endpoint("203.0.113.7:9222"), at: 4_000)
    keeper.note(try Self.endpoint("198.51.100.1:65535"), at: 900)
    keeper.write(Self.start, wallSeconds: 5_100, to: &told.journal)

    var next = Self.keeper(directory)
    let entries = next.restore(wallSeconds: 5_200) { told.events.append($0) }
    #expect(
      entries.map { "\($0.endpoint) \($0.wallSeconds)" }
        == ["[2001:db8::1]:1 5100", "203.0.113.7:9222 5000"]
    )
    #expect(told.events == [] && told.lines == [])
    var late = Self.keeper(directory)
    let rest = late.restore(wallSeconds: 5_100 + 3_600) { told.events.append($0) }
    #expect(rest.map(\.wallSeconds) == [5_100])
  }

  @Test("It writes at most once a minute, and only news")
  func pace() throws {
    let directory = try TemporaryDirectory()
    let told = Told()
    let path = "\(directory.path)/\(ProvenKeeper.fileName)"
    var keeper = Self.keeper(directory)
    keeper.note(try Self.endpoint("203.0.113.7:1"), at: 10)
    keeper.writeIfDue(Self.start, wallSeconds: 10, to: &told.journal)
    #expect(!FileManager.default.fileExists(atPath: path))
    keeper.writeIfDue(Self.later, wallSeconds: 10, to: &told.journal)
    #expect(FileManager.default.fileExists(atPath: path))
    try FileManager.default.removeItem(atPath: path)
    let muchLater = Self.later.advanced(byNanoseconds: Self.hour)
    keeper.writeIfDue(muchLater, wallSeconds: 10, to: &told.journal)
    keeper.write(muchLater, wallSeconds: 10, to: &told.journal)
    #expect(!FileManager.default.fileExists(atPath: path))
    keeper.note(try Self.endpoint("203.0.113.7:2"), at: 10)
    keeper.writeIfDue(muchLater, wallSeconds: 10, to: &told.journal)
    #expect(!FileManager.default.fileExists(atPath: path))
    keeper.write(muchLater, wallSeconds: 10, to: &told.journal)
    #expect(FileManager.default.fileExists(atPath: path))
  }

  @Test("The file is its owner's alone, and nothing else stays beside it")
  func permissions() throws {
    let directory = try TemporaryDirectory()
    let told = Told()
    _ = try directory.write("proven-endpoints.new", "a remainder")
    var keeper = Self.keeper(directory)
    keeper.note(try Self.endpoint("203.0.113.7:1"), at: 10)
    keeper.write(Self.start, wallSeconds: 10, to: &told.journal)
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    #expect(names == ["proven-endpoints"])
    let attributes = try FileManager.default.attributesOfItem(
      atPath: "\(directory.path)/proven-endpoints"
    )
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test(
    "A file that can't be used is set aside and told, and the keeper goes on",
    arguments: [
      "", "end 0\n", "\u{0}\u{1}", "sallyport proven endpoints, version 2\nend 0\n",
      "sallyport proven endpoints, version 1\n",
      "sallyport proven endpoints, version 1\n1 203.0.113.7:1\n",
      "sallyport proven endpoints, version 1\n1 203.0.113.7:1\nend 1",
      "sallyport proven endpoints, version 1\n1 203.0.113.7:1\nend 2\n",
      "sallyport proven endpoints, version 1\n1 203.0.113.7:1\nend 01\n",
      "sallyport proven endpoints, version 1\n1 203.0.113.7:0\nend 1\n",
      "sallyport proven endpoints, version 1\n-1 203.0.113.7:1\nend 1\n",
      "sallyport proven endpoints, version 1\n99999999999999999999 203.0.113.7:1\nend 1\n",
      "sallyport proven endpoints, version 1\n1 203.0.113.7:1 2\nend 1\n",
      "sallyport proven endpoints, version 1\n\nend 1\n",
    ]
  )
  func broken(text: String) throws {
    let directory = try TemporaryDirectory()
    let told = Told()
    let path = try directory.write(ProvenKeeper.fileName, text)
    var keeper = Self.keeper(directory)
    #expect(keeper.restore(wallSeconds: 100) { told.events.append($0) } == [])
    #expect(told.events.map(\.kind) == [.stateBroken])
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(try String(contentsOfFile: path + ".broken", encoding: .utf8) == text)
    keeper.note(try Self.endpoint("203.0.113.7:1"), at: 100)
    keeper.write(Self.start, wallSeconds: 100, to: &told.journal)
    var next = Self.keeper(directory)
    #expect(next.restore(wallSeconds: 100) { told.events.append($0) }.count == 1)
    #expect(told.events.count == 1)
  }

  @Test("A directory in the file's place, and a file that is too large")
  func foreign() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/\(ProvenKeeper.fileName)"
    let told = Told()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    var keeper = Self.keeper(directory)
    #expect(keeper.restore(wallSeconds: 100) { told.events.append($0) } == [])
    #expect(told.events.map(\.kind) == [.stateBroken])
    let large = String(repeating: "x", count: ProvenEndpointsText.bytesMaximum + 1)
    _ = try directory.write(ProvenKeeper.fileName, large)
    #expect(keeper.restore(wallSeconds: 100) { told.events.append($0) } == [])
    #expect(told.events.map(\.kind) == [.stateBroken, .stateBroken])
  }

  @Test("What can't be written is told once, and tried again")
  func unwritable() throws {
    let directory = try TemporaryDirectory()
    let told = Told()
    var keeper = ProvenKeeper(
      directory: directory.path + "/state",
      lifetimeNanoseconds: Self.hour,
      now: Self.start
    )
    #expect(keeper.restore(wallSeconds: 100) { told.events.append($0) } == [])
    #expect(told.events == [])
    keeper.note(try Self.endpoint("203.0.113.7:1"), at: 100)
    for _ in 0..<3 { keeper.write(Self.start, wallSeconds: 100, to: &told.journal) }
    #expect(told.lines.count == 1)
    #expect(told.lines.first?.contains("/state/proven-endpoints: No such file") == true)
    try FileManager.default.createDirectory(
      atPath: directory.path + "/state",
      withIntermediateDirectories: false
    )
    keeper.write(Self.start, wallSeconds: 100, to: &told.journal)
    var next = ProvenKeeper(
      directory: directory.path + "/state",
      lifetimeNanoseconds: Self.hour,
      now: Self.start
    )
    #expect(next.restore(wallSeconds: 100) { told.events.append($0) }.count == 1)
  }

  @Test("It is bounded, and the newest stay")
  func bounded() throws {
    var book = ProvenBook(lifetimeSeconds: 1_000_000)
    let most = ProvenEndpointsText.entriesMaximum
    for number in 0..<UInt32(most + 5_000) {
      let endpoint = Endpoint(address: SourceAddress(ipv4: number), port: 1)
      book.note(endpoint, at: UInt64(number))
      #expect(book.count <= most)
    }
    let entries = book.current(at: UInt64(most + 5_000))
    #expect(entries.first?.wallSeconds == UInt64(most + 4_999))
    #expect(entries.count > most * 7 / 8)
    #expect(entries.last?.wallSeconds ?? 0 >= 4_096)
    let text = ProvenEndpointsText.encode(entries)
    #expect(text.utf8.count <= ProvenEndpointsText.bytesMaximum)
    #expect(try ProvenEndpointsText.decode(text) == entries)
  }

  @Test("A proof from the future was given now")
  func clockWentBack() throws {
    let directory = try TemporaryDirectory()
    let text = ProvenEndpointsText.encode([
      ProvenEntry(endpoint: try Self.endpoint("203.0.113.7:1"), wallSeconds: 9_000)
    ])
    _ = try directory.write(ProvenKeeper.fileName, text)
    var keeper = Self.keeper(directory)
    let entries = keeper.restore(wallSeconds: 100) { _ in }
    #expect(entries.map(\.wallSeconds) == [100])
  }
}
