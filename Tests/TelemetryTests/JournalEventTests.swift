import Foundation
import Telemetry
import Testing

@Suite struct JournalEventTests {
  private static let catalogURL = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Deploy/systemd/sallyport.catalog")

  /// The catalog's entries by identifier.
  private func catalog() throws -> [String: String] {
    let text = try String(contentsOf: Self.catalogURL, encoding: .utf8)
    var entries: [String: String] = [:]
    var id: String?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("-- ") {
        id = String(line.dropFirst(3))
      } else if let id {
        entries[id, default: ""] += line + "\n"
      }
    }
    return entries
  }

  @Test func samplesShowEveryKind() {
    #expect(Set(JournalEventSamples.all.map(\.kind)) == Set(JournalEventKind.allCases))
  }

  @Test func identifiersAreDistinctAndOfTheJournalsForm() {
    let ids = JournalEventKind.allCases.map(\.messageID)
    #expect(Set(ids).count == ids.count)
    for id in ids { #expect(id.wholeMatch(of: /[0-9a-f]{32}/) != nil) }
  }

  @Test(arguments: JournalEventSamples.all)
  func everyEventHasTheFieldsThatPeopleRelyOn(event: JournalEvent) {
    let entry = JournalEntry(event)
    let names = entry.fields.map(\.name)
    #expect(names.starts(with: ["MESSAGE", "MESSAGE_ID", "PRIORITY", "SYSLOG_IDENTIFIER"]))
    #expect(Set(names).count == names.count)
    for name in names { #expect(name.wholeMatch(of: /[A-Z][A-Z0-9_]*/) != nil) }
    #expect(entry.fields[1].value == event.kind.messageID)
    #expect(entry.fields[3].value == "sallyport")
    #expect(entry.line.hasPrefix("sallyport: "))
    #expect(entry.line.count { $0 == "\n" } == 1)
    #expect(!entry.message.isEmpty)
  }

  @Test(arguments: JournalEventSamples.all)
  func everyEventHasACatalogEntryThatSaysWhatToDo(event: JournalEvent) throws {
    let text = try #require(try catalog()[event.kind.messageID])
    #expect(text.hasPrefix("Subject: "))
    #expect(text.contains("\nDefined-By: Sallyport\n\n"))
    let fields = Set(JournalEntry(event).fields.map(\.name))
    for match in text.matches(of: /@([A-Z_]+)@/) {
      #expect(fields.contains(String(match.1)), "the entry shows a field that is never sent")
    }
  }

  @Test func theCatalogHasNothingElse() throws {
    #expect(Set(try catalog().keys) == Set(JournalEventKind.allCases.map(\.messageID)))
  }

  @Test func sumsCarryTheContractsFields() {
    let fields = JournalEntry(.verdictSum(JournalEventSamples.sum)).fields.dropFirst(4)
    #expect(
      fields.map { "\($0.name)=\($0.value)" } == [
        "SALLYPORT_TRANSPORT=ntcp2", "SALLYPORT_VERDICT=refuse", "SALLYPORT_REASON=silent",
        "SALLYPORT_COUNT=1234", "SALLYPORT_SECONDS=60",
      ]
    )
    #expect(
      JournalEntry(.verdictSum(JournalEventSamples.sum)).line
        == "sallyport: ntcp2: refuse, silent: 1234 in 60 s.\n"
    )
  }

  @Test func foreignTextNeitherForgesALineNorSteersATerminal() {
    let evil = "x\nMESSAGE=forged\r\u{1B}[2J\u{9B}31m\u{202E}\u{2028}\0end"
    let entry = JournalEntry(.firewallMissing(problem: evil))
    for text in entry.fields.map(\.value) + [String(entry.line.dropLast())] {
      for scalar in text.unicodeScalars {
        #expect(scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value))
        #expect(scalar.value != 0x202E && scalar.value != 0x2028)
      }
    }
    #expect(entry.message.hasSuffix("end"))
  }

  @Test func longTextIsCutBetweenCharacters() {
    let entry = JournalEntry(
      .reloadFailed(file: "f", line: nil, problem: String(repeating: "ä", count: 5_000))
    )
    let longest = JournalField.longestValueBytes
    for field in entry.fields { #expect(field.value.utf8.count <= longest) }
    #expect(entry.fields.contains { $0.value.utf8.count == longest })
  }
}
