/// The table at the end of a demonstration: a line for each phase, the bare router's last.
enum DemoSummary {
  private static let widths = [-20, 7, 20, 20, 7, 7, 6, 7]

  /// The lines of the table.
  static func lines(_ outcomes: [DemoOutcome]) -> [String] {
    var lines = [
      "\n== Honest handshakes (done/tried, median/longest), and what the router went through",
      row(["", "flood/s", "known addresses", "new addresses", "router", "memory", "fds", "gate"]),
    ]
    lines += outcomes.filter { $0.phase.guardState == .guarded }.map(line)
    let bare = outcomes.filter { $0.phase.guardState == .bare }
    if !bare.isEmpty {
      lines.append("without the gate:")
      lines += bare.map(line)
      lines += verdict(outcomes)
    }
    return lines
  }

  private static func line(_ outcome: DemoOutcome) -> String {
    let last = outcome.last
    return row([
      "  " + outcome.phase.name,
      "\(outcome.floodPerSecond)",
      DemoText.handshakes(last.honest.known),
      DemoText.handshakes(last.honest.new),
      DemoText.percent(last.routerPercent(since: outcome.first)),
      DemoText.megabytes(outcome.routerBytesMax),
      "\(outcome.routerDescriptorsMax)",
      last.gate == nil ? "" : DemoText.percent(last.gatePercent(since: outcome.first)),
    ])
  }

  /// The compared flood in one sentence.
  private static func verdict(_ outcomes: [DemoOutcome]) -> [String] {
    let compared = outcomes.filter { $0.phase.flood == DemoPlan.compared }
    guard let with = compared.first(where: { $0.phase.guardState == .guarded }),
      let without = compared.first(where: { $0.phase.guardState == .bare })
    else { return [] }
    return [
      "",
      "Under the same flood (\(DemoPlan.compared.meaning)) honest peers got in",
      "\(share(with)) with the gate, \(share(without)) without it.",
    ]
  }

  private static func share(_ outcome: DemoOutcome) -> String {
    let (known, new) = (outcome.last.honest.known, outcome.last.honest.new)
    return "\(known.established + new.established) of \(known.tried + new.tried) times"
  }

  private static func row(_ cells: [String]) -> String {
    zip(cells, widths).map { DemoText.pad($0, $1) }.joined()
  }
}
