internal import Filter
internal import Kernel
internal import Proxy
internal import Telemetry
internal import Wire

/// Looks at everything once a second, remembers it for a day, and shows it on the page.
struct Lookout {
  /// What the gates of one transport are like.
  private struct Kind {
    let transport: Transport
    let traffic: GateReport.Traffic
    let limits: [GateReport.Limit]
  }

  private var histories: [(transport: Transport, history: History)]
  private var pulses: [LoopPulse]
  private let doors: [(transport: Transport, door: GateReport.Door)]
  private let kinds: [Kind]
  private let startedAt: Instant
  private var post = PagePost()

  /// A lookout over groups whose counters are at zero.
  init(
    _ configuration: Configuration,
    _ groups: [any GateGroup],
    _ bounds: GateBounds,
    now: Instant
  ) {
    histories = groups.transports.map {
      ($0, History(layout: VerdictWords.names.layout, startingAt: now))
    }
    pulses = groups.flatMap(\.turnCounts).map { LoopPulse(turnCount: $0, at: now) }
    doors = configuration.gates.map { ($0.transport, GateReport.Door($0)) }
    kinds = groups.transports.map { transport in
      let own = groups.map(\.plan).filter { $0.transport == transport }
      return Kind(
        transport: transport,
        traffic: transport == .ntcp2
          ? .connections : .datagrams(hasFlows: own.contains { $0.mode != .transparent }),
        limits: bounds.limits(of: own, shards: configuration.shardCount(of: transport))
      )
    }
    startedAt = now
  }

  /// Shows the page there from now on, or nowhere; what stood in the way, for the journal.
  mutating func show(on endpoint: Endpoint?) -> JournalEvent? {
    post.serve(on: endpoint)
  }

  /// To be called in each round of the control thread: whether a second is over.
  func isDue(at now: Instant) -> Bool {
    histories.contains { $0.history.isDue(at: now) }
  }

  /// Remembers what the groups did, and shows it.
  mutating func look(at groups: [any GateGroup], _ scene: Scene, now: Instant) {
    for index in histories.indices {
      histories[index].history.note(groups.snapshot(of: histories[index].transport), at: now)
    }
    let turnCounts = groups.flatMap { $0.hasEnded ? [] : $0.turnCounts }
    pulses = zip(pulses, turnCounts).map { $0.felt($1, at: now) }
    post.publish(report(of: groups, scene, now: now))
  }

  /// What only the rest of the daemon knows.
  struct Scene {
    /// How the kernel rules stand; nil when there are none.
    var kernelRules: KernelRulesReport?
    /// How the router is, for each transport.
    var routers: [(transport: Transport, router: RouterReport)]
    /// The table of what is known of sources.
    var standing: Fill
    /// What people said of networks.
    var people: Fill
    /// What reloads came to.
    var reloads: ReloadReport
    /// When the daemon started, in seconds since 1970.
    var startedWallSeconds: UInt64
    /// Journal lines that were left out so far.
    var journalLinesLeftOut: UInt64
  }

  /// Everything as it is now.
  func report(of groups: [any GateGroup], _ scene: Scene, now: Instant) -> Report {
    var report = Report(
      version: SallyportVersion.text,
      names: VerdictWords.names,
      madeAt: now,
      wallSeconds: Clock.wallSeconds
    )
    report.uptimeNanoseconds = now.nanoseconds(since: startedAt)
    report.gates = zip(histories, kinds).map { past, kind in
      let numbers = groups.snapshot(of: past.transport)
      return GateReport(
        metrics: GateMetrics(transport: past.transport.word, snapshot: numbers),
        history: past.history.noted(numbers, at: now),
        doors: doors.filter { $0.transport == past.transport }.map(\.door),
        traffic: kind.traffic,
        limits: kind.limits,
        router: scene.routers.first { $0.transport == past.transport }?.router ?? RouterReport()
      )
    }
    report.matches = groups.matches
    report.standing = scene.standing
    report.people = scene.people
    report.kernelRules = scene.kernelRules
    report.reloads = scene.reloads
    report.loops.count = pulses.count
    report.loops.stalled = pulses.count { $0.isStalled(at: now) }
    report.journalLinesLeftOut = scene.journalLinesLeftOut
    report.process = ProcessReport.now
    report.process.startedWallSeconds = scene.startedWallSeconds
    return report
  }
}

/// When a loop was last seen to turn.
private struct LoopPulse {
  /// After how long a loop stands that never waits longer than a second.
  private static let stallNanoseconds = 5 * Nanoseconds.perSecond

  private let turnCount: UInt64
  private let turnedAt: Instant

  /// A loop that has turned so often.
  init(turnCount: UInt64, at now: Instant) {
    self.turnCount = turnCount
    turnedAt = now
  }

  /// The pulse after a look at the count.
  func felt(_ newer: UInt64, at now: Instant) -> LoopPulse {
    newer == turnCount ? self : LoopPulse(turnCount: newer, at: now)
  }

  /// Whether it has not turned for longer than it ever waits.
  func isStalled(at now: Instant) -> Bool {
    now.nanoseconds(since: turnedAt) > Self.stallNanoseconds
  }
}

extension GateReport.Door {
  /// A gate as people read it.
  fileprivate init(_ gate: GateSettings) {
    switch gate.mode {
    case .transparent:
      self.init(
        endpoint: "\(gate.endpoint)",
        mode: "transparent",
        whenDown: gate.whenDown == .open ? "open: new peers reach the router" : "closed"
      )
    case .proxy(let upstream):
      self.init(endpoint: "\(gate.endpoint)", mode: "proxy to \(upstream)", whenDown: "closed")
    }
  }
}
