internal import Kernel
internal import Proxy
internal import Telemetry
internal import Wire

/// What the control thread passes on: to the journal, to whoever asks, and over a restart.
extension Daemon {
  /// Brings what the shards tell, and the sums, to the journal; keeps what is to be kept.
  mutating func tell() {
    readers.drain(into: &journal, at: now)
    for index in sums.indices { sums[index].report(groups, to: &journal, at: now) }
    keepProven(isLast: false)
    for group in groups { group.tidy() }
    journal.tick(at: now)
    _ = ServiceManager.watchdog()
  }

  /// The rules go last: the sessions that are still open need the route back to the gate.
  mutating func end() {
    for group in groups { group.ask(.stop) }
    rules?.end()
    keepProven(isLast: true)
    for index in sums.indices { now = sums[index].finish(groups, to: &journal, at: now) }
    _ = journal.insist(.stopped, at: now)
  }

  /// Takes what the shards tell of proven endpoints, and writes it when it is time to.
  private mutating func keepProven(isLast: Bool) {
    guard var keeper = keeper.take() else { return }
    let wallSeconds = Clock.wallSeconds
    for group in groups { group.drainProven(into: &keeper, wallSeconds: wallSeconds) }
    if isLast {
      keeper.write(now, wallSeconds: wallSeconds, to: &journal)
    } else {
      keeper.writeIfDue(now, wallSeconds: wallSeconds, to: &journal)
    }
    self.keeper = keeper
  }

  /// Connections and flows that are open, of all gates.
  var openCount: UInt64 {
    groups.reduce(0) { $0 + $1.snapshot[.open] + $1.snapshot[.flows] }
  }
}

extension [any GateGroup] {
  /// The transports that the groups speak, each once.
  var transports: [Transport] {
    Transport.allCases.filter { transport in contains { $0.plan.transport == transport } }
  }

  /// How often each signature and rule in force matched, at all groups together.
  var matches: [RuleMatches] {
    var sums: [RuleMatches] = []
    for group in self {
      // Every group with rules has the same ones, in the same order.
      let matches = group.matches
      guard sums.count == matches.count else {
        if sums.isEmpty { sums = matches }
        continue
      }
      for index in sums.indices { sums[index].counts = sums[index].counts + matches[index].counts }
    }
    return sums
  }

  /// The numbers of all groups of `transport` together.
  func snapshot(of transport: Transport) -> Snapshot {
    filter { $0.plan.transport == transport }
      .reduce(Snapshot(layout: VerdictWords.names.layout)) { $0 + $1.snapshot }
  }
}

/// The periodic sums of all gates of one transport.
struct TransportSums {
  /// What they speak.
  let transport: Transport
  private var sums: VerdictSums

  /// Sums from a moment at which all counters were zero.
  init(_ transport: Transport, startingAt now: Instant) {
    self.transport = transport
    sums = VerdictSums(
      transport: transport.word,
      names: VerdictWords.names,
      intervalNanoseconds: Daemon.sumIntervalNanoseconds,
      startingAt: now
    )
  }

  /// Tells what is due.
  mutating func report(_ groups: [any GateGroup], to journal: inout Journal, at now: Instant) {
    sums.report(groups.snapshot(of: transport), to: &journal, at: now)
  }

  /// Tells the rest; the moment afterwards.
  mutating func finish(
    _ groups: [any GateGroup],
    to journal: inout Journal,
    at now: Instant
  ) -> Instant {
    sums.finish(groups.snapshot(of: transport), to: &journal, at: now)
  }
}
