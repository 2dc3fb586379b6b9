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
    if lookout.isDue(at: now) { lookout.look(at: groups, scene, now: now) }
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

  /// Shows the page there from now on, or tells why not.
  mutating func showPage(on endpoint: Endpoint?) {
    if let problem = lookout.show(on: endpoint) { journal.write(problem, at: now) }
  }

  /// What the lookout can't see by itself.
  var scene: Lookout.Scene {
    Lookout.Scene(
      kernelRules: kernelRulesReport,
      routerAway: readers.routerAway,
      reloads: health.reloads,
      startedWallSeconds: health.startedSeconds,
      journalLinesLeftOut: journal.leftOutInAll
    )
  }

  private var kernelRulesReport: KernelRulesReport? {
    guard hasKernelRules else { return nil }
    switch rulesState {
    case .inPlace: return .inPlace
    case .missing(let problem): return .missing(problem)
    }
  }
}

extension [any GateGroup] {
  /// The transports that the groups speak, each once.
  var transports: [Transport] {
    Transport.allCases.filter { transport in contains { $0.plan.transport == transport } }
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
