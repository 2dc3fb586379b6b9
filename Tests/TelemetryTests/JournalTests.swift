import Glibc
import Telemetry
import Testing
import Wire

/// What a journal wrote, and when it had to wait.
final class Notebook {
  private(set) var entries: [JournalEntry] = []
  private(set) var waitedNanoseconds: UInt64 = 0

  func journal() -> Journal {
    Journal(
      send: { self.entries.append($0) },
      sleep: { self.waitedNanoseconds += $0 }
    )
  }

  func value(_ name: String, _ entry: JournalEntry) -> String? {
    entry.fields.first { $0.name == name }?.value
  }

  /// Every count that was told, summed up per verdict and reason; "rest" for the rest.
  func totals() -> [String: UInt64] {
    var totals: [String: UInt64] = [:]
    for entry in entries {
      guard let count = value("SALLYPORT_COUNT", entry).flatMap(UInt64.init) else { continue }
      let verdict = value("SALLYPORT_VERDICT", entry) ?? "rest"
      totals["\(verdict) \(value("SALLYPORT_REASON", entry) ?? "")", default: 0] += count
    }
    return totals
  }
}

@Suite struct JournalTests {
  private let names = CounterNames(
    verdicts: ["refuse", "admit"],
    reasons: (0..<30).map { "reason-\($0)" }
  )

  private func at(seconds: UInt64) -> Instant {
    Instant(nanoseconds: seconds * Nanoseconds.perSecond)
  }

  @Test func aFloodOfEventsIsOneLineMore() {
    let notebook = Notebook()
    var journal = notebook.journal()
    for _ in 0..<725_867 { journal.write(.firewallRestored, at: at(seconds: 1)) }
    journal.tick(at: at(seconds: 1))
    #expect(notebook.entries.count == JournalBudget.linesPerSecond)
    let leftOut = notebook.entries.last.flatMap { notebook.value("SALLYPORT_LINES", $0) }
    #expect(leftOut == String(725_867 - JournalBudget.linesPerSecond + 1))
  }

  @Test func theLastWordWaitsForRoom() {
    let notebook = Notebook()
    var journal = notebook.journal()
    for _ in 0..<100 { journal.write(.firewallRestored, at: at(seconds: 1)) }
    journal.addLeftOut(7)
    let end = journal.insist(.stopped, at: at(seconds: 1))
    #expect(end == at(seconds: 2))
    #expect(notebook.waitedNanoseconds == Nanoseconds.perSecond)
    #expect(
      notebook.entries.suffix(2) == [
        JournalEntry(.linesLeftOut(count: 81 + 7)), JournalEntry(.stopped),
      ]
    )
  }

  // Where there is a journal, a test must not write false alarms into it.
  private static let destinations: [JournalDestination] =
    access("/run/systemd/journal/socket", W_OK) == 0
    ? [.automatic, .standardError] : JournalDestination.allCases

  @Test(arguments: destinations)
  func withoutAJournalPeopleReadALine(destination: JournalDestination) async {
    let result = await #expect(
      processExitsWith: .success,
      observing: [\.standardErrorContent]
    ) { [name = destination.rawValue as String] in
      unsetenv("JOURNAL_STREAM")
      var journal = Journal(destination: try #require(JournalDestination(rawValue: name)))
      journal.write(.firewallMissing(problem: "gone"), at: Instant(nanoseconds: 0))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains(JournalEntry(.firewallMissing(problem: "gone")).line))
  }

  @Test func sumsSayTheIntervalThatTheyCover() {
    let notebook = Notebook()
    var journal = notebook.journal()
    let board = CounterBoard(layout: names.layout)
    let writer = board.makeWriter()
    var sums = VerdictSums(
      transport: "ntcp2",
      names: names,
      intervalNanoseconds: 60 * Nanoseconds.perSecond,
      startingAt: at(seconds: 100)
    )
    writer.count(verdict: 0, reason: 3)
    sums.report(board.snapshot(), to: &journal, at: at(seconds: 159))
    #expect(notebook.entries.isEmpty)
    sums.report(board.snapshot(), to: &journal, at: at(seconds: 160))
    sums.report(board.snapshot(), to: &journal, at: at(seconds: 220))
    writer.count(verdict: 0, reason: 3)
    writer.count(verdict: 0, reason: 3)
    sums.report(board.snapshot(), to: &journal, at: at(seconds: 281))
    #expect(
      notebook.entries.map(\.message) == [
        "ntcp2: refuse, reason-3: 1 in 60 s.", "ntcp2: refuse, reason-3: 2 in 61 s.",
      ]
    )
  }

  @Test(arguments: 0..<20) func whatIsCountedIsWhatIsTold(seed: UInt64) {
    var random = SeededRandom(state: seed)
    let notebook = Notebook()
    var journal = notebook.journal()
    let boards = [CounterBoard(layout: names.layout), CounterBoard(layout: names.layout)]
    let first = boards[0].makeWriter()
    let second = boards[1].makeWriter()
    var sums = VerdictSums(
      transport: "ntcp2",
      names: names,
      intervalNanoseconds: .random(in: 1...10, using: &random) * Nanoseconds.perSecond,
      startingAt: at(seconds: 0)
    )
    func snapshot() -> Snapshot {
      boards.reduce(Snapshot(layout: names.layout)) { $0 + $1.snapshot() }
    }
    var expected: [String: UInt64] = [:]
    var now = at(seconds: 0)
    for _ in 0..<60 {
      for _ in 0..<Int.random(in: 0...400, using: &random) {
        let verdict = Int.random(in: 0..<2, using: &random)
        let reason = Int.random(in: 0..<30, using: &random)
        expected["\(names.verdicts[verdict]) \(names.reasons[reason])", default: 0] += 1
        if Bool.random(using: &random) {
          first.count(verdict: verdict, reason: reason)
        } else {
          second.count(verdict: verdict, reason: reason)
        }
      }
      for _ in 0..<Int.random(in: 0...40, using: &random) {
        journal.write(.firewallRestored, at: now)
      }
      sums.report(snapshot(), to: &journal, at: now)
      now = now.advanced(byNanoseconds: Nanoseconds.perSecond)
    }
    _ = sums.finish(snapshot(), to: &journal, at: now)
    var told = notebook.totals()
    let rest = told.removeValue(forKey: "rest ") ?? 0
    #expect(told.values.reduce(rest, +) == expected.values.reduce(0, +), "seed \(seed)")
    #expect(told.allSatisfy { $0.value <= expected[$0.key, default: 0] }, "seed \(seed)")
    #expect(rest > 0, "the case that the rest is for has to come up")
  }
}
