/// The screen of `top`: pure, a report and what is chosen in, lines out.
struct TopScreen {
  /// What was seen of the router's process since the last look.
  struct Router: Equatable {
    /// Its process.
    var pid: Int32
    /// Processors that it used, 1 being one of them whole; nil at the first look.
    var processors: Double?
    /// What was seen.
    var sample: ProcessSample
  }

  /// Columns behind the sources: four numbers and a reason.
  private static let numbersColumns = 4 * 9
  private static let messageLines = 4
  private static let reasonColumns = 20

  /// Columns of the terminal.
  let columns: Int
  /// Rows of the terminal.
  let rows: Int
  /// What marks words.
  let ink: Ink

  /// The screen: as many lines as the terminal has rows, none longer than it is wide.
  func lines(_ report: TopReport, _ state: TopState, router: Router?) -> [String] {
    if case .page(let text, let first) = state.mode { return page(text, from: first) }
    var lines = [title(report.status)]
    lines += [routerLine(report.status, router)]
    for transport in report.status.transports.prefix(2) { lines += numbers(transport) }
    for problem in Self.problems(report.status) { lines.append(ink.bad(cut(problem))) }
    lines.append("")
    lines = Array(lines.prefix(max(rows - 4, 0)))
    lines.append(heading(state))
    let footer = footer(state)
    let room = max(rows - lines.count - footer.count, 0)
    lines += table(report, state, room: room)
    lines += Array(repeating: "", count: max(rows - footer.count - lines.count, 0))
    return Array(lines.prefix(max(rows - footer.count, 0))) + footer
  }

  private func title(_ status: StatusReport) -> String {
    let up = PlainWords.span(status.nowSeconds - min(status.startedSeconds, status.nowSeconds))
    let left = " sallyport \(status.version)  up \(up)\(status.isStopping ? "  STOPPING" : "")"
    let right =
      "\(status.blocks) blocked  \(status.allows) allowed  "
      + PlainWords.clock(status.nowSeconds) + " "
    return ink.reversed(left.leading(max(columns - right.count, 0)) + right)
  }

  private func routerLine(_ status: StatusReport, _ router: Router?) -> String {
    var parts = [" \(status.router.kind)"]
    if let router {
      parts[0] += " \(router.pid)"
      if let processors = router.processors {
        parts.append("cpu \(Int((processors * 100).rounded())) %")
      }
      parts.append(PlainWords.bytes(router.sample.residentBytes))
      if let open = router.sample.descriptors {
        let most = router.sample.descriptorsMaximum.map { " of \($0)" } ?? ""
        parts.append("\(open)\(most) descriptors")
      }
    } else {
      parts[0] += ": its process is not to be found here"
    }
    if let answer = status.transports.compactMap(\.routerAnswer).first {
      parts.append("answers in \(PlainWords.milliseconds(answer.medianMilliseconds))")
    }
    return cut(parts.joined(separator: ", "))
  }

  private func numbers(_ status: TransportStatus) -> [String] {
    func sum(_ verdict: String) -> String {
      let sum = status.verdicts.reduce(0) { $1.verdict == verdict ? $0 + $1.recent : $0 }
      return "\(PlainWords.count(sum)) \(verdict)"
    }
    let isCalm = status.stage == "calm"
    let verdicts = ["refuse", "admit", "complete", "fail", "trial", "challenge"]
      .filter { word in status.verdicts.contains { $0.verdict == word && $0.recent > 0 } }
    let now =
      status.transport == "ssu2"
      ? "\(status.provenEndpoints) proven, \(status.flows) flows"
      : "\(status.held) held, \(status.open) open"
    let first =
      ([" \(status.transport.leading(5)) \(PlainWords.count(status.recentArrived)) came"]
      + verdicts.map(sum) + [now, status.stage]).joined(separator: ", ")
    let reasons = status.verdicts.filter { $0.verdict == "refuse" && $0.recent > 0 }
      .map { "\($0.reason) \(PlainWords.count($0.recent))" }
    let line = cut(first)
    return [isCalm ? line : ink.doubtful(line)]
      + (reasons.isEmpty ? [] : [ink.faint(fitted("       for ", reasons))])
  }

  private static func problems(_ status: StatusReport) -> [String] {
    let all: [(String, StatusReport.Health?)] = [
      ("kernel rules", status.kernelRules), ("router files", status.router.files),
      ("last reload", status.reload?.health),
    ]
    let problems = all.compactMap { name, health in
      health?.problem.map { " \(name): \(PlainWords.harmless($0))" }
    }
    let away = status.transports.compactMap { transport in
      transport.router.awaySeconds.map {
        " router: away for \(PlainWords.span($0)) (\(transport.transport))"
      }
    }
    return problems + away
  }

  private var sourceColumns: Int {
    max(columns - Self.numbersColumns - Self.reasonColumns - 2, 15)
  }

  private func heading(_ state: TopState) -> String {
    let numbers = zip(TopState.Order.allCases, ["CAME", "REFUSED", "ADMITTED", "FAILED"])
    let words = numbers.map { order, word in
      (order == state.order ? word + "*" : word).trailing(9)
    }
    let source = state.showsNetworks ? " NETWORK, last minute" : " ADDRESS, last minute"
    let line = source.leading(sourceColumns) + words.joined() + "  LAST REASON"
    return ink.strong(cut(line).leading(columns))
  }

  private func table(_ report: TopReport, _ state: TopState, room: Int) -> [String] {
    let rows = state.rows(report)
    guard !rows.isEmpty else { return [" nobody came in the last minute"] }
    let chosen = rows.firstIndex { $0.source == state.chosen } ?? 0
    let first = max(0, min(chosen - room / 2, rows.count - room))
    return rows.enumerated().dropFirst(first).prefix(room).map { index, row in
      let line = self.line(row)
      if index == chosen { return ink.reversed(line) }
      switch row.wish {
      case "block": return ink.bad(line)
      case "allow": return ink.good(line)
      default: return line
      }
    }
  }

  private func line(_ row: BusyRow) -> String {
    let mark = row.wish == "block" ? "-" : row.wish == "allow" ? "+" : " "
    let numbers = [row.arrived, row.refused, row.admitted, row.failed]
    let source =
      row.source.count < sourceColumns
      ? row.source : row.source.prefix(sourceColumns - 3) + ".."
    return (mark + source).leading(sourceColumns)
      + numbers.map { PlainWords.count($0).trailing(9) }.joined()
      + ("  " + (row.lastReason ?? "")).leading(max(columns - sourceColumns - 36, 0))
  }

  private func footer(_ state: TopState) -> [String] {
    switch state.mode {
    case .blockSpan(let source, let text):
      let hint = state.message.map { "  (\($0))" } ?? ""
      return [cut(" Block \(source) for: \(text)_\(hint)")]
    case .blockReason(let source, _, let text): return [cut(" Block \(source), because: \(text)_")]
    case .list, .page: break
    }
    if let message = state.message {
      return wrapped(message).map { ink.reversed(" \($0)".leading(columns)) }
    }
    let other = state.showsNetworks ? "addresses" : "networks"
    return [cut(" s sort  n \(other)  arrows choose  b block  u unblock  w why  q quit")]
  }

  private func page(_ text: [String], from first: Int) -> [String] {
    let shown = text.dropFirst(first).prefix(max(rows - 1, 0)).map { cut($0) }
    let blank = Array(repeating: "", count: max(rows - 1 - shown.count, 0))
    return shown + blank + [
      ink.reversed(cut(" arrows scroll, any other key goes back").leading(columns))
    ]
  }

  /// As many of `items` behind `start` as there is room for, each whole.
  private func fitted(_ start: String, _ items: [String]) -> String {
    var text = start + (items.first ?? "")
    for item in items.dropFirst() {
      guard text.count + item.count + 2 <= columns else { break }
      text += ", " + item
    }
    return cut(text)
  }

  /// A sentence on lines that leave a column free on both sides.
  private func wrapped(_ text: String) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + word.count + 1 <= columns - 2 {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word.prefix(columns)))
      }
    }
    return Array(lines.prefix(Self.messageLines))
  }

  private func cut(_ text: String) -> String {
    text.count > columns ? String(text.prefix(columns)) : text
  }
}
