internal import Wire

extension GateView {
  /// The name by which the document finds a part of this view.
  func id(_ part: String) -> String { "\(gate.metrics.transport)-\(part)" }

  /// The pictures of one transport.
  var section: Markup {
    let doors = gate.doors.map { "\($0.endpoint), \($0.mode)" }.joined(separator: "; ")
    let router: Markup =
      gate.routerAwayNanoseconds.map { away -> Markup in
        "<strong class=\"mark-bad\">router away for \(Quantity.age(away))</strong>"
      } ?? "<span class=\"mark-good\">router answers</span>"
    return """
      <section aria-labelledby="\(id("name"))"><div class="head">\
      <h2 id="\(id("name"))">\(name)</h2>\
      <p>\(doors)</p><p>\(router)</p></div>
      <div class="pictures">\(arrivals.markup)\(reasons)\(answers.markup)\(gauges)</div>
      \(numbers)</section>

      """
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
    let width = periods.count * Picture.step
    return Figure(
      id: id("arrivals"),
      title: "Arrivals",
      unit: gate.metrics.transport == "ssu2" ? "datagrams a second" : "connections a second",
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
      legend: legend.isEmpty ? "<p class=\"none\">Nothing came.</p>" : "<ul>\(legend)</ul>"
    )
  }

  /// Under the bars, when the gate was under pressure.
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
        : "<p>\(words)</p><ul><li>few \(swatches) many</li></ul>"
    )
  }

  /// What the gate has in its hands.
  private var gauges: Markup {
    let shown: [(gauge: Gauge, title: String, unit: String)] =
      gate.metrics.transport == "ssu2"
      ? [
        (.provenEndpoints, "Proven", "endpoints that need no challenge"),
        (.flows, "Flows", "carried by a proxy gate"),
      ]
      : [
        (.held, "Held", "strangers, highest in each period"),
        (.sessions, "Sessions", "connections on which data flows"),
      ]
    return
      "<div class=\"stack\">\(shown.map { gaugeFigure($0.gauge, $0.title, $0.unit).markup })</div>"
  }

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
