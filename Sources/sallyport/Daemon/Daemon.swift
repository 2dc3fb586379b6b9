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
  /// The time between two sums of what rules matched.
  static let ruleSumIntervalNanoseconds: UInt64 = 60 * Nanoseconds.perSecond
  /// How long sessions may go on after the gate was told to stop.
  static let drainNanoseconds: UInt64 = 5 * Nanoseconds.perSecond
  /// How long shards may take for their last turns.
  static let stopNanoseconds: UInt64 = Nanoseconds.perSecond / 4
  /// How long the router's files must lie still before they are read.
  static let filesRestNanoseconds: UInt64 = Nanoseconds.perSecond / 2
  /// How often the router's files are read although nothing says that they have changed.
  static let filesLookNanoseconds: UInt64 = 60 * Nanoseconds.perSecond
  /// How often files that could not be used are read again.
  static let filesRetryNanoseconds: UInt64 = 2 * Nanoseconds.perSecond

  let configurationPath: String
  let groups: [any GateGroup]
  var rules: KernelRules?
  var journal: Journal
  var sums: [TransportSums]
  var ruleSums: RuleSums
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
  /// Keeps what was refused, for people.
  var refusedFlights: RefusedFlights
  let signals: SignalSource
  var watch: RouterWatch
  /// Reads files again, and knows what is in force of them.
  var reader: SetupReader
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
      takeReading()
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

  /// The configuration in force.
  var configuration: Configuration { reader.inForce.configuration }

  /// Whether a gate needs rules in the kernel.
  var hasKernelRules: Bool { configuration.gates.contains { $0.mode == .transparent } }

  private mutating func waitForSignals() {
    var waits = [pollfd(fd: signals.descriptor.rawValue, events: Int16(POLLIN), revents: 0)]
    if let polls = admin?.polls { waits += polls }
    _ = unsafe poll(&waits, nfds_t(waits.count), Self.roundMilliseconds)
  }

  private mutating func handleSignals() {
    while let signal = signals.next() {
      switch signal {
      case .reload: askToReload()
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
