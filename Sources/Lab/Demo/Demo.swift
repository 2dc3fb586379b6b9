import Kernel
import Wire

/// The demonstration: real routers, a gate before the first, floods, and honest peers meanwhile.
struct Demo {
  /// What is done.
  let plan: DemoPlan
  /// The routers; the first is guarded.
  let network: LabNetwork
  /// What stands before the first.
  let gate: LabGate
  /// Where each line goes.
  let show: (String) -> Void

  /// Most connections of a flood that are open at once; more than a router may have.
  private static let openMax = 12_000
  /// What the process needs beside the flood.
  private static let otherDescriptors = 1_024
  /// How long a flood may prepare.
  private static let preparationNanoseconds = 5 * Nanoseconds.perSecond
  /// How long a connection is held, if there is room.
  private static let holdNanoseconds = 15 * Nanoseconds.perSecond
  /// The flood's addresses, one after the other.
  private static let floodNetwork = SourcePrefix(
    SourceAddress(ipv4: 0x0b40_0000),
    length: 12
  )
  private static let floodAddresses = 60_000
  /// Nobody waits longer than a second phase takes.
  private static var newcomersPlan: HonestDatagramPeers.Plan {
    var plan = HonestDatagramPeers.Plan()
    plan.patienceNanoseconds = 3 * Nanoseconds.perSecond
    return plan
  }

  /// The honest peers of both transports.
  private struct Honest {
    let peers: HonestPeers
    let newcomers: HonestDatagramPeers

    init(_ peers: HonestPeers, _ newcomers: HonestDatagramPeers) {
      self.peers = peers
      self.newcomers = newcomers
    }

    func startPhase() {
      peers.startPhase()
      newcomers.startPhase()
    }
  }

  /// Runs all phases and shows the summary.
  func run() throws {
    let facts = try RouterFacts.read(directory: network.routers[0].directory)
    let peers = try HonestPeers(
      in: network.world,
      to: network.routers[0].endpoint,
      router: facts
    )
    let newcomers = try HonestDatagramPeers(
      in: network.world,
      to: network.routers[0].endpointSSU2,
      router: SSU2RouterFacts.read(directory: network.routers[0].directory),
      plan: Self.newcomersPlan
    )
    show(DemoText.legend)
    var outcomes: [DemoOutcome] = []
    for phase in plan.phases {
      show(DemoText.heading(phase, plan))
      if phase.guardState == .bare, gate.pid != nil { gate.stop() }
      outcomes.append(try run(phase, facts: facts, Honest(peers, newcomers)))
    }
    newcomers.stop()
    for line in DemoSummary.lines(outcomes) { show(line) }
  }

  private func run(
    _ phase: DemoPlan.Phase,
    facts: RouterFacts,
    _ honest: Honest
  ) throws -> DemoOutcome {
    let progress = FloodProgress()
    let flood = try phase.flood.map { try start($0, phase, facts: facts, progress) }
    defer { flood?.stop() }
    if flood != nil {
      // Honest first flights are made before the first connection.
      _ = Pause.until(timeoutNanoseconds: Self.preparationNanoseconds) { progress.attempted > 0 }
    }
    honest.startPhase()
    let begun = Clock.now
    var samples = [look(progress, honest)]
    for second in 1...max(phase.seconds, 1) {
      let end = begun.advanced(byNanoseconds: UInt64(second) * Nanoseconds.perSecond)
      Pause.nanoseconds(end.nanoseconds(since: Clock.now))
      let before = samples[samples.count - 1]
      samples.append(look(progress, honest))
      let now = samples[samples.count - 1]
      for line in DemoText.lines(phase, second: second, now, since: before) { show(line) }
    }
    if let failure = flood?.stop() { throw failure }
    return DemoOutcome(phase: phase, samples: samples)
  }

  private func look(_ progress: FloodProgress, _ honest: Honest) -> DemoSample {
    DemoSample(
      attempted: progress.attempted,
      status: gate.pid == nil ? nil : try? gate.status(),
      gate: gate.observe(),
      router: network.routers[0].pid.flatMap(ProcessObservation.init(of:)),
      honest: honest.peers.tallies,
      newcomers: honest.newcomers.tallies
    )
  }

  private func start(
    _ attack: DemoPlan.Attack,
    _ phase: DemoPlan.Phase,
    facts: RouterFacts,
    _ progress: FloodProgress
  ) throws -> DemoFlood {
    switch attack {
    case .connections(let kind):
      .connections(try start(kind, phase, facts: facts, progress))
    case .datagrams(let kind):
      .datagrams(try start(kind, phase, progress))
    }
  }

  private func start(
    _ kind: DatagramFloodKind,
    _ phase: DemoPlan.Phase,
    _ progress: FloodProgress
  ) throws -> RunningFlood<DatagramFloodReport> {
    let router = network.routers[0]
    guard let sources = FloodSources(network: Self.floodNetwork, count: Self.floodAddresses) else {
      throw LabError("no addresses for a flood")
    }
    var settings = DatagramFloodSettings(
      kind: kind,
      target: router.endpointSSU2,
      sources: sources,
      ratePerSecond: plan.datagramsPerSecond,
      durationNanoseconds: UInt64(phase.seconds + 2) * Nanoseconds.perSecond
    )
    let facts = try SSU2RouterFacts.read(directory: router.directory)
    settings.router = facts
    if kind == .replay {
      settings.recordings = try network.world.run {
        SSU2Initiator.recording(of: router.endpointSSU2, router: facts)
      }
    }
    return try RunningFlood(settings, in: network.world, progress: progress)
  }

  private func start(
    _ kind: FloodKind,
    _ phase: DemoPlan.Phase,
    facts: RouterFacts,
    _ progress: FloodProgress
  ) throws -> RunningFlood<FloodReport> {
    let available = DescriptorLimit.raise(to: Self.openMax + Self.otherDescriptors)
    var settings = FloodSettings(
      kind: kind,
      target: network.routers[0].endpoint,
      sources: FloodSources(network: Self.floodNetwork, count: Self.floodAddresses),
      ratePerSecond: plan.ratePerSecond,
      durationNanoseconds: UInt64(phase.seconds + 1) * Nanoseconds.perSecond
    )
    settings.openConnectionsMaximum = max(min(Self.openMax, available - Self.otherDescriptors), 1)
    settings.holdNanoseconds = Self.holdNanoseconds
    settings.whenFull = .dropOldest
    settings.router = facts
    settings.preparedFlightCount = Int(plan.ratePerSecond)
    return try RunningFlood(settings, in: network.world, progress: progress)
  }
}

/// A flood of either transport.
private enum DemoFlood {
  case connections(RunningFlood<FloodReport>)
  case datagrams(RunningFlood<DatagramFloodReport>)

  /// Ends it; why it did not begin, or nil.
  @discardableResult
  func stop() -> Flood.Failure? {
    switch self {
    case .connections(let flood): flood.stop()
    case .datagrams(let flood): flood.stop()
    }
  }
}
