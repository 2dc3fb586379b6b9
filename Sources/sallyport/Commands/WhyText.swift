/// An explanation as lines for people.
struct WhyText {
  /// What marks words.
  let ink: Ink

  /// The lines.
  func lines(_ report: WhyReport) -> [String] {
    [ink.strong(report.address)] + verdict(report.judgement) + people(report.entries)
      + standing(report.standing) + (report.judgement.map(parts) ?? [])
  }

  private func standing(_ report: StandingReport) -> [String] {
    let isKnown = report.score >= report.knownFrom
    let word = isKnown ? ink.good("known") : "not known"
    var lines = ["  known before   \(word), score \(report.score) of \(report.knownFrom)"]
    for test in report.tests {
      lines.append(
        "    +\(test.weight) \(test.test) until \(PlainWords.moment(test.untilSeconds))"
      )
    }
    if report.failures > 0 {
      lines.append(
        "    -\(UInt32(report.failures) * report.failureWeight) handshakes that failed: "
          + "\(report.failures), half of them forgotten every ten minutes"
      )
    }
    if let last = report.last {
      lines.append("    last handshake: \(last.word), \(PlainWords.moment(last.seconds))")
    }
    return lines
  }

  private func people(_ entries: [EntryRow]) -> [String] {
    guard !entries.isEmpty else { return ["  people         said nothing of it"] }
    let isAllowed = entries.contains { $0.wish == "allow" }
    return entries.map { entry in
      let word = entry.wish == "allow" ? ink.good("allowed") : ink.bad("blocked")
      let overruled = entry.wish == "block" && isAllowed ? ", overruled" : ""
      return "  people         \(word)\(overruled) as \(entry.network) until "
        + "\(PlainWords.moment(entry.endsSeconds)) (\(entry.origin), "
        + "\(PlainWords.user(entry.user))): \(PlainWords.harmless(entry.reason))"
    }
  }
}

// MARK: - The judgement

extension WhyText {
  private func verdict(_ report: JudgementReport?) -> [String] {
    guard let report else { return ["  next           no NTCP2 gate says anything of it"] }
    var lines = ["  next           " + words(report.verdict)]
    if report.ifAllWereEnforced != report.verdict {
      lines.append("                 with every rule enforced: " + words(report.ifAllWereEnforced))
    }
    lines += report.changes.map { "                 changes: \($0)" }
    return lines
  }

  private func words(_ verdict: JudgementReport.Verdict) -> String {
    guard let reason = verdict.reason else { return ink.good("welcome") }
    let rule = verdict.rule.map { ", rule \($0)" } ?? ""
    return ink.bad("refused") + ": \(reason)\(rule)"
  }

  private func parts(_ report: JudgementReport) -> [String] {
    var lines = ["  standing       \(report.standing): \(report.ground)"]
    if let exemption = report.exemption {
      lines.append("                 no rule may refuse it: \(exemption)")
    }
    lines += score(report) + report.levels.map(level)
    if report.unfinishedSyns > 0 || report.portsProbed > 0 {
      lines.append(
        "  radar          \(report.unfinishedSyns) SYNs without a connection, "
          + "\(report.portsProbed) other ports tried"
      )
    }
    return lines
  }

  private func score(_ report: JudgementReport) -> [String] {
    let bound = report.refuseFrom.map { ", refused from \(number($0)) (\(report.scoreMode))" } ?? ""
    let heading =
      "  score          \(number(report.scoreEnforced)) enforced, "
      + "\(number(report.scoreOfAll)) with those that watch\(bound)"
    return [heading]
      + report.rules.map { rule in
        let over = rule.isOver ? ", used up" : ""
        return "    \(rule.name): \(rule.does) (\(rule.mode)\(over))"
      }
  }

  private func level(_ level: JudgementReport.Level) -> String {
    let halfOpen = level.halfOpenLimit.map { ", half-open \(level.halfOpen) of \($0)" } ?? ""
    let done =
      level.name == "gate"
      ? "" : ", \(level.completions) completed, \(level.failures) failed"
    return "  \(level.name.leading(14)) \(level.tokensLeft) of \(level.burst) connections left"
      + halfOpen + done
  }

  private func number(_ value: Double) -> String {
    RuleRow.weight(Int32(clamping: Int((value * 1_000).rounded())))
  }
}
