import Filter
import Telemetry
import Wire

/// Reports as a gate makes them, with made-up numbers.
enum ReportSamples {
  static let names = CounterNames(
    verdicts: Verdict.allCases.map { "\($0.word)" },
    reasons: Reason.allCases.map { "\($0.word)" }
  )

  /// The looks of the verdicts, and reasons as hostile as they can be.
  static let words = PageWords(
    verdicts: zip(Verdict.allCases, looks).map { PageWords.Verdict($1, "\($0.word)") },
    reasons: Reason.allCases.map { _ in hostile },
    stages: ["calm", "networks", "gate"]
  )

  private static let looks: [PageWords.Shade] = [
    .refused, .passed, .broken, .done, .noted, .watched, .asked, .sent,
  ]

  static let hostile = #"</p><script>alert("x")</script><img src=x onerror='y'>"#

  /// Two gates that worked for so many seconds; at each a connection is refused and one admitted,
  /// and the router answers.
  static func report(seconds: UInt64 = 90) -> Report {
    let start = Instant(nanoseconds: 1_000)
    let now = start.advanced(byNanoseconds: seconds * Nanoseconds.perSecond)
    var report = Report(
      version: "0.1",
      names: names,
      madeAt: now,
      wallSeconds: 1_796_083_199
    )
    report.uptimeNanoseconds = seconds * Nanoseconds.perSecond
    report.gates = ["ntcp2", "ssu2"].map { transport in
      let board = CounterBoard(layout: names.layout)
      let writer = board.makeWriter()
      var history = History(layout: names.layout, startingAt: start)
      for second in 0..<seconds {
        writer.count(verdict: 0, reason: Int(second % 20))
        writer.count(verdict: 1, reason: 22)
        writer.set(.held, to: second)
        writer.set(.stage, to: second % 3)
        writer.record(.routerAnswer, nanoseconds: 3_000_000)
        writer.record(.proof, nanoseconds: 60_000)
        history.note(
          board.snapshot(),
          at: start.advanced(byNanoseconds: (second + 1) * Nanoseconds.perSecond)
        )
      }
      return GateReport(
        metrics: GateMetrics(transport: transport, snapshot: board.snapshot()),
        history: history,
        doors: [
          GateReport.Door(endpoint: "203.0.113.7:17654", mode: "transparent", whenDown: "open")
        ],
        traffic: transport == "ntcp2" ? .connections : .datagrams(hasFlows: false),
        limits: transport == "ntcp2"
          ? [GateReport.Limit(.held, 16_384), GateReport.Limit(.open, 8_192)]
          : [GateReport.Limit(.provenEndpoints, 262_144)],
        router: transport == "ntcp2"
          ? RouterReport(state: .up, listener: .somebody, answeredWallSeconds: 1_796_083_196)
          : RouterReport()
      )
    }
    report.standing = Fill(entries: 1_234, limit: 65_536)
    report.people = Fill(entries: 3, limit: 16_384)
    report.kernelRules = .inPlace
    report.loops.count = 4
    report.process.startedWallSeconds = 1_796_083_109
    return report
  }
}
