import Kernel
import Wire

/// A real router, with a gate before it or bare, and the world around it.
final class BenchRouter: Sendable {
  /// The network; its first router is measured.
  let network: LabNetwork
  /// The gate before it; nil: bare.
  let gate: BenchGate?

  /// How long a network needs until its routers have said what they say at their start.
  private static let settlingNanoseconds = 4 * Nanoseconds.perSecond

  /// The router that is measured.
  var router: LabRouter { network.routers[0] }

  /// Starts two routers that know each other; with `limits`, a gate before the first.
  init(guardedWith limits: [String: Int]?, descriptors: Int = 8_192) throws {
    var settings = RouterSettings()
    settings.coreOfFirst = BenchSettings.proxyCore
    settings.coreOfOthers = BenchSettings.loadCore
    settings.openDescriptorsMax = descriptors
    settings.destinationPairs = 1
    var started: BenchGate?
    network = try LabNetwork.start(routers: 2, settings: settings) { router in
      guard let limits, router.number == 1 else { return }
      var gate = BenchGate.Settings(routerDirectory: router.directory, endpoint: router.endpoint)
      gate.kind = "i2pd"
      gate.limits = limits
      started = try BenchGate.start(gate, in: router.namespace)
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

  /// Runs a flood against it from the world, on the load's core; what it holds ends with it, unless
  /// a `stop` says when.
  func flood(_ settings: FloodSettings, stop: FloodStop? = nil) throws -> FloodReport {
    let stop = stop ?? Self.stop(afterNanoseconds: settings.durationNanoseconds)
    var asked = settings
    asked.target = router.endpoint
    asked.core = Int32(BenchSettings.loadCore)
    asked.router = try RouterFacts.read(directory: router.directory)
    let flood = asked
    return try network.world.run { try Flood.run(flood, stop: stop) }
  }

  private static func stop(afterNanoseconds nanoseconds: UInt64) -> FloodStop {
    let stop = FloodStop()
    _ = LabThread {
      Pause.nanoseconds(nanoseconds)
      stop.raise()
    }
    return stop
  }

  /// Honest initiators for `nanoseconds`.
  func knock(
    forNanoseconds nanoseconds: UInt64,
    _ serial: HonestPeers.Serial
  ) throws -> [HonestPeers.Origin: HonestPeers.Tally] {
    let peers = try HonestPeers(at: router, from: network.world, serial)
    Pause.nanoseconds(nanoseconds)
    return peers.stop()
  }
}
