import Foundation
import Testing
import Wire

@testable import Lab

extension GateTests {
  /// The page of a real gate, as people and programs see it.
  @Suite struct Page {
    private static var settings: LabGateSettings {
      var settings = LabGateSettings()
      settings.page = Monitoring.page
      return settings
    }

    private static func waitFor(
      seconds: UInt64 = 10,
      _ what: String,
      _ condition: () throws -> Bool
    ) throws {
      let came = Pause.until(
        timeoutNanoseconds: seconds * GateTests.second,
        intervalNanoseconds: 100 * Nanoseconds.perMillisecond
      ) { (try? condition()) == true }
      #expect(came, "\(what)")
    }

    @Test func healthFollowsTheRouter() throws {
      try GateTests.withGuardedRouter(Self.settings) { guarded in
        let gate = guarded.gate
        #expect(try guarded.handshake().end == .established)
        try Self.waitFor("well") { try Monitoring.get("/healthz", of: gate).status == 200 }

        guarded.router.kill()
        try Self.waitFor("the router is away") {
          let answer = try Monitoring.get("/healthz", of: gate)
          return answer.status == 503 && answer.body.contains("nobody listens at its port")
        }
        #expect(try Monitoring.get("/", of: gate).body.contains("Something is wrong."))
        #expect(
          try Monitoring.get("/metrics", of: gate).body
            .contains("\nsallyport_router_reachable{transport=\"ntcp2\"} 0\n")
        )

        try guarded.router.start()
        try guarded.router.waitUntilListening()
        try Self.waitFor("well again, though nobody came") {
          try Monitoring.get("/healthz", of: gate).status == 200
        }
        #expect(guarded.firstEstablished(withinNanoseconds: 20 * GateTests.second) != nil)
        #expect(try Monitoring.get("/healthz", of: gate).status == 200)
      }
    }

    @Test func aTakenPortIsToldAndAReloadTriesAgain() throws {
      try GateTests.withGuardedRouter(Self.settings, startsGate: false) { guarded in
        let gate = guarded.gate
        let other = try TinyHTTP.serve([], in: guarded.router.namespace, at: Monitoring.page)
        try gate.start()
        try gate.waitForLog(
          "The page and the metrics are not shown at 127.0.0.1:9477",
          timeoutNanoseconds: 10 * GateTests.second
        )
        #expect(try guarded.handshake().end == .established)
        other.stop()
        gate.reload()
        try gate.waitForLog("Reloaded:", timeoutNanoseconds: 10 * GateTests.second)
        try Self.waitFor("the page") { try Monitoring.get("/healthz", of: gate).status == 200 }
      }
    }

    @Test(.enabled(if: Monitoring.hasBrowser, "needs Debian's chromium"))
    func aRealBrowserShowsIt() throws {
      try GateTests.withGuardedRouter(Self.settings) { guarded in
        let gate = guarded.gate
        for _ in 0..<3 { #expect(try guarded.handshake().end == .established) }
        // A fault whose words are as hostile as a file's can be.
        try gate.writeConfiguration(
          rulesDirectory: try OwnProgram.rules(),
          appending: "\"<img src=x onerror=alert(1)><script>alert(2)</script>\" = 1\n"
        )
        gate.reload()
        try gate.waitForLog("Reload failed", timeoutNanoseconds: 10 * GateTests.second)
        try Self.waitFor("the sum of what came") {
          try Monitoring.get("/", of: gate).body.contains("let through <b>3</b>")
        }

        for (path, runsScripts) in [("/", true), ("/?span=hour", false), ("/?span=day", false)] {
          let shown = try Monitoring.open(path, of: gate, runsScripts: runsScripts)
          #expect(shown.console == [], "\(path)")
          for part in [
            "<title>Sallyport: ", ">NTCP2</h2>", "let through <b>3</b>",
            "arrivals by verdict, last", "&lt;img src=x onerror=alert(1)&gt;",
            "id=\"stale\" class=\"state bad\" role=\"alert\" hidden",
          ] {
            #expect(shown.document.contains(part), "\(path): \(part)")
          }
          #expect(!shown.document.contains("<img") && !shown.document.contains("<script>"))
        }
      }
    }

    @Test(.enabled(if: Monitoring.hasPrometheus, "needs Debian's prometheus"))
    func aRealPrometheusCollectsAllThatDashboardAndAlertsName() throws {
      try GateTests.withGuardedRouter(Self.settings) { guarded in
        #expect(try guarded.handshake().end == .established)
        let collector = try RunningPrometheus(of: guarded.gate)
        defer { collector.stop() }
        let names = try collector.names()
        let texts = try ["grafana-dashboard.json", "alerts.yml"].map {
          try String(contentsOf: Monitoring.folder.appending(path: $0), encoding: .utf8)
        }
        let wanted = Set(
          texts.flatMap { $0.matches(of: /\b(?:sallyport|process)_[a-z_]+/).map { String($0.0) } }
        )
        #expect(wanted.count > 20)
        #expect(wanted.subtracting(names).sorted() == [])
        for expression in try Self.expressions(texts[0]) {
          #expect(try collector.ask(expression) == "success", "\(expression)")
        }
        #expect(try collector.faultyRules() == [])

        let page = "\(guarded.gate.directory)/metrics.txt"
        try Files.write(try Monitoring.get("/metrics", of: guarded.gate).body, to: page)
        let complaints = try Monitoring.run(
          ["/bin/sh", "-c", "\(Monitoring.promtool) check metrics < \(page)"],
          of: guarded.gate
        )
        #expect(complaints == "")
      }
    }

    /// Every question of a dashboard, with its variables filled in.
    private static func expressions(_ dashboard: String) throws -> [String] {
      let json = try JSONSerialization.jsonObject(with: Data(dashboard.utf8))
      let panels = (json as? [String: Any])?["panels"] as? [[String: Any]] ?? []
      let questions = panels.flatMap { $0["targets"] as? [[String: Any]] ?? [] }
        .compactMap { $0["expr"] as? String }
      #expect(questions.count > 20)
      return questions.map {
        $0.replacingOccurrences(of: "$__rate_interval", with: "1m")
          .replacingOccurrences(of: "$instance", with: ".*")
          .replacingOccurrences(of: "$transport", with: ".*")
      }
    }
  }
}
