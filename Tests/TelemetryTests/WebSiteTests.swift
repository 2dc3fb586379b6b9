import Telemetry
import Testing
import Wire

@Suite struct WebSiteTests {
  private func answer(_ path: String, _ report: Report?, later seconds: UInt64 = 0) -> HTTPAnswer {
    let site = WebSite(ReportSamples.words)
    if let report { site.publish(report) }
    let parts = path.split(separator: "?", omittingEmptySubsequences: false)
    let now = (report?.madeAt ?? Instant(nanoseconds: 0))
      .advanced(byNanoseconds: seconds * Nanoseconds.perSecond)
    return site.answer(
      HTTPRequest(path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : ""),
      at: now
    )
  }

  @Test func healthIsWellOnlyWhileEverythingIs() {
    let well = ReportSamples.report()
    #expect(answer("/healthz", well) == .text(.ok, "ok"))
    #expect(answer("/healthz", nil).status == .serviceUnavailable)
    #expect(answer("/healthz", well, later: 6).body.contains("control thread has not turned for 6"))

    var stalled = well
    stalled.loops.stalled = 1
    #expect(answer("/healthz", stalled).body == "1 of 4 loops do not turn.\n")

    var bare = well
    bare.kernelRules = .missing("table inet sallyport is gone; run sallyport firewall up")
    #expect(answer("/healthz", bare).status == .serviceUnavailable)
    #expect(answer("/healthz", bare).body.contains("table inet sallyport is gone"))

    var away = well
    let twelve = 12 * Nanoseconds.perSecond
    away.gates[0].router = RouterReport(state: .away(nanoseconds: twelve))
    #expect(
      answer("/healthz", away).body == "The router has taken no ntcp2 connections for 12 s.\n"
    )
    away.gates[0].router.listener = .nobody
    #expect(answer("/healthz", away).body.contains("for 12 s: nobody listens at its port.\n"))
    #expect(answer("/", away).body.contains("router away for 12\u{202F}s, nobody listens<"))
    #expect(answer("/", well).body.contains("router listens, answered 3\u{202F}s ago<"))
    #expect(answer("/", well).body.contains("router not seen<"))

    // A reload that failed changed nothing, so the gate is as well as before.
    var unread = well
    unread.reloads.lastProblem = "sallyport.toml:7: no such key"
    #expect(answer("/healthz", unread) == .text(.ok, "ok"))
    #expect(answer("/", unread).body.contains("sallyport.toml:7: no such key"))

    var proxy = well
    proxy.kernelRules = nil
    #expect(answer("/healthz", proxy) == .text(.ok, "ok"))
  }

  @Test func everyPathHasItsKind() {
    let report = ReportSamples.report()
    for (path, type) in [
      ("/", "text/html; charset=utf-8"), ("/?span=hour", "text/html; charset=utf-8"),
      ("/page.css", "text/css; charset=utf-8"), ("/page.js", "text/javascript; charset=utf-8"),
      ("/icon.svg", "image/svg+xml"), ("/metrics", Metrics.contentType),
    ] {
      let answer = answer(path, report)
      #expect(answer.status == .ok && answer.contentType == type && !answer.body.isEmpty, "\(path)")
    }
    for path in ["/favicon.ico", "/index.html", "//", "/metrics/", "/..", "/%2e"] {
      #expect(answer(path, report).status == .notFound, "\(path)")
    }
  }

  @Test(arguments: HistorySpan.allCases)
  func hostileTextsStayTexts(span: HistorySpan) {
    var report = ReportSamples.report(seconds: 4_000)
    report.version = ReportSamples.hostile
    report.kernelRules = .missing(ReportSamples.hostile)
    report.reloads.lastProblem = ReportSamples.hostile
    report.gates[0].doors[0].endpoint = ReportSamples.hostile
    report.gates[1].doors[0].mode = ReportSamples.hostile
    let page = answer("/?span=\(span.rawValue)", report).body
    #expect(page.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;"))
    #expect(!page.contains("<script>") && !page.contains("<img") && !page.contains("onerror='"))
    #expect(page.components("<script ") == 1)
  }

  @Test func pagesAreMadeOnceAReport() {
    let site = WebSite(ReportSamples.words)
    var report = ReportSamples.report()
    site.publish(report)
    let first = site.answer(HTTPRequest(path: "/"), at: report.madeAt)
    let again = site.answer(
      HTTPRequest(path: "/"),
      at: report.madeAt.advanced(byNanoseconds: Nanoseconds.perSecond)
    )
    #expect(first == again)
    report.version = "9.9"
    site.publish(report)
    #expect(site.answer(HTTPRequest(path: "/"), at: report.madeAt).body.contains("9.9"))
    // When the control thread stands, the page says so.
    let late = report.madeAt.advanced(byNanoseconds: 60 * Nanoseconds.perSecond)
    #expect(site.answer(HTTPRequest(path: "/"), at: late).body.contains("has not turned for 60"))
  }

  @Test func thePageHasTheNumbersOfThePictures() {
    let page = answer("/?span=minute", ReportSamples.report()).body
    for part in [
      "<title>Sallyport: guarding</title>", "<h2 id=\"ntcp2-name\">NTCP2</h2>",
      "<h2 id=\"ssu2-name\">SSU2</h2>", "refuse <b>60</b> 50\u{202F}%", "203.0.113.7:17654",
      "NTCP2: arrivals by verdict, last minute", "refuse: 60, admit: 60.",
      "aria-current=\"page\">Last minute", "Half of 60 handshakes ≤\u{202F}4.19\u{202F}ms",
    ] {
      #expect(page.contains(part), "\(part)")
    }
    // Every picture has a title and a sentence.
    #expect(page.components("<svg role=\"img\"") == page.components("<title id="))
    #expect(page.components("<svg role=\"img\"") == page.components("<desc id="))
    // An element's name appears once.
    let names = page.matches(of: /\bid="([^"]+)"/).map(\.1)
    #expect(Set(names).count == names.count)
    // Nothing comes from elsewhere.
    #expect(!page.contains("http:") && !page.contains("https:") && !page.contains("style="))
  }
}

extension String {
  /// How often `part` appears.
  fileprivate func components(_ part: String) -> Int {
    ranges(of: part).count
  }
}
