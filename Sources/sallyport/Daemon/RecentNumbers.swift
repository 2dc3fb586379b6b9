internal import Kernel
internal import Telemetry
internal import Wire

/// The numbers of one transport as they were during the last minute, for those who ask what
/// happened lately.
struct RecentNumbers {
  /// The time between two looks.
  private static let intervalNanoseconds: UInt64 = 5 * Nanoseconds.perSecond
  /// Looks that are kept: a minute's.
  private static let capacity = 12

  /// What they are numbers of.
  let transport: Transport
  private var looks: [(at: Instant, numbers: Snapshot)]

  /// Numbers that were all zero at `start`.
  init(_ transport: Transport, startingAt start: Instant) {
    self.transport = transport
    looks = [(start, Snapshot(layout: VerdictWords.names.layout))]
  }

  /// Takes a look when it is time for one.
  mutating func look(_ groups: [any GateGroup], at now: Instant) {
    guard let last = looks.last, now.nanoseconds(since: last.at) >= Self.intervalNanoseconds else {
      return
    }
    if looks.count >= Self.capacity { looks.removeFirst() }
    looks.append((now, groups.snapshot(of: transport)))
  }

  /// The numbers now, and what was added since about a minute ago.
  func status(
    _ groups: [any GateGroup],
    _ router: RouterReport,
    at now: Instant
  ) -> TransportStatus {
    let total = groups.snapshot(of: transport)
    guard let first = looks.first else { preconditionFailure("there is always a look") }
    let recent = total.added(since: first.numbers)
    return TransportStatus(
      transport: transport.word,
      recentSeconds: now.nanoseconds(since: first.at) / Nanoseconds.perSecond,
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
      router: TransportStatus.Presence(router, wallSeconds: Clock.wallSeconds)
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
