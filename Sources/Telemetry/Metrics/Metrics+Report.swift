internal import Wire

extension Metrics {
  /// The page for everything that a report holds.
  public static func page(_ report: Report) -> String {
    var page = PrometheusText()
    write(process: report.process, to: &page)
    write(state: report, to: &page)
    return self.page(
      gates: report.gates.map(\.metrics),
      matches: report.matches,
      names: report.names,
      version: report.version
    )
      + page.text
  }

  private static func write(state report: Report, to page: inout PrometheusText) {
    if let rules = report.kernelRules {
      page.gauge(
        "sallyport_kernel_rules_in_place",
        help: "Whether the kernel rules that divert peers are in place.",
        rules == .inPlace ? "1" : "0"
      )
    }
    write(routerOf: report, to: &page)
    write(limits: report, to: &page)
    let reloads = "sallyport_reloads_total"
    page.open(reloads, .counter, help: "Reloads, by whether they took effect.")
    page.sample(reloads, [("result", "success")], String(report.reloads.succeeded))
    page.sample(reloads, [("result", "failure")], String(report.reloads.failed))
    page.gauge(
      "sallyport_config_last_reload_successful",
      help: "Whether the last reload took effect.",
      report.reloads.lastProblem == nil ? "1" : "0"
    )
    page.gauge(
      "sallyport_config_last_reload_success_timestamp_seconds",
      help: "When what is in force was read.",
      String(report.reloads.inForceSinceWallSeconds)
    )
    page.gauge("sallyport_loops", help: "Loops that carry traffic.", String(report.loops.count))
    page.gauge(
      "sallyport_loops_stalled",
      help: "Loops that do not turn.",
      String(report.loops.stalled)
    )
    let leftOut = "sallyport_journal_lines_left_out_total"
    page.open(leftOut, .counter, help: "Journal lines left out to stay within the budget.")
    page.sample(leftOut, [], String(report.journalLinesLeftOut))
  }

  /// What does not show is left out.
  private static func write(routerOf report: Report, to page: inout PrometheusText) {
    let reachable = "sallyport_router_reachable"
    page.open(reachable, .gauge, help: "Whether the router is there for what the gate hands over.")
    for gate in report.gates where gate.router.state != .unknown {
      let value = gate.router.state == .up ? "1" : "0"
      page.sample(reachable, [("transport", gate.metrics.transport)], value)
    }
    let listening = "sallyport_router_listening"
    page.open(listening, .gauge, help: "Whether somebody listens at the router's port.")
    for gate in report.gates where gate.router.listener != .unknown {
      let value = gate.router.listener == .somebody ? "1" : "0"
      page.sample(listening, [("transport", gate.metrics.transport)], value)
    }
    let answered = "sallyport_router_last_answer_timestamp_seconds"
    page.open(answered, .gauge, help: "When the router last answered a stranger.")
    for gate in report.gates {
      guard let seconds = gate.router.answeredWallSeconds else { continue }
      page.sample(answered, [("transport", gate.metrics.transport)], String(seconds))
    }
  }

  private static func write(limits report: Report, to page: inout PrometheusText) {
    for gauge in Gauge.allCases {
      let limited = report.gates.compactMap { gate in
        gate.limits.first { $0.gauge == gauge }.map { (gate.metrics.transport, $0.most) }
      }
      guard !limited.isEmpty else { continue }
      page.open(gauge.limitMetricName, .gauge, help: "How many \(gauge.metricName) has room for.")
      for (transport, limit) in limited {
        page.sample(gauge.limitMetricName, [("transport", transport)], String(limit))
      }
    }
    for (name, help, fill) in [
      ("standing_sources", "Sources that the gate knows something of.", report.standing),
      ("people_entries", "Networks that people blocked or allowed.", report.people),
    ] {
      page.gauge("sallyport_\(name)", help: help, String(fill.entries))
      page.gauge("sallyport_\(name)_limit", help: "The most of them.", String(fill.limit))
    }
  }

  /// Under the names that every exporter uses.
  private static func write(process: ProcessReport, to page: inout PrometheusText) {
    page.gauge(
      "process_start_time_seconds",
      help: "When the process began, in seconds since 1970.",
      String(process.startedWallSeconds)
    )
    page.open("process_cpu_seconds_total", .counter, help: "Processor time of all threads.")
    page.sample("process_cpu_seconds_total", [], seconds(process.cpuNanoseconds))
    page.gauge(
      "process_resident_memory_bytes",
      help: "Memory in use.",
      String(process.residentBytes)
    )
    page.gauge(
      "process_max_fds",
      help: "File descriptors that the process may have.",
      String(process.descriptorLimit)
    )
  }
}

extension PrometheusText {
  /// A gauge of the whole process.
  fileprivate mutating func gauge(_ name: String, help: String, _ value: String) {
    open(name, .gauge, help: help)
    sample(name, [], value)
  }
}
