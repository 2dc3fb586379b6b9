import Filter
import Telemetry
import Testing
import Wire

@Suite struct MetricsTests {
  private let names = CounterNames(
    verdicts: Verdict.allCases.map { "\($0.word)" },
    reasons: Reason.allCases.map { "\($0.word)" }
  )

  /// A page with every number different from zero.
  private func fullPage() -> String {
    let board = CounterBoard(layout: names.layout)
    let writer = board.makeWriter()
    for verdict in names.verdicts.indices {
      for reason in names.reasons.indices { writer.count(verdict: verdict, reason: reason) }
    }
    for gauge in Gauge.allCases { writer.set(gauge, to: 7) }
    for tally in Tally.allCases { writer.add(9, to: tally) }
    for work in TimedWork.allCases {
      writer.record(work, nanoseconds: 60_000)
      writer.record(work, nanoseconds: 1_500_000_000)
    }
    let gates = ["ntcp2", "ssu2"].map {
      GateMetrics(transport: $0, snapshot: board.snapshot())
    }
    return Metrics.page(gates: gates, names: names, version: "0.1 \"x\\y\"\n")
  }

  @Test func everySampleBelongsToTheMetricThatIsOpen() {
    var open = ""
    var described: Set<String> = []
    var samples: Set<Substring> = []
    for line in fullPage().split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 3)
      if line.hasPrefix("# HELP ") {
        #expect(described.insert(String(words[2])).inserted, "a metric is opened once")
      } else if line.hasPrefix("# TYPE ") {
        open = String(words[2])
        #expect(described.contains(open))
        #expect(["counter", "gauge", "histogram"].contains(words[3]))
        #expect(open.hasSuffix("_total") == (words[3] == "counter"))
      } else {
        #expect(samples.insert(line.prefix { $0 != " " }).inserted, "a sample appears once")
        #expect(line.hasPrefix(open))
        let form = /[a-z0-9_]+(\{([a-z]+="([^"\\]|\\.)*",?)+\})? ([0-9.e+-]+)/
        #expect(line.wholeMatch(of: form) != nil, "\(line)")
      }
    }
    let metrics = Gauge.allCases.count + Tally.allCases.count + TimedWork.allCases.count
    #expect(described.count == 2 + metrics)
  }

  @Test func theContractsNamesAreThere() {
    let page = fullPage()
    for line in [
      #"sallyport_verdicts_total{transport="ntcp2",verdict="refuse",reason="silent"} 1"#,
      #"sallyport_held{transport="ssu2"} 7"#,
      #"sallyport_open{transport="ntcp2"} 7"#,
      #"sallyport_stage{transport="ntcp2"} 7"#,
      #"sallyport_proof_seconds_bucket{transport="ntcp2",le="3.2768e-05"} 0"#,
      #"sallyport_proof_seconds_bucket{transport="ntcp2",le="6.5536e-05"} 1"#,
      #"sallyport_proof_seconds_bucket{transport="ntcp2",le="+Inf"} 2"#,
      #"sallyport_proof_seconds_sum{transport="ntcp2"} 1.50006"#,
      #"sallyport_proof_seconds_count{transport="ntcp2"} 2"#,
      #"sallyport_router_answer_seconds_count{transport="ssu2"} 2"#,
      #"sallyport_build_info{version="0.1 \"x\\y\"\n"} 1"#,
    ] {
      #expect(page.contains("\n\(line)\n"), "\(line)")
    }
  }

  @Test func theProcessIsThere() {
    var report = ReportSamples.report()
    report.reloads.succeeded = 3
    report.reloads.failed = 1
    report.reloads.lastProblem = "no such key"
    report.journalLinesLeftOut = 17
    let page = Metrics.page(report)
    for line in [
      "sallyport_kernel_rules_in_place 1", "sallyport_journal_lines_left_out_total 17",
      #"sallyport_router_reachable{transport="ntcp2"} 1"#,
      #"sallyport_router_listening{transport="ntcp2"} 1"#,
      #"sallyport_router_last_answer_timestamp_seconds{transport="ntcp2"} 1796083196"#,
      #"sallyport_reloads_total{result="success"} 3"#,
      #"sallyport_reloads_total{result="failure"} 1"#,
      "sallyport_config_last_reload_successful 0", "sallyport_loops 4",
      "sallyport_loops_stalled 0", #"sallyport_held_limit{transport="ntcp2"} 16384"#,
      #"sallyport_open_limit{transport="ntcp2"} 8192"#,
      #"sallyport_proven_endpoints_limit{transport="ssu2"} 262144"#,
      "sallyport_standing_sources 1234", "sallyport_standing_sources_limit 65536",
      "sallyport_people_entries 3", "sallyport_people_entries_limit 16384",
      "process_start_time_seconds 1796083109",
    ] {
      #expect(page.contains("\n\(line)\n"), "\(line)")
    }
    // Where nothing is known, nothing is claimed.
    for word in ["reachable", "listening", "last_answer_timestamp_seconds"] {
      #expect(!page.contains("sallyport_router_\(word){transport=\"ssu2\"}"))
    }
    #expect(!page.contains(#"_limit{transport="ssu2"} 16384"#))
    #expect(!page.contains("sallyport_stage_limit"))
    report.kernelRules = nil
    report.gates[0].router = RouterReport(state: .away(nanoseconds: 5), listener: .nobody)
    let other = Metrics.page(report)
    #expect(!other.contains("kernel_rules"))
    #expect(other.contains("\n" + #"sallyport_router_reachable{transport="ntcp2"} 0"# + "\n"))
    #expect(other.contains("\n" + #"sallyport_router_listening{transport="ntcp2"} 0"# + "\n"))
  }

  @Test func noAddressFitsIntoALabel() async {
    for part in fullPage().split(whereSeparator: { "\"{} =,\n".contains($0) }) {
      #expect(SourceAddress(String(part)) == nil, "\(part)")
    }
    await #expect(processExitsWith: .failure) {
      _ = CounterNames(verdicts: ["refuse"], reasons: ["203.0.113.7"])
    }
    await #expect(processExitsWith: .failure) {
      _ = CounterNames(verdicts: ["fe80::1"], reasons: ["silent"])
    }
    await #expect(processExitsWith: .failure) {
      let layout = CounterLayout(verdictCount: 1, reasonCount: 1)
      _ = GateMetrics(transport: "10.0.0.1", snapshot: Snapshot(layout: layout))
    }
  }

  @Test func aPageDoesNotGrowWithThePeers() {
    let board = CounterBoard(layout: names.layout)
    let writer = board.makeWriter()
    writer.count(verdict: 0, reason: 0)
    func lines() -> Int {
      let gate = GateMetrics(transport: "ntcp2", snapshot: board.snapshot())
      return Metrics.page(gates: [gate], names: names, version: "0").split(separator: "\n").count
    }
    let before = lines()
    for _ in 0..<10_000 { writer.count(verdict: 0, reason: 0) }
    #expect(lines() == before)
  }
}
