public import Wire

/// The page for people: what the gate did in the last minute, hour or day. Pure: a report in, HTML
/// out. It shows counts and never an address of a peer: whoever may connect to it may read it.
public struct StatusPage {
  let report: Report
  let words: PageWords
  let span: HistorySpan
  let problems: [String]
  let views: [GateView]

  /// The page over `span`, as it is at `now`.
  public init(_ report: Report, _ words: PageWords, _ span: HistorySpan, now: Instant) {
    self.report = report
    self.words = words
    self.span = span
    problems = report.problems(at: now)
    views = report.gates.map { GateView($0, of: report, words, span) }
  }

  /// The whole document.
  public var html: String {
    let document: Markup = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><title>\(title)</title>
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <link rel="icon" href="/icon.svg" type="image/svg+xml">
      <link rel="stylesheet" href="/page.css"><script src="/page.js" defer></script>
      <noscript><meta http-equiv="refresh" content="\(max(span.refreshSeconds, 10))"></noscript>
      </head><body>
      <header class="top"><h1><svg class="mark" viewBox="0 0 32 32" aria-hidden="true">\
      \(PageIcon.shapes)</svg>Sallyport</h1><p>\(report.version), up \(uptime)</p></header>
      <main data-refresh-seconds="\(span.refreshSeconds)">
      \(state)\(choice)\(tiles)\(views.map(\.section))\(facts)</main>
      <p id="stale" class="state bad" role="alert" hidden>The gate does not answer. What is shown \
      is of \(Quantity.moment(report.wallSeconds)).</p>
      <footer><p>\(Quantity.moment(report.wallSeconds)). Nothing can be changed here, and no \
      peer's address is shown: <code>sallyport top</code> and <code>why</code> do that. \
      <a href="/metrics">Metrics</a>, <a href="/healthz">health</a>.</p></footer>
      </body></html>

      """
    return document.text
  }

  private var title: String {
    switch problems.count {
    case 0: "Sallyport: guarding"
    case 1: "Sallyport: 1 problem"
    default: "Sallyport: \(problems.count) problems"
    }
  }

  private var uptime: String { Quantity.age(report.uptimeNanoseconds) }

  /// What is wrong now, or that nothing is.
  private var state: Markup {
    let remarks: [Markup] = report.remarks.map {
      "<p class=\"state warn\" role=\"status\">\($0)</p>"
    }
    guard !problems.isEmpty else {
      return """
        <p class="state good" role="status"><strong>Guarding.</strong> The loops turn\
        \(report.kernelRules == nil ? "" : ", the kernel rules are in place")\
        \(report.gates.allSatisfy { $0.router.state == .up } ? ", the router is there" : "").\
        </p>\(remarks)

        """
    }
    let items: [Markup] = problems.map { "<li>\($0)</li>" }
    return """
      <div class="state bad" role="status"><strong>Something is wrong.</strong><ul>\(items)</ul>\
      </div>\(remarks)

      """
  }

  /// The choice of the span.
  private var choice: Markup {
    let links: [Markup] = HistorySpan.allCases.map { other -> Markup in
      let link: Markup = "<a href=\"/?span=\(other.name)\""
      let mark: Markup = other == span ? " aria-current=\"page\"" : ""
      return "\(link)\(mark)>Last \(other.name)</a>"
    }
    return "<nav aria-label=\"Span\">\(links)</nav>\n"
  }

  /// The few numbers that tell most.
  private var tiles: Markup {
    let decided = views.reduce(0) { $0 &+ $1.decisionCount }
    let refused = views.reduce(0) { $0 &+ $1.count(.refused) }
    let seconds = views.map(\.seenNanoseconds).max() ?? 1
    let answers = views.reduce(nil as Snapshot?) { sum, view in
      sum.map { $0.joined(with: view.total) } ?? view.total
    }
    let now = report.gates.map(\.metrics.snapshot)
    func gauge(_ gauge: Gauge) -> String { Quantity.count(now.reduce(0) { $0 &+ $1[gauge] }) }
    let pressed = views.max { $0.gate.metrics.snapshot[.stage] < $1.gate.metrics.snapshot[.stage] }
    let stage = pressed.map { $0.stage(in: $0.gate.metrics.snapshot) } ?? "–"
    let tiles: [Markup] = [
      Self.tile(
        "Arrivals",
        "\(Quantity.short(GateView.rate(decided, seconds)))/s",
        "\(Quantity.count(decided)) in the last \(span.name)"
      ),
      Self.tile(
        "Refused",
        Quantity.share(refused, of: decided),
        "\(Quantity.count(refused)) in all"
      ),
      Self.tile("Held now", gauge(.held), "strangers who have shown nothing yet"),
      Self.tile("Sessions now", gauge(.sessions), "connections on which data flows"),
      Self.tile("Stage", stage, "how hard strangers press"),
      Self.tile(
        "Router's answer",
        answers?[.routerAnswer].text(0.5) ?? "–",
        "for half of the handshakes"
      ),
    ]
    return "<dl class=\"tiles\">\(tiles)</dl>\n"
  }

  private static func tile(_ name: String, _ value: String, _ words: String) -> Markup {
    "<div class=\"card\"><dt>\(name)</dt><dd>\(value)<small>\(words)</small></dd></div>"
  }
}
