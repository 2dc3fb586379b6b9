import Kernel
import Wire

/// A real router, with a gate before it or bare, and the world around it.
final class BenchRouter: Sendable {
  /// The network; its first router is measured.
  let network: LabNetwork
  /// The gate before it; nil: bare.
  let gate: LabGate?

  /// How long a network needs until its routers have said what they say at their start.
  private static let settlingNanoseconds = 4 * Nanoseconds.perSecond

  /// The router that is measured.
  var router: LabRouter { network.routers[0] }

  /// Starts two routers that know each other; with `limits`, a gate before the first.
  init(guardedWith limits: [String: String]?, descriptors: Int = 8_192) throws {
    var settings = RouterSettings()
    settings.coreOfFirst = BenchSettings.proxyCore
    settings.coreOfOthers = BenchSettings.loadCore
    settings.openDescriptorsMax = descriptors
    settings.destinationPairs = 1
    var started: LabGate?
    network = try LabNetwork.start(routers: 2, settings: settings) { router in
      guard let limits, router.number == 1 else { return }
      var settings = LabGateSettings()
      settings.core = BenchSettings.proxyCore
      settings.limits = limits
      let gate = try LabGate(before: router, settings: settings)
      try gate.start()
      started = gate
    }
    gate = started
    Pause.nanoseconds(Self.settlingNanoseconds)
  }

  /// Ends everything.
  func stop() {
    gate?.stop()
    network.stop()
  }

  /// What the router has used so far.
  var processorNanoseconds: UInt64 {
    router.pid.flatMap { ProcessTimes.processorNanoseconds(of: $0) } ?? 0
  }

  /// Runs a flood against it from the world, on the load's core, until `stop` is raised or it ends.
  func flood(
    _ settings: FloodSettings,
    stop: FloodStop? = nil,
    progress: FloodProgress? = nil
  ) throws -> FloodReport {
    var asked = settings
    asked.target = router.endpoint
    asked.core = Int32(BenchSettings.loadCore)
    asked.router = try RouterFacts.read(directory: router.directory)
    let flood = asked
    return try network.world.run { try Flood.run(flood, stop: stop, progress: progress) }
  }

  /// Honest initiators for `nanoseconds`.
  func knock(
    forNanoseconds nanoseconds: UInt64,
    _ serial: HonestInitiators.Serial
  ) throws -> HonestTallies {
    let peers = try HonestInitiators(at: router, from: network.world, serial)
    Pause.nanoseconds(nanoseconds)
    return peers.stop()
  }
}
