internal import Telemetry
internal import Wire

extension TransportStatus {
  /// What a report says of the gates of one transport: the numbers now, and what was added in the
  /// last minute. `wallSeconds` are those of the report.
  init(_ gate: GateReport, wallSeconds: UInt64) {
    let total = gate.metrics.snapshot
    let minute = gate.history.periods(of: .minute)
    let recent = minute.total ?? Snapshot(layout: total.layout)
    self.init(
      transport: gate.metrics.transport,
      recentSeconds: minute.seenNanoseconds / Nanoseconds.perSecond,
      recentArrived: recent[.accepted],
      arrived: total[.accepted],
      verdicts: Self.verdicts(recent: recent, total: total),
      held: total[.held],
      open: total[.open],
      handshakesInFlight: total[.handshakesInFlight],
      sessions: total[.sessions],
      flows: total[.flows],
      provenEndpoints: total[.provenEndpoints],
      stage: VerdictWords.stage(UInt8(clamping: total[.stage])),
      routerAnswer: Self.timing(recent[.routerAnswer]),
      router: TransportStatus.Presence(gate.router, wallSeconds: wallSeconds),
      tables: gate.limits.map { limit in
        TableFill(limit.gauge.word, entries: total[limit.gauge], limit: limit.most)
      }
    )
  }

  private static func verdicts(
    recent: Snapshot,
    total: Snapshot
  ) -> [TransportStatus.VerdictCount] {
    var counts: [TransportStatus.VerdictCount] = []
    for (verdict, word) in VerdictWords.names.verdicts.enumerated() {
      for (reason, reasonWord) in VerdictWords.names.reasons.enumerated() {
        let all = total.count(verdict: verdict, reason: reason)
        guard all > 0 else { continue }
        counts.append(
          TransportStatus.VerdictCount(
            verdict: word,
            reason: reasonWord,
            recent: recent.count(verdict: verdict, reason: reason),
            total: all
          )
        )
      }
    }
    return counts.sorted {
      ($1.recent, $1.total, $0.verdict, $0.reason) < ($0.recent, $0.total, $1.verdict, $1.reason)
    }
  }

  private static func timing(_ histogram: DurationHistogram) -> TransportStatus.Timing? {
    guard let median = histogram.quantileNanoseconds(0.5) else { return nil }
    func milliseconds(_ nanoseconds: UInt64) -> Double {
      Double(nanoseconds / Nanoseconds.perMicrosecond) / 1_000
    }
    return TransportStatus.Timing(
      count: histogram.count,
      medianMilliseconds: milliseconds(median),
      slowMilliseconds: histogram.quantileNanoseconds(0.99).map(milliseconds)
    )
  }
}

extension TransportStatus.Presence {
  /// What a report says of the router.
  fileprivate init(_ router: RouterReport, wallSeconds: UInt64) {
    switch router.state {
    case .up: state = "up"
    case .away(let nanoseconds):
      state = "away"
      awaySeconds = nanoseconds / Nanoseconds.perSecond
    case .unknown: state = "unknown"
    }
    listening = router.listener == .unknown ? nil : router.listener == .somebody
    answeredSecondsAgo = router.answeredWallSeconds.map { wallSeconds - min($0, wallSeconds) }
  }
}
