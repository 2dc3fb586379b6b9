internal import Wire

extension StatusPage {
  /// What stands fast: gates, rules, reloads.
  var facts: Markup {
    let doors: [Markup] = report.gates.flatMap { gate in
      gate.doors.map { door -> Markup in
        """
        <tr><th scope="row">\(gate.metrics.transport.uppercased())</th><td>\(door.endpoint)</td>\
        <td>\(door.mode)</td><td>\(door.whenDown)</td></tr>
        """
      }
    }
    return """
      <section class="facts" aria-labelledby="facts"><h2 id="facts">This gate</h2>
      <div class="pair"><div class="card wide" tabindex="0"><table><caption>Guarded ports</caption>\
      <thead><tr><th scope="col">Transport</th><th scope="col">Address</th><th scope="col">Mode\
      </th><th scope="col">When the gate is away</th></tr></thead><tbody>\(doors)</tbody></table>\
      </div><dl class="card list">\(lines)</dl></div></section>

      """
  }

  private var lines: [Markup] {
    let reloads = report.reloads
    return [
      line("Running since", Quantity.moment(report.process.startedWallSeconds)),
      line("Kernel rules", kernelRules),
      line("Loops", "\(report.loops.count - report.loops.stalled) of \(report.loops.count) turn"),
      line(
        "Rules in force since",
        Quantity.moment(reloads.inForceSinceWallSeconds)
          + (reloads.lastProblem == nil ? "" : ", the last reload failed")
      ),
      line(
        "Reloads",
        "\(Quantity.count(reloads.succeeded)) done, \(Quantity.count(reloads.failed)) failed"
      ),
      line(
        "Sources remembered",
        "\(Quantity.count(report.standing.entries)) of \(Quantity.count(report.standing.limit))"
      ),
      line("Journal lines left out", Quantity.count(report.journalLinesLeftOut)),
      line("Memory", Quantity.short(Double(report.process.residentBytes)) + "B"),
      line("Processor time", Quantity.age(report.process.cpuNanoseconds)),
    ]
  }

  private var kernelRules: String {
    switch report.kernelRules {
    case nil: "none needed: every gate is a proxy"
    case .inPlace: "in place"
    case .missing: "missing"
    }
  }

  private func line(_ name: String, _ value: String) -> Markup {
    "<div><dt>\(name)</dt><dd>\(value)</dd></div>"
  }
}
