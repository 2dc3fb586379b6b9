import Foundation
import Telemetry
import Testing
import Wire

@testable import sallyport

/// Journals in files, whole, damaged and foreign.
@Suite struct JournalExportTests {
  private static let sumID = JournalEventKind.verdictSum.messageID

  private static func read(_ bytes: [UInt8]) throws -> (JournalDay, [JournalExport.Entry]) {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/day"
    try Data(bytes).write(to: URL(filePath: path))
    var journal = try JournalExport(path: path)
    var entries: [JournalExport.Entry] = []
    while let entry = try journal.next() { entries.append(entry) }
    return (try JournalDay.read(path), entries)
  }

  private static func read(_ text: String) throws -> (JournalDay, [JournalExport.Entry]) {
    try read(Array(text.utf8))
  }

  private static func sum(_ count: String = "7", reason: String = "silent") -> [(String, String)] {
    [
      ("MESSAGE_ID", sumID), ("__REALTIME_TIMESTAMP", "1700000000000000"),
      ("SALLYPORT_TRANSPORT", "ntcp2"), ("SALLYPORT_VERDICT", "refuse"),
      ("SALLYPORT_REASON", reason), ("SALLYPORT_COUNT", count),
    ]
  }

  private static func json(_ fields: [(String, String)]) -> String {
    "{" + fields.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",") + "}\n"
  }

  private static func export(_ fields: [(String, String)]) -> String {
    fields.map { "\($0)=\($1)\n" }.joined() + "\n"
  }

  @Test func bothFormsSayTheSame() throws {
    let one = try Self.read(Self.json(Self.sum()) + Self.json(Self.sum("5")))
    let other = try Self.read(Self.export(Self.sum()) + Self.export(Self.sum("5")))
    #expect(one.1 == other.1 && one.1.count == 2)
    #expect(one.0.lines == other.0.lines)
    #expect(one.0.lines.map(\.count) == [12] && one.0.count("refuse") == 12)
    #expect(one.0.counts.firstSeconds == 1_700_000_000)
  }

  @Test func whatHasNoTextIsLeftOut() throws {
    let line = """
      {"MESSAGE":[72,105],"_X":null,"SALLYPORT_A":["a","b"],"SALLYPORT_B":null,"SALLYPORT_C":"c"}

      """
    #expect(try Self.read(line).1 == [["SALLYPORT_C": "c"]])
  }

  @Test func valuesWithLineEndsAreGoneOver() throws {
    var bytes = Array("MESSAGE_ID=\(Self.sumID)\nMESSAGE\n".utf8)
    bytes += [4, 0, 0, 0, 0, 0, 0, 0] + Array("a\n\nb\nSALLYPORT_COUNT=3\n\n".utf8)
    let entries = try Self.read(bytes).1
    #expect(entries == [["MESSAGE_ID": Self.sumID, "SALLYPORT_COUNT": "3"]])
  }

  @Test(arguments: ["json", "export"]) func longLinesAreGoneOver(form: String) throws {
    let long = String(repeating: "x", count: LineReader.lineBytesMaximum + 1)
    let line = form == "json" ? Self.json : Self.export
    let (day, _) = try Self.read(line([("MESSAGE_ID", long)]) + line(Self.sum()))
    #expect(day.counts.read.tooLong == 1 && day.lines.map(\.count) == [7])
  }

  @Test func sumsDoNotOverflow() throws {
    let most = "\(UInt64.max)"
    let (day, _) = try Self.read(Self.json(Self.sum(most)) + Self.json(Self.sum(most)))
    #expect(day.lines.map(\.count) == [.max])
  }

  @Test(arguments: ["-1", "", "1e3", "18446744073709551616"])
  func whatIsNoNumberIsForeign(count: String) throws {
    let (day, _) = try Self.read(Self.json(Self.sum(count)))
    #expect(day.counts.foreign == 1 && day.lines.allSatisfy { $0.count == 0 })
  }

  @Test func whatSteersATerminalIsForeign() throws {
    let (day, _) = try Self.read(Self.json(Self.sum(reason: #"\u001b[2J"#)))
    #expect(day.counts.foreign == 1 && day.lines.isEmpty)
  }

  @Test func differentSumsAreBounded() throws {
    let text = (0..<5_000).map { Self.export(Self.sum("1", reason: "r\($0)")) }.joined()
    let (day, _) = try Self.read(text)
    #expect(day.lines.count == JournalDay.sumsMaximum)
    #expect(day.counts.foreign == UInt64(5_000 - JournalDay.sumsMaximum))
  }

  @Test func aFileThatIsNoneIsNamed() throws {
    for bytes in [Array("no journal\n".utf8), [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0]] {
      do {
        _ = try Self.read(bytes)
        Issue.record("read as a journal")
      } catch let fault as JournalFault {
        #expect(fault.description.contains("it is no journal; write it with journalctl"))
      }
    }
    #expect(throws: JournalFault.self) { _ = try JournalExport(path: "/nonexistent") }
    #expect(try Self.read("").0.counts == JournalDay.Counts())
  }

  /// Whatever the bytes: an end, and no more entries than lines.
  @Test(arguments: 1...200) func anyBytesEnd(seed: Int) throws {
    var bytes = Array((Self.json(Self.sum()) + Self.export(Self.sum())).utf8)
    if seed % 2 == 0 { bytes = Array(Self.export(Self.sum()).utf8) + bytes }
    for _ in 0..<Int.random(in: 1...20) {
      let place = Int.random(in: 0..<bytes.count)
      switch Int.random(in: 0..<3) {
      case 0: bytes[place] = UInt8.random(in: 0...255)
      case 1: bytes.insert(contentsOf: [10, 65, 10, .random(in: 0...255)], at: place)
      default: bytes.removeSubrange(place..<min(bytes.count, place + 9))
      }
    }
    do {
      let (_, entries) = try Self.read(bytes)
      #expect(entries.count <= bytes.count(where: { $0 == 10 }) + 1)
    } catch let fault as JournalFault {
      #expect(!fault.description.contains("\n"))
    }
  }
}
