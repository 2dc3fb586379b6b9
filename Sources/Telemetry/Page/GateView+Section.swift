internal import Wire

extension GateView {
  /// The name by which the document finds a part of this view.
  func id(_ part: String) -> String { "\(gate.metrics.transport)-\(part)" }

  /// The pictures of one transport.
  var section: Markup {
    let doors = gate.doors.map { "\($0.endpoint), \($0.mode)" }.joined(separator: "; ")
    return """
      <section aria-labelledby="\(id("name"))"><div class="head">\
      <h2 id="\(id("name"))">\(name)</h2>\
      <p>\(doors)</p>\(router)</div>
      <div class="pictures">\(arrivals.markup)\(rest)</div>
      \(numbers)</section>

      """
  }

  private var router: Markup {
    let router = gate.router
    let answered = router.answeredWallSeconds.map { seconds in
      let ago = (wallSeconds - min(seconds, wallSeconds)) &* Nanoseconds.perSecond
      return "answered \(Quantity.age(ago)) ago"
    }
    switch router.state {
    case .up:
      let parts = [router.listener == .somebody ? "listens" : nil, answered]
      let text = parts.compactMap(\.self).joined(separator: ", ")
      return "<p class=\"mark-good\">router \(text)</p>"
    case .away(let nanoseconds):
      let cause = router.listener == .nobody ? ", nobody listens" : ""
      return "<p class=\"mark-bad\">router away for \(Quantity.age(nanoseconds))\(cause)</p>"
    case .unknown: return "<p>router not seen</p>"
    }
  }

  /// All but the first picture.
  private var rest: Markup {
    switch gate.traffic {
    case .connections:
      let held = gaugeFigure(.held, "Held", "strangers, highest in each period")
      let sessions = gaugeFigure(.sessions, "Sessions", "connections on which data flows")
      return """
        \(reasons)\(answers.markup)<div class="stack">\(held.markup)\(sessions.markup)</div>
        """
    case .datagrams(let hasFlows):
      let proven = gaugeFigure(.provenEndpoints, "Proven", "endpoints that need no challenge")
      let flows = gaugeFigure(.flows, "Flows", "carried by a proxy gate")
      return """
        <div class="stack">\(reasons)\(proven.markup)\(hasFlows ? flows.markup : "")</div>
        """
    }
  }

  private var unit: String {
    if case .connections = gate.traffic { "connections a second" } else { "datagrams a second" }
  }

  /// What came, by what was decided about it.
  private var arrivals: Figure {
    let shown = verdicts(decisions: true).filter { count($0, in: total) > 0 }
    let bars = StackedBars(
      shown.map { StackedBars.Series(shade: words.verdicts[$0].shade, rates: rates($0)) }
    )
    let all = decisionCount
    let legend: [Markup] = shown.reversed().map { verdict -> Markup in
      let count = count(verdict, in: total)
      return """
        <li><i class="\(words.verdicts[verdict].shade.rawValue)"></i>\
        \(words.verdicts[verdict].name) <b>\(Quantity.count(count))</b> \
        \(Quantity.share(count, of: all))</li>
        """
    }
    let pressed = periods.compactMap { $0.added?[.stage] }
    let strips: [Markup] = [1, 2].filter { pressed.contains(UInt64($0)) }.map { stage -> Markup in
      let word = words.stages.indices.contains(stage) ? words.stages[stage] : String(stage)
      return "<li><i class=\"stage\(stage)\"></i>along the top: stage <b>\(word)</b></li>"
    }
    let width = periods.count * Picture.step
    return Figure(
      id: id("arrivals"),
      title: "Arrivals",
      unit: unit,
      picture: Picture.svg(
        id: id("arrivals"),
        width: width,
        title: "\(name): arrivals by verdict, last \(span.name)",
        description: shown.isEmpty
          ? "Nothing came."
          : shown.map { "\(words.verdicts[$0].name): \(Quantity.count(count($0, in: total)))" }
            .joined(separator: ", ") + ".",
        [Picture.grid(width: width)] + bars.shapes + [stages(width: width)]
      ),
      scale: Self.scale(bars.top),
      times: span.times,
      legend: legend.isEmpty ? "<p class=\"none\">Nothing came.</p>" : "<ul>\(legend)\(strips)</ul>"
    )
  }

  /// A strip along the top, where the gate was under pressure.
  private func stages(width: Int) -> Markup {
    let shapes: [Markup] = periods.enumerated().compactMap { period, value -> Markup? in
      guard let stage = value.added?[.stage], stage > 0 else { return nil }
      let left = period * Picture.step
      return """
        <path class="stage\(min(stage, 2))" d="M\(left) 0h\(Picture.step)v36h-\(Picture.step)z"/>
        """
    }
    return "\(shapes)"
  }

  /// The upright axis of a picture that begins at zero.
  static func scale(_ top: Double) -> [String] {
    [Quantity.short(top), Quantity.short(top / 2), "0"]
  }

  /// How long the router took for its first answer to a handshake.
  private var answers: Figure {
    let map = HeatMap(periods.map { $0.added?[.routerAnswer] })
    let histogram = total[.routerAnswer]
    let words =
      "Half of \(Quantity.count(histogram.count)) handshakes \(histogram.text(0.5)), "
      + "95 of 100 \(histogram.text(0.95)), 99 of 100 \(histogram.text(0.99))."
    let outcomes = verdicts(decisions: false).filter { count($0, in: total) > 0 }
    let ends: [Markup] = outcomes.map { verdict -> Markup in
      let number = Quantity.count(count(verdict, in: total))
      return "<li>\(self.words.verdicts[verdict].name) <b>\(number)</b></li>"
    }
    let swatches: [Markup] = (1...HeatMap.depths).map { "<i class=\"heat\($0)\"></i>" }
    let width = periods.count * Picture.step
    return Figure(
      id: id("answers"),
      title: "Router's answer",
      unit: "time from the first flight to its first byte",
      picture: Picture.svg(
        id: id("answers"),
        width: width,
        title: "\(name): how long the router took to answer, last \(span.name)",
        description: histogram.count == 0 ? "No handshake." : words,
        [Picture.grid(width: width)] + map.shapes
      ),
      scale: histogram.count == 0 ? [] : map.scale,
      times: span.times,
      legend: histogram.count == 0
        ? "<p class=\"none\">No handshake.</p>"
        : "<p>\(words)</p><ul><li>few \(swatches) many</li>\(ends)</ul>"
    )
  }

  /// The highest value of a gauge in each period.
  private func gaugeFigure(_ gauge: Gauge, _ title: String, _ unit: String) -> Figure {
    let values = periods.map { $0.added?[gauge] }
    let line = StepLine(values)
    let most = values.compactMap(\.self).max() ?? 0
    let now = gate.metrics.snapshot[gauge]
    let words = "Now \(Quantity.count(now)), highest \(Quantity.count(most))."
    return Figure(
      id: id(gauge.metricName),
      title: title,
      unit: unit,
      picture: Picture.svg(
        id: id(gauge.metricName),
        width: line.width,
        title: "\(name): \(title.lowercased()), last \(span.name)",
        description: words,
        style: "low",
        [Picture.grid(width: line.width)] + line.shapes
      ),
      scale: [Quantity.short(line.top), "0"],
      times: span.times,
      legend: "<p>\(words)</p>"
    )
  }
}
