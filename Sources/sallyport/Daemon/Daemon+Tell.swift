internal import Filter
internal import Glibc
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
    if ruleSums.isDue(at: now) { ruleSums.look(groups.matches, at: now) }
    ruleSums.tell(to: &journal, at: now)
    keep(isLast: false)
    refusedFlights.write(groups, to: &journal, at: now)
    if lookout.isDue(at: now) { lookout.look(at: groups, scene, now: now) }
    for group in groups { group.tidy() }
    journal.tick(at: now)
    if heartbeat.isFelt(groups.flatMap(\.turnCounts)) { _ = ServiceManager.watchdog() }
  }

  /// The rules go last: the sessions that are still open need the route back to the gate.
  mutating func end() {
    for group in groups { group.ask(.stop) }
    waitForShards()
    rules?.end()
    keep(isLast: true)
    refusedFlights.write(groups, to: &journal, at: now)
    people.finish()
    for index in sums.indices { now = sums[index].finish(groups, to: &journal, at: now) }
    now = ruleSums.finish(groups.matches, to: &journal, at: now)
    _ = journal.insist(.stopped, at: now)
  }

  /// Lets the shards finish their turns, so that nothing that they say in them is lost.
  private func waitForShards() {
    let until = Clock.now.advanced(byNanoseconds: Self.stopNanoseconds)
    while !groups.allSatisfy(\.hasEnded), Clock.now < until { usleep(1_000) }
  }

  /// Takes what the shards learnt of peers, and writes it when it is time to. The rounds of the
  /// control thread are short, so what is read now was learnt now.
  private mutating func keep(isLast: Bool) {
    let wallSeconds = Clock.wallSeconds
    for group in groups {
      group.drainOutcomes { endpoint, outcome in
        standing.note(outcome, of: endpoint.address, now: now, wallSeconds: wallSeconds)
        if outcome == .passed(.proven) { keeper?.note(endpoint, at: wallSeconds) }
      }
    }
    // Asked before the notes are taken: all of the pass are among them then.
    let isNetDbRead = netDb?.isRead == true
    for note in notes.take() {
      standing.note(note.outcome, of: note.source, now: now, wallSeconds: wallSeconds)
    }
    if isNetDbRead { standing.noteNetDb() }
    if let event = netDb?.takeProblem() { journal.write(event, at: now) }
    if isLast {
      standing.finish(now, wallSeconds: wallSeconds, to: &journal)
      keeper?.finish(now, wallSeconds: wallSeconds, to: &journal)
    } else {
      standing.keep(now, wallSeconds: wallSeconds, to: &journal)
      keeper?.writeIfDue(now, wallSeconds: wallSeconds, to: &journal)
    }
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
      routers: routers,
      standing: standing.fill,
      people: Fill(
        entries: UInt64(people.book.count),
        limit: UInt64(PeopleBounds.entries)
      ),
      reloads: health.reloads,
      startedWallSeconds: health.startedSeconds,
      journalLinesLeftOut: journal.leftOutInAll
    )
  }

  /// How the router is, for each transport.
  var routers: [(transport: Transport, router: RouterReport)] {
    sight.reports(refusing: readers.routerAway, at: now)
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
