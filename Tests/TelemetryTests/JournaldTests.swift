import Foundation
import PrivateJournal
import Telemetry
import Testing
import Wire

/// What a person reads back: by journalctl, from a real systemd-journald.
@Suite struct JournaldTests {
  private static let catalog = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Deploy/systemd/sallyport.catalog")

  private struct Reading: Sendable {
    var entries: [[String: String]] = []
    var explanations = ""
  }

  /// Writes one event of each kind, a second apart, and reads them back.
  private static func readBack() -> Reading? {
    PrivateRun.run {
      guard let journald = RealJournald() else { return nil }
      var journal = Journal(destination: .journal)
      for (second, event) in JournalEventSamples.all.enumerated() {
        journal.write(event, at: Instant(nanoseconds: UInt64(second) * Nanoseconds.perSecond))
      }
      let entries = journald.entries(JournalEventSamples.all.count)
      return Reading(entries: entries, explanations: journald.explanations(by: catalog))
    } ?? nil
  }

  @Test(
    .enabled(
      if: RealJournald.isPossible,
      "needs root, systemd-journald and a machine-id; JournalSocketTests stand in for it"
    )
  )
  func everyEventIsReadBackWithItsFieldsAndItsExplanation() throws {
    let reading = try #require(Self.readBack(), "systemd-journald does not come up")
    #expect(reading.entries.count == JournalEventSamples.all.count)
    for (event, entry) in zip(JournalEventSamples.all, reading.entries) {
      for field in JournalEntry(event).fields {
        #expect(entry[field.name] == field.value, "\(event.kind): \(field.name)")
      }
    }
    let text = reading.explanations
    // The fields of the line before stand in the explanation.
    #expect(text.contains("The gates are open, version 0.1 with 2 shard(s)."))
    #expect(text.contains("Verdict \"refuse\" for the reason \"silent\" was given"))
    let subjects = text.split(separator: "\n").count { $0.contains("Subject: ") }
    #expect(subjects == JournalEventSamples.all.count)
  }
}
