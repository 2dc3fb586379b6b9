import Filter

/// The numbers that a gate shows, read from its page in the Prometheus text format.
struct GateStatus: Equatable, Sendable {
  /// A verdict with its reason, as the page words them.
  struct Pair: Hashable, Sendable {
    let verdict: String
    let reason: String
  }

  /// How often each verdict was given for each reason.
  private(set) var verdicts: [Pair: UInt64] = [:]
  /// How many connections each rule or signature refused, by its name.
  private(set) var ruleRefusals: [String: UInt64] = [:]
  /// All other numbers, by the metric's name; histograms are left out.
  private(set) var values: [String: UInt64] = [:]

  /// The numbers of a gate that has done nothing yet.
  init() {}

  /// Reads a page; an empty or foreign one is an error.
  init(page: String) throws(LabError) {
    for line in page.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      guard let space = line.lastIndex(of: " "),
        let value = UInt64(line[line.index(after: space)...])
      else { continue }
      let metric = line[..<space]
      let name = metric.prefix { $0 != "{" }
      if name == "sallyport_verdicts_total" {
        guard let verdict = Self.label("verdict", in: metric),
          let reason = Self.label("reason", in: metric)
        else { throw LabError("a verdict without its words: \(line)") }
        verdicts[Pair(verdict: verdict, reason: reason)] = value
      } else if name == "sallyport_rule_refusals_total" {
        ruleRefusals[Self.label("rule", in: metric) ?? "", default: 0] += value
      } else if !name.hasSuffix("_bucket"), !name.hasSuffix("_count"), !name.hasSuffix("_sum") {
        values[String(name)] = value
      }
    }
    guard values["sallyport_accepted_total"] != nil else {
      throw LabError("not a page of a gate: \(page.prefix(200))")
    }
  }

  /// Connections taken from the listener.
  var accepted: UInt64 { values["sallyport_accepted_total"] ?? 0 }
  /// Connections that have shown nothing yet.
  var held: UInt64 { values["sallyport_held"] ?? 0 }
  /// Connections that were let through.
  var open: UInt64 { values["sallyport_open"] ?? 0 }
  /// Connections on which data flows.
  var sessions: UInt64 { values["sallyport_sessions"] ?? 0 }

  /// How often `verdict` was given, whatever the reason.
  func count(_ verdict: Verdict) -> UInt64 {
    let word = "\(verdict.word)"
    return verdicts.reduce(0) { $1.key.verdict == word ? $0 &+ $1.value : $0 }
  }

  /// How often `verdict` was given for `reason`.
  func count(_ verdict: Verdict, _ reason: Reason) -> UInt64 {
    verdicts[Pair(verdict: "\(verdict.word)", reason: "\(reason.word)")] ?? 0
  }

  /// What was counted since `earlier`, the largest first.
  func reasons(of verdict: Verdict, since earlier: GateStatus) -> [(reason: String, count: UInt64)]
  {
    let word = "\(verdict.word)"
    return verdicts.filter { $0.key.verdict == word }
      .map { pair, count in (pair.reason, count &- (earlier.verdicts[pair] ?? 0)) }
      .filter { $0.1 > 0 }
      .sorted { $0.1 == $1.1 ? $0.0 < $1.0 : $0.1 > $1.1 }
  }

  private static func label(_ name: String, in metric: Substring) -> String? {
    guard let start = metric.firstRange(of: "\(name)=\"")?.upperBound else { return nil }
    return String(metric[start...].prefix { $0 != "\"" })
  }
}
