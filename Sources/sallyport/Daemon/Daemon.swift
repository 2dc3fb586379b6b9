internal import Filter
internal import Glibc
internal import Kernel
internal import Proxy
internal import Telemetry
internal import Wire

/// The control thread of a running gate: signals, files, kernel rules, journal. It decides nothing
/// about peers and touches no connection.
struct Daemon: ~Copyable {
  /// The time between two rounds of the control thread.
  static let roundMilliseconds: Int32 = 250
  /// The time between two sums in the journal.
  static let sumIntervalNanoseconds: UInt64 = 10 * Nanoseconds.perSecond
  /// How long sessions may go on after the gate was told to stop.
  static let drainNanoseconds: UInt64 = 5 * Nanoseconds.perSecond
  /// How long the router's files must lie still before they are read.
  static let filesRestNanoseconds: UInt64 = Nanoseconds.perSecond / 2
  /// How often files that could not be used are read again.
  static let filesRetryNanoseconds: UInt64 = 2 * Nanoseconds.perSecond

  let configurationPath: String
  /// What runs: gates and kernel rules stay as they were at the start.
  let started: Configuration
  let groups: [any GateGroup]
  var rules: KernelRules?
  var journal: Journal
  var sums: [TransportSums]
  var readers: EventReaders
  /// Remembers the last day, and shows it on the page.
  var lookout: Lookout
  /// Keeps what SSU2 peers have proven; nil when no gate speaks SSU2.
  var keeper: ProvenKeeper?
  /// Keeps what is known of sources.
  var standing: StandingKeeper
  /// Where people and programs ask; nil when it can't be had.
  var admin: AdminServer?
  /// What people said of networks.
  var people: People
  var health = DaemonHealth()
  let signals: SignalSource
  var watch: RouterWatch
  /// Sees whether the router is there.
  var sight: RouterSight
  var bounds: GateBounds
  /// Listens until it goes.
  let radar: RadarPost?
  /// Reads the router's netDb until it goes; nil when there is no thread for it.
  let netDb: NetDbPost?
  /// What the two learn of sources.
  let notes: SourceNotes

  var now: Instant
  var lookAtRulesAt: Instant
  var rulesState = KernelRules.State.inPlace
  var drainUntil: Instant?
  var heartbeat = Heartbeat()

  /// Works until the gate has ended.
  consuming func run() {
    while true {
      waitForSignals()
      now = Clock.now
      handleSignals()
      if hasDrained { break }
      followRouterFiles()
      lookAfterRules()
      lookForRouter()
      endEntries()
      serveAdmin()
      tell()
    }
    end()
  }

  /// Whether the gate was told to stop, and its sessions have ended or their time is over.
  private var hasDrained: Bool {
    guard let until = drainUntil else { return false }
    return now < until ? groups.allSatisfy { $0.hasEnded } : true
  }

  /// Whether a gate needs rules in the kernel.
  var hasKernelRules: Bool { started.gates.contains { $0.mode == .transparent } }

  private mutating func waitForSignals() {
    var waits = [pollfd(fd: signals.descriptor.rawValue, events: Int16(POLLIN), revents: 0)]
    if let polls = admin?.polls { waits += polls }
    _ = unsafe poll(&waits, nfds_t(waits.count), Self.roundMilliseconds)
  }

  private mutating func handleSignals() {
    while let signal = signals.next() {
      switch signal {
      case .reload: reload()
      case .terminate: startDraining()
      }
    }
  }

  private mutating func startDraining() {
    guard drainUntil == nil else {
      for group in groups { group.ask(.stop) }
      return
    }
    _ = ServiceManager.stopping()
    journal.write(.stopping(open: openCount), at: now)
    drainUntil = now.advanced(byNanoseconds: Self.drainNanoseconds)
    for group in groups { group.ask(.drain) }
  }

  /// Reads everything again: all good, or the old state stays.
  private mutating func reload() {
    _ = ServiceManager.reloading(at: now)
    defer { _ = ServiceManager.ready(status: "guarding") }
    do throws(FaultReport) {
      let setup = try GateSetup.read(path: configurationPath)
      try apply(setup)
      health.noteReload()
      health.routerFilesProblem = nil
      journal.write(.reloaded(rules: setup.rules.signatures.count), at: now)
      showPage(on: setup.loaded.configuration.admin.http)
    } catch {
      health.noteReload(problem: error.faults.first?.description)
      for fault in error.faults {
        journal.write(
          .reloadFailed(
            file: fault.file,
            line: fault.line,
            problem: "\(fault.problem); \(fault.remedy)"
          ),
          at: now
        )
      }
    }
  }

  private mutating func apply(_ setup: borrowing GateSetup) throws(FaultReport) {
    let wanted = setup.loaded.configuration
    guard wanted.gates == started.gates else {
      throw FaultReport(
        faults: [
          setup.loaded.fault(
            at: "gate",
            "the gates differ from those that run",
            "restart sallyport: gates are not changed while it runs"
          )
        ]
      )
    }
    guard wanted.firewall == started.firewall else {
      throw FaultReport(
        faults: [
          setup.loaded.fault(
            at: "firewall",
            "the kernel rules differ from those that are in place",
            "restart sallyport: they are not changed while it runs"
          )
        ]
      )
    }
    bounds = bounds.reloaded(wanted)
    standing.reload(wanted.standing.lifetimes)
    for group in groups { group.reload(setup, bounds) }
  }

  private mutating func followRouterFiles() {
    guard watch.isDue(now) else { return }
    do throws(FaultReport) {
      let setup = try GateSetup.read(path: configurationPath)
      health.routerFilesProblem = nil
      guard setup.router.facts != watch.facts else { return watch.settle() }
      try apply(setup)
      watch.settle(setup.router.facts)
      journal.write(.routerFilesChanged(file: watch.directory), at: now)
    } catch {
      health.routerFilesProblem = error.faults.first?.description
      if watch.retry(now), let fault = error.faults.first {
        journal.write(.routerFilesBroken(file: fault.file, problem: fault.description), at: now)
      }
    }
  }

  private mutating func lookAfterRules() {
    guard now >= lookAtRulesAt, let state = rules?.look() else { return }
    lookAtRulesAt = now.advanced(byNanoseconds: KernelRules.intervalNanoseconds)
    if case .missing(let problem) = state {
      if rulesState == .inPlace { journal.write(.firewallMissing(problem: problem), at: now) }
      if (try? rules?.restore()) != nil, rules?.look() == .inPlace {
        journal.write(.firewallRestored, at: now)
        rulesState = .inPlace
        return
      }
    } else if rulesState != .inPlace {
      journal.write(.firewallRestored, at: now)
    }
    rulesState = state
  }

  private mutating func lookForRouter() {
    let events = sight.look(at: now, wallSeconds: Clock.wallSeconds) { groups.snapshot(of: $0) }
    for event in events { journal.write(event, at: now) }
  }
}
