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
  var groups: [GateGroup]
  var rules: KernelRules?
  var journal: Journal
  var sums: VerdictSums
  var readers: EventReaders
  var statusSocket: StatusSocket?
  let signals: SignalSource
  var watch: RouterWatch
  /// Listens until it goes.
  let radar: RadarPost?
  var limits: LimitSettings

  var now: Instant
  var lookAtRulesAt: Instant
  var rulesState = KernelRules.State.inPlace
  var drainUntil: Instant?

  /// Works until the gate has ended.
  consuming func run() {
    while true {
      waitForSignals()
      now = Clock.now
      handleSignals()
      if hasDrained { break }
      followRouterFiles()
      lookAfterRules()
      answerStatus()
      tell()
    }
    end()
  }

  /// Whether the gate was told to stop, and its sessions have ended or their time is over.
  private var hasDrained: Bool {
    guard let until = drainUntil else { return false }
    return now < until ? groups.allSatisfy { $0.hasEnded } : true
  }

  private func waitForSignals() {
    var waits = [pollfd(fd: signals.descriptor.rawValue, events: Int16(POLLIN), revents: 0)]
    if let socket = statusSocket?.rawDescriptor {
      waits.append(pollfd(fd: socket, events: Int16(POLLIN), revents: 0))
    }
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
    journal.write(.stopping(open: total[.open]), at: now)
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
      journal.write(.reloaded(rules: setup.rules.signatures.count), at: now)
    } catch {
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
    let running = groups.map(\.mode)
    let wanted = GateModes.modes(of: setup.loaded.configuration)
    guard running == wanted else {
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
    var fresh = setup.loaded.configuration.limits
    // Tables have the size that they were made with.
    fresh.heldStrangers = limits.heldStrangers
    fresh.openSessions = limits.openSessions
    fresh.sourceRecords = limits.sourceRecords
    fresh.replayRecords = limits.replayRecords
    limits = fresh
    for group in groups { group.reload(setup, limits: limits) }
  }

  private mutating func followRouterFiles() {
    guard watch.isDue(now) else { return }
    do throws(FaultReport) {
      let setup = try GateSetup.read(path: configurationPath)
      guard setup.router.facts != watch.facts else { return watch.settle() }
      try apply(setup)
      watch.settle(setup.router.facts)
      journal.write(.routerFilesChanged(file: watch.directory), at: now)
    } catch {
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

  /// Brings what the shards tell, and the sums, to the journal.
  private mutating func tell() {
    readers.drain(into: &journal, at: now)
    sums.report(total, to: &journal, at: now)
    journal.tick(at: now)
    _ = ServiceManager.watchdog()
  }

  /// The rules go last: the sessions that are still open need the route back to the gate.
  private mutating func end() {
    for group in groups { group.ask(.stop) }
    rules?.end()
    now = sums.finish(total, to: &journal, at: now)
    _ = journal.insist(.stopped, at: now)
  }

  /// The numbers of all gates together.
  private var total: Snapshot {
    groups.reduce(Snapshot(layout: ShardHandle.layout)) { $0 + $1.snapshot }
  }

  /// Shows the numbers to whoever asks on the status socket.
  private func answerStatus() {
    guard let socket = statusSocket, socket.isAsked else { return }
    let numbers = total
    socket.serve(Self.page(numbers))
  }

  private static func page(_ numbers: Snapshot) -> String {
    Metrics.page(
      gates: [GateMetrics(transport: "ntcp2", snapshot: numbers)],
      names: VerdictWords.names,
      version: SallyportVersion.text
    )
  }
}
