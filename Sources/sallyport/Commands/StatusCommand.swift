internal import ArgumentParser

/// `sallyport status`: how the gate is, at a glance.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say how the gate is: what it guards, what it did in the last minute, what is wrong."
  )

  @OptionGroup var admin: AdminOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let report: StatusReport = try admin.ask(.status)
    if output.json {
      print(try JSONText.encode(report))
    } else {
      for line in StatusText(ink: Ink(isOn: Output.hasColour)).lines(report) { print(line) }
    }
  }
}

/// A status as lines for people.
struct StatusText {
  /// Verdicts that are shown of each transport.
  private static let verdicts = 12
  /// Tables that are shown, of each transport and of the whole gate.
  private static let tables = 2
  /// How full a table is that deserves a look.
  private static let percentNearlyFull: UInt64 = 90
  /// Columns of the words before the numbers.
  private static let labelColumns = 14

  /// What marks words.
  let ink: Ink

  /// The lines.
  func lines(_ report: StatusReport) -> [String] {
    let up = report.nowSeconds - min(report.startedSeconds, report.nowSeconds)
    let state = report.isStopping ? ink.doubtful("stopping") : ink.good("guarding")
    var lines = [
      "sallyport \(report.version) is \(state) since \(PlainWords.moment(report.startedSeconds)) "
        + "(\(PlainWords.span(up))), process \(report.pid)",
      row("router", "\(report.router.kind), \(report.router.directory)"),
    ]
    for gate in report.gates {
      lines.append(row("gate", "\(gate.transport) \(gate.address), \(gate.mode)"))
    }
    lines += health(report)
    lines.append(row("people", "\(report.blocks) blocked, \(report.allows) allowed"))
    lines.append(row("fullest", text(report.tables)))
    for transport in report.transports { lines += self.lines(transport) }
    return lines
  }

  private func health(_ report: StatusReport) -> [String] {
    var lines = [health("router files", report.router.files, "read")]
    if let rules = report.kernelRules { lines.append(health("kernel rules", rules, "in place")) }
    if let radar = report.radar {
      lines.append(health("radar", radar, "listening"))
    } else {
      lines.append(row("radar", ink.faint("off")))
    }
    if let reload = report.reload {
      let when = PlainWords.moment(reload.seconds)
      lines.append(health("last reload", reload.health, "taken over, \(when)"))
    }
    return lines
  }

  private func health(_ label: String, _ health: StatusReport.Health, _ good: String) -> String {
    guard let problem = health.problem else { return row(label, ink.good(good)) }
    return row(label, ink.bad("not good") + ": " + PlainWords.harmless(problem))
  }

  private func lines(_ status: TransportStatus) -> [String] {
    let stage = status.stage == "calm" ? status.stage : ink.doubtful(status.stage)
    var lines = [
      "",
      ink.strong(status.transport) + ", last \(status.recentSeconds) s: "
        + "\(PlainWords.count(status.recentArrived)) came, strangers \(stage)",
    ]
    var now = [
      "\(status.held) held", "\(status.open) open", "\(status.handshakesInFlight) handshakes",
      "\(status.sessions) sessions",
    ]
    if status.transport == "ssu2" {
      now = ["\(status.provenEndpoints) proven endpoints", "\(status.flows) flows carried"]
    }
    lines.append(row("now", now.joined(separator: ", ")))
    lines.append(row("router", text(status.router)))
    lines.append(row("fullest", text(status.tables)))
    if let answer = status.routerAnswer {
      let slow = answer.slowMilliseconds.map { "99 % within \(PlainWords.milliseconds($0))" }
      lines.append(
        row(
          "router answers",
          "half within \(PlainWords.milliseconds(answer.medianMilliseconds)), "
            + (slow ?? "some very late")
        )
      )
    }
    for count in status.verdicts.prefix(Self.verdicts) {
      lines.append(
        "  \(count.verdict.leading(10)) \(count.reason.leading(24))"
          + "\(PlainWords.count(count.recent).trailing(7))"
          + ink.faint("\(PlainWords.count(count.total).trailing(9)) in all")
      )
    }
    return lines
  }

  private func text(_ router: TransportStatus.Presence) -> String {
    let state =
      switch router.state {
      case "up": ink.good("up")
      case "away": ink.bad("away") + " for \(PlainWords.span(router.awaySeconds ?? 0))"
      default: ink.doubtful("not seen from here")
      }
    let listening = router.listening.map { $0 ? "listens" : "nobody listens at its port" }
    let answered = router.answeredSecondsAgo.map { "answered \(PlainWords.span($0)) ago" }
    return [state, listening, answered].compactMap(\.self).joined(separator: ", ")
  }

  /// The fullest tables.
  private func text(_ tables: [TableFill]) -> String {
    tables.sorted { ($1.percent, $0.table) < ($0.percent, $1.table) }.prefix(Self.tables)
      .map { fill in
        let text = "\(fill.table.replacing("_", with: " ")) \(fill.percent) %"
        return fill.percent < Self.percentNearlyFull ? text : ink.doubtful(text)
      }
      .joined(separator: ", ")
  }

  private func row(_ label: String, _ text: String) -> String {
    "  " + label.leading(Self.labelColumns) + " " + text
  }
}
