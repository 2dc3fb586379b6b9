internal import Wire

/// What the page shows of the gates of one transport, over one span.
struct GateView {
  let gate: GateReport
  let names: CounterNames
  let words: PageWords
  let span: HistorySpan
  /// The span's periods, the oldest first.
  let periods: [HistoryPeriod]
  /// All of them together.
  let total: Snapshot
  /// When the numbers were taken, in seconds since 1970.
  let wallSeconds: UInt64
  /// How long those were together.
  let seenNanoseconds: UInt64

  /// A view of `gate`, one of `report`.
  init(_ gate: GateReport, of report: Report, _ words: PageWords, _ span: HistorySpan) {
    self.gate = gate
    names = report.names
    wallSeconds = report.wallSeconds
    self.words = words
    self.span = span
    periods = gate.history.periods(of: span)
    total = periods.total ?? Snapshot(layout: gate.metrics.snapshot.layout)
    seenNanoseconds = max(periods.seenNanoseconds, 1)
  }

  /// The transport's name for people.
  var name: String { gate.metrics.transport.uppercased() }

  /// The verdicts that are shown: those that tell what was decided, or those that tell what became
  /// of it.
  func verdicts(decisions: Bool) -> [Int] {
    words.verdicts.indices.filter { words.verdicts[$0].shade.isDecision == decisions }
  }

  /// The word of the highest stage in `snapshot`.
  func stage(in snapshot: Snapshot) -> String {
    let stage = Int(clamping: snapshot[.stage])
    return words.stages.indices.contains(stage) ? words.stages[stage] : String(stage)
  }

  /// How often a verdict was given, whatever the reason.
  func count(_ verdict: Int, in snapshot: Snapshot) -> UInt64 {
    (0..<snapshot.layout.reasonCount).reduce(0) {
      $0 &+ snapshot.count(verdict: verdict, reason: $1)
    }
  }

  /// How often a verdict of this look was given in the span.
  func count(_ shade: PageWords.Shade) -> UInt64 {
    words.verdicts.indices.reduce(0) {
      words.verdicts[$1].shade == shade ? $0 &+ count($1, in: total) : $0
    }
  }

  /// How often anything was decided in the span.
  var decisionCount: UInt64 {
    verdicts(decisions: true).reduce(0) { $0 &+ count($1, in: total) }
  }

  /// A count in each period as a rate a second; nil where nobody looked.
  func rates(_ verdict: Int) -> [Double?] {
    periods.map { period in
      period.added.map { Self.rate(count(verdict, in: $0), period.lengthNanoseconds) }
    }
  }

  /// So many in so long a time, a second.
  static func rate(_ count: UInt64, _ nanoseconds: UInt64) -> Double {
    nanoseconds == 0 ? 0 : Double(count) * 1e9 / Double(nanoseconds)
  }

  /// The reasons of refusals in the span, the most frequent first.
  var refusals: [(reason: Int, count: UInt64)] {
    let refused = words.verdicts.indices.filter { words.verdicts[$0].shade == .refused }
    return (0..<total.layout.reasonCount).map { reason in
      (reason, refused.reduce(0) { $0 &+ total.count(verdict: $1, reason: reason) })
    }
    .filter { $0.count > 0 }
    .sorted { $0.count == $1.count ? $0.reason < $1.reason : $0.count > $1.count }
  }
}

extension HistorySpan {
  /// The span in words.
  var name: String {
    switch self {
    case .minute: "minute"
    case .hour: "hour"
    case .day: "day"
    }
  }

  /// The level axis, from the left.
  var times: [String] {
    switch self {
    case .minute: ["60\u{202F}s ago", "30\u{202F}s", "now"]
    case .hour: ["60\u{202F}min ago", "30\u{202F}min", "now"]
    case .day: ["24\u{202F}h ago", "12\u{202F}h", "now"]
    }
  }

  /// How often a page without anybody at it is made anew, in seconds.
  var refreshSeconds: Int {
    switch self {
    case .minute: 2
    case .hour: 15
    case .day: 60
    }
  }
}

extension DurationHistogram {
  /// A duration that the given share did not exceed, as text; a dash when there was none.
  func text(_ share: Double) -> String {
    guard count > 0 else { return "–" }
    return quantileNanoseconds(share).map { "≤\u{202F}" + Quantity.duration($0) } ?? "longer"
  }
}
