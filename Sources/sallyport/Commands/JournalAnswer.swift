internal import Filter
internal import Foundation
internal import Telemetry

/// What `sallyport simulate --journal` shows: of a journal, what `simulate` shows of a capture, as
/// far as a journal tells it.
struct JournalAnswer: Encodable {
  /// A rule or a signature of which the journal says nothing.
  struct Unknown: Encodable, Equatable {
    var kind: String
    var name: String
    var mode: String
    /// Its conditions, as they are written; empty for a signature.
    var when: String
  }

  /// What was in the journal.
  var journal: JournalDay.Counts
  var verdicts: [JournalDay.Line]
  /// What matched at the time, by name.
  var rules: [JournalDay.Rule]
  /// Refused, for whatever reason.
  var refused: UInt64
  /// Not refused, and would have been, were every rule enforced.
  var watched: UInt64
  /// Connections of known peers that rules and signatures act on, each counted once a rule.
  var known: UInt64
  /// What stands in the rules now, and in the journal not at all.
  var cannotTell: [Unknown]

  /// The answer for `day`, with the rules that stand now.
  init(_ day: JournalDay, _ rules: LoadedRules) {
    journal = day.counts
    verdicts = day.lines
    self.rules = day.matched
    refused = day.count("\(Verdict.refuse.word)")
    watched = day.count("\(Verdict.observe.word)")
    known = self.rules.reduce(0) { sum, rule in
      let (result, overflow) = sum.addingReportingOverflow(rule.known)
      return overflow ? .max : result
    }
    let seen = Set(self.rules.map { [$0.kind, $0.name] })
    let rows = rules.signatures.map(RuleRow.init) + rules.rules.map(RuleRow.init)
    cannotTell = rows.filter { !seen.contains([$0.kind, $0.name]) }.map {
      Unknown(kind: $0.kind, name: $0.name, mode: $0.mode, when: $0.when)
    }
  }

  /// The answer for people.
  var text: [String] {
    let verdictLines = verdicts.map { line in
      "  \(Self.padded(line.transport, 6)) \(Self.padded(line.verdict, 10)) "
        + "\(Self.padded(line.reason, 24)) \(line.count)"
    }
    let ruleLines = rules.map { rule in
      "\(rule.kind.capitalized) \(rule.name): \(rule.refused) refused, \(rule.observed) observed "
        + "(\(rule.wouldRefuse) would be refused), \(rule.known) of known peers"
    }
    return head + verdictLines + ruleLines + [
      "Refused: \(refused). If every rule were enforced: \(watched) more.",
      "Known peers met what acts \(known) times; a rule refuses none of them, a signature does.",
    ] + unknownLines
  }

  private var head: [String] {
    var lines = [
      "\(journal.read.entries) entries, \(Self.span(journal.firstSeconds, journal.lastSeconds)), "
        + "\(journal.starts) starts, \(journal.reloads) reloads"
    ]
    let unread = journal.read.tooLong + journal.read.notUnderstood
    if unread > 0 { lines.append("\(unread) lines were too long or not understood") }
    if journal.foreign > 0 {
      lines.append("\(journal.foreign) entries are not of this program, or of another version")
    }
    if journal.verdictsWithoutReason > 0 {
      lines.append("\(journal.verdictsWithoutReason) verdicts without a reason, at a stop")
    }
    if journal.linesLeftOut > 0 {
      lines.append("\(journal.linesLeftOut) lines were left out when they were written")
    }
    return lines
  }

  private var unknownLines: [String] {
    guard !cannotTell.isEmpty else { return [] }
    return [
      "Cannot be told from the journal, which has no address, no first packet and no first byte: "
        + "these matched nobody while it was written, or were not asked. Record packets to judge "
        + "them."
    ]
      + cannotTell.map { unknown in
        let when = unknown.when.isEmpty ? "" : " when \(unknown.when)"
        return "  \(unknown.kind) \(unknown.name) (\(unknown.mode))\(when)"
      }
  }

  private static func span(_ first: UInt64?, _ last: UInt64?) -> String {
    guard let first, let last else { return "none of this program" }
    return "\(moment(first)) to \(moment(last))"
  }

  private static func moment(_ seconds: UInt64) -> String {
    Date(timeIntervalSince1970: Double(seconds)).ISO8601Format()
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
