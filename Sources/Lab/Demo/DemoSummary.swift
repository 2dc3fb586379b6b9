/// The table at the end of a demonstration: a line for each phase, the bare router's last.
enum DemoSummary {
  private static let widths = [-24, 7, 20, 20, 7, 7, 6, 7]

  /// The lines of the tables, one for each transport that was flooded.
  static func lines(_ outcomes: [DemoOutcome]) -> [String] {
    let title = "Honest handshakes (done/tried, median/longest), and what the router went through"
    var lines = ["\n== NTCP2: \(title)"]
    lines += table(
      outcomes.filter(\.phase.concernsNTCP2),
      ["known addresses", "new addresses"]
    ) {
      [$0.honest.known, $0.honest.new]
    }
    let datagrams = outcomes.filter(\.phase.concernsSSU2)
    if datagrams.contains(where: { $0.phase.flood != nil }) {
      lines.append("\n== SSU2: \(title)")
      lines += table(datagrams, ["as i2pd does", "as Java does"]) {
        [$0.newcomers.i2pd.sessions, $0.newcomers.java.sessions]
      }
    }
    return lines + verdict(outcomes, DemoPlan.compared) { $0.honest.known + $0.honest.new }
      + verdict(outcomes, DemoPlan.comparedDatagrams, \.newcomers.all)
  }

  private static func table(
    _ outcomes: [DemoOutcome],
    _ heads: [String],
    _ honest: (DemoSample) -> [HandshakeTally]
  ) -> [String] {
    func line(_ outcome: DemoOutcome) -> String {
      let last = outcome.last
      return row(
        ["  " + outcome.phase.name, "\(outcome.floodPerSecond)"]
          + honest(last).map(DemoText.handshakes) + [
            DemoText.percent(last.routerPercent(since: outcome.first)),
            DemoText.megabytes(outcome.routerBytesMax),
            "\(outcome.routerDescriptorsMax)",
            last.gate == nil ? "" : DemoText.percent(last.gatePercent(since: outcome.first)),
          ]
      )
    }
    let bare = outcomes.filter { $0.phase.guardState == .bare }
    return [row(["", "flood/s"] + heads + ["router", "memory", "fds", "gate"])]
      + outcomes.filter { $0.phase.guardState == .guarded }.map(line)
      + (bare.isEmpty ? [] : ["without the gate:"]) + bare.map(line)
  }

  /// A compared flood in one sentence.
  private static func verdict(
    _ outcomes: [DemoOutcome],
    _ attack: DemoPlan.Attack,
    _ honest: (DemoSample) -> HandshakeTally
  ) -> [String] {
    let compared = outcomes.filter { $0.phase.flood == attack }
    guard let with = compared.first(where: { $0.phase.guardState == .guarded }),
      let without = compared.first(where: { $0.phase.guardState == .bare })
    else { return [] }
    func share(_ outcome: DemoOutcome) -> String {
      let tally = honest(outcome.last)
      let router = DemoText.percent(outcome.last.routerPercent(since: outcome.first))
      return "\(tally.established) of \(tally.tried) times, the router at"
        + (router.hasPrefix(" ") ? router.replacing(/^ +/, with: " ") : " \(router)")
    }
    return [
      "",
      "Under the same flood (\(attack.meaning)) honest peers got in",
      "\(share(with)) with the gate; \(share(without)) without it.",
    ]
  }

  private static func row(_ cells: [String]) -> String {
    zip(cells, widths).map { DemoText.pad($0, $1) }.joined()
  }
}
