internal import Telemetry
internal import Wire

/// What a gate told its journal over some time, added up: verdicts by their reasons, and what each
/// rule and signature matched.
///
/// The journal has no address, no first packet and no first byte. So what the rules of that time
/// said is known exactly, and of other rules nothing is.
struct JournalDay {
  /// What was in the journal.
  struct Counts: Encodable, Equatable {
    /// What was read.
    var read = JournalExport.Counts()
    /// Of the entries, those that this program did not write, or not this version of it.
    var foreign: UInt64 = 0
    /// Times that a gate started.
    var starts: UInt64 = 0
    /// Times that it read its configuration and rules again.
    var reloads: UInt64 = 0
    /// Lines that it left out to stay within its budget. Sums of verdicts are never among them.
    var linesLeftOut: UInt64 = 0
    /// Verdicts whose reasons got no line of their own when the gate stopped.
    var verdictsWithoutReason: UInt64 = 0
    /// When the first and the last of this program's entries were written, in seconds since 1970.
    var firstSeconds: UInt64?
    var lastSeconds: UInt64?
  }

  /// How often a verdict was given for a reason.
  struct Line: Encodable, Equatable {
    var transport: String
    var verdict: String
    var reason: String
    var count: UInt64
  }

  /// What the rule or the signature of a name matched.
  struct Rule: Encodable, Equatable {
    var kind: String
    var name: String
    var refused: UInt64
    /// Connections that met it and were not refused for it.
    var observed: UInt64
    /// Of those, connections that it would have refused, were it enforced.
    var wouldRefuse: UInt64
    /// Connections of known peers that it acts on.
    var known: UInt64
  }

  /// Different sums of one kind that are told apart: more than a gate can have.
  static let sumsMaximum = 4_096
  private static let wordBytesMaximum = 64

  /// What was in the journal so far.
  private(set) var counts = Counts()
  private var verdicts: [[String]: UInt64] = [:]
  private var rules: [[String]: MatchCounts] = [:]
  private static let kinds = Dictionary(
    uniqueKeysWithValues: JournalEventKind.allCases.map { ($0.messageID, $0) }
  )

  /// Takes the next entry.
  mutating func take(_ entry: JournalExport.Entry) {
    guard let kind = entry["MESSAGE_ID"].flatMap({ Self.kinds[$0] }), isTaken(entry, kind) else {
      counts.foreign += 1
      return
    }
    guard let microseconds = entry["__REALTIME_TIMESTAMP"].flatMap({ UInt64($0) }) else { return }
    let seconds = microseconds / 1_000_000
    counts.firstSeconds = min(counts.firstSeconds ?? seconds, seconds)
    counts.lastSeconds = max(counts.lastSeconds ?? seconds, seconds)
  }

  /// The whole journal was read.
  mutating func finish(_ read: JournalExport.Counts) {
    counts.read = read
  }

  private mutating func isTaken(_ entry: JournalExport.Entry, _ kind: JournalEventKind) -> Bool {
    switch kind {
    case .started: counts.starts += 1
    case .reloaded: counts.reloads += 1
    case .verdictSum: return takeVerdicts(entry)
    case .ruleSum: return takeRule(entry)
    case .verdictRest: return Self.add(entry, "COUNT", to: &counts.verdictsWithoutReason)
    case .linesLeftOut: return Self.add(entry, "LINES", to: &counts.linesLeftOut)
    default: break
    }
    return true
  }

  private mutating func takeVerdicts(_ entry: JournalExport.Entry) -> Bool {
    guard let key = Self.words(entry, ["TRANSPORT", "VERDICT", "REASON"]),
      verdicts[key] != nil || verdicts.count < Self.sumsMaximum
    else { return false }
    return Self.add(entry, "COUNT", to: &verdicts[key, default: 0])
  }

  private mutating func takeRule(_ entry: JournalExport.Entry) -> Bool {
    guard let key = Self.words(entry, ["KIND", "RULE"]),
      rules[key] != nil || rules.count < Self.sumsMaximum
    else { return false }
    var counts = rules[key] ?? MatchCounts()
    guard Self.add(entry, "MATCHED", to: &counts.matched),
      Self.add(entry, "REFUSED", to: &counts.refused),
      Self.add(entry, "WOULD_REFUSE", to: &counts.wouldRefuse),
      Self.add(entry, "KNOWN", to: &counts.known)
    else { return false }
    rules[key] = counts
    return true
  }

  /// The words of an entry's fields; nil when one is missing or is no word of this program.
  private static func words(_ entry: JournalExport.Entry, _ names: [String]) -> [String]? {
    let words = names.compactMap { entry["SALLYPORT_" + $0] }
    let areWords = words.allSatisfy { word in
      !word.isEmpty && word.utf8.count <= wordBytesMaximum
        && word.unicodeScalars.allSatisfy { $0.isASCII && $0.isPlain }
    }
    return words.count == names.count && areWords ? words : nil
  }

  /// Adds a field's number, as far as it goes; whether it is a number.
  private static func add(
    _ entry: JournalExport.Entry,
    _ name: String,
    to sum: inout UInt64
  ) -> Bool {
    guard let number = entry["SALLYPORT_" + name].flatMap({ UInt64($0) }) else { return false }
    let (result, overflow) = sum.addingReportingOverflow(number)
    sum = overflow ? .max : result
    return true
  }

  /// The sums of verdicts, the largest first.
  var lines: [Line] {
    verdicts.map { key, count in
      Line(transport: key[0], verdict: key[1], reason: key[2], count: count)
    }
    .sorted { ($1.count, $0.transport, $0.reason) < ($0.count, $1.transport, $1.reason) }
  }

  /// What matched, by name.
  var matched: [Rule] {
    rules.map { key, counts in
      Rule(
        kind: key[0],
        name: key[1],
        refused: counts.refused,
        observed: counts.matched - min(counts.matched, counts.refused),
        wouldRefuse: counts.wouldRefuse,
        known: counts.known
      )
    }
    .sorted { ($0.kind, $0.name) < ($1.kind, $1.name) }
  }

  /// How often a verdict was given, whatever the reason.
  func count(_ verdict: String) -> UInt64 {
    lines.filter { $0.verdict == verdict }.reduce(0) { sum, line in
      let (result, overflow) = sum.addingReportingOverflow(line.count)
      return overflow ? .max : result
    }
  }
}

extension JournalDay {
  /// Adds up the journal in the file at `path`; `-` is standard input.
  static func read(_ path: String) throws(JournalFault) -> JournalDay {
    var journal = try JournalExport(path: path)
    var day = JournalDay()
    while let entry = try journal.next() { day.take(entry) }
    day.finish(journal.counts)
    return day
  }
}
