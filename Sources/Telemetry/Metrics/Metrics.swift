internal import Wire

/// The numbers of one gate, all its shards together.
public struct GateMetrics: Sendable {
  /// The gate's transport: a word like those of `CounterNames`.
  public let transport: String
  /// The numbers.
  public let snapshot: Snapshot

  /// A gate's numbers under its transport's name.
  public init(transport: String, snapshot: Snapshot) {
    precondition(CounterNames.isWord(transport), "a name with a forbidden character")
    self.transport = transport
    self.snapshot = snapshot
  }
}

/// The page that a Prometheus server collects. Pure: numbers in, text out.
///
/// Labels are words of fixed small lists, so no address can get into it, and it does not grow with
/// the number of peers. Each transport appears once.
public enum Metrics {
  /// The content type to serve the page with.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// The page for all gates, in the order given.
  /// `matches` are those of all gates together.
  public static func page(
    gates: [GateMetrics],
    matches: [RuleMatches] = [],
    names: CounterNames,
    version: String
  ) -> String {
    precondition(gates.allSatisfy { $0.snapshot.layout == names.layout }, "names of other counters")
    var page = PrometheusText()
    page.open("sallyport_build_info", .gauge, help: "The version that runs.")
    page.sample("sallyport_build_info", [("version", version)], "1")
    writeVerdicts(of: gates, names, to: &page)
    write(matches, to: &page)
    for gauge in Gauge.allCases {
      page.open(gauge.metricName, .gauge, help: gauge.help)
      for gate in gates {
        page.sample(
          gauge.metricName,
          [("transport", gate.transport)],
          String(gate.snapshot[gauge])
        )
      }
    }
    for tally in Tally.allCases {
      page.open(tally.metricName, .counter, help: tally.help)
      for gate in gates {
        page.sample(
          tally.metricName,
          [("transport", gate.transport)],
          String(gate.snapshot[tally])
        )
      }
    }
    for work in TimedWork.allCases {
      page.open(work.metricName, .histogram, help: work.help)
      for gate in gates { write(work, of: gate, to: &page) }
    }
    return page.text
  }

  private static func writeVerdicts(
    of gates: [GateMetrics],
    _ names: CounterNames,
    to page: inout PrometheusText
  ) {
    let metric = "sallyport_verdicts_total"
    page.open(metric, .counter, help: "Verdicts given, by verdict and reason; none shows nothing.")
    for gate in gates {
      for (verdict, verdictWord) in names.verdicts.enumerated() {
        for (reason, reasonWord) in names.reasons.enumerated() {
          let count = gate.snapshot.count(verdict: verdict, reason: reason)
          // Most pairs can't happen at all; a page full of zeros would hide those that do.
          guard count > 0 else { continue }
          page.sample(
            metric,
            [
              ("transport", gate.transport), ("verdict", verdictWord), ("reason", reasonWord),
            ],
            String(count)
          )
        }
      }
    }
  }

  private static func write(_ matches: [RuleMatches], to page: inout PrometheusText) {
    guard !matches.isEmpty else { return }
    let families: [(String, String, KeyPath<MatchCounts, UInt64>)] = [
      ("matches", "Connections that met a rule.", \.matched),
      ("refusals", "Connections that were refused by a rule.", \.refused),
      ("would_refuse", "Connections that a rule would refuse, were it enforced.", \.wouldRefuse),
    ]
    for (word, help, path) in families {
      let metric = "sallyport_rule_\(word)_total"
      page.open(metric, .counter, help: help)
      for match in matches {
        page.sample(
          metric,
          [("kind", match.kind.rawValue), ("rule", match.name)],
          String(match.counts[keyPath: path])
        )
      }
    }
  }

  private static func write(
    _ work: TimedWork,
    of gate: GateMetrics,
    to page: inout PrometheusText
  ) {
    let histogram = gate.snapshot[work]
    var soFar: UInt64 = 0
    for (index, hits) in histogram.buckets.enumerated() {
      soFar &+= hits
      let bound = DurationBuckets.upperBoundNanoseconds(index).map(seconds) ?? "+Inf"
      page.sample(
        "\(work.metricName)_bucket",
        [("transport", gate.transport), ("le", bound)],
        String(soFar)
      )
    }
    let labels = [(name: "transport", value: gate.transport)]
    page.sample("\(work.metricName)_sum", labels, seconds(histogram.sumNanoseconds))
    page.sample("\(work.metricName)_count", labels, String(soFar))
  }

  private static func seconds(_ nanoseconds: UInt64) -> String {
    String(Double(nanoseconds) / Double(Nanoseconds.perSecond))
  }
}
