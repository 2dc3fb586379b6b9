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

  /// Runs all phases and shows the summary.
  func run() throws {
    let facts = try RouterFacts.read(directory: network.routers[0].directory)
    let peers = try HonestPeers(
      in: network.world,
      to: network.routers[0].endpoint,
      router: facts
    )
    show(DemoText.legend)
    var outcomes: [DemoOutcome] = []
    for phase in plan.phases {
      show(DemoText.heading(phase, ratePerSecond: plan.ratePerSecond))
      if phase.guardState == .bare, gate.pid != nil { gate.stop() }
      outcomes.append(try run(phase, facts: facts, peers: peers))
    }
    for line in DemoSummary.lines(outcomes) { show(line) }
  }

  private func run(
    _ phase: DemoPlan.Phase,
    facts: RouterFacts,
    peers: HonestPeers
  ) throws -> DemoOutcome {
    let progress = FloodProgress()
    let flood = try phase.flood.map { try start($0, phase, facts: facts, progress) }
    if flood != nil {
      // Honest first flights are made before the first connection.
      _ = Pause.until(timeoutNanoseconds: Self.preparationNanoseconds) { progress.attempted > 0 }
    }
    peers.startPhase()
    let begun = Clock.now
    var samples = [look(progress, peers)]
    for second in 1...max(phase.seconds, 1) {
      let end = begun.advanced(byNanoseconds: UInt64(second) * Nanoseconds.perSecond)
      Pause.nanoseconds(end.nanoseconds(since: Clock.now))
      let before = samples[samples.count - 1]
      samples.append(look(progress, peers))
      for line in DemoText.lines(second: second, samples[samples.count - 1], since: before) {
        show(line)
      }
    }
    if let failure = flood?.stop() { throw failure }
    return DemoOutcome(phase: phase, samples: samples)
  }

  private func look(_ progress: FloodProgress, _ peers: HonestPeers) -> DemoSample {
    DemoSample(
      attempted: progress.attempted,
      status: gate.pid == nil ? nil : try? gate.status(),
      gate: gate.observe(),
      router: network.routers[0].pid.flatMap(ProcessObservation.init(of:)),
      honest: peers.tallies
    )
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
