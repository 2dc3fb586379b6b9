import Kernel
import Testing
import Wire

@testable import Lab

/// A real i2pd behind a real gate of SSU2, in namespaces of its own, and a world to call it from.
final class GuardedSSU2 {
  let topology: StarTopology
  let router: LabRouter
  let gate: LabGate
  let facts: SSU2RouterFacts
  private var sourceCount: UInt32 = 0

  /// The gate stands before SSU2, and before NTCP2 as well when the router speaks both.
  init(_ transports: RouterSettings.Transports = .ssu2, shards: Int = 1) throws {
    topology = try StarTopology(hostCount: 1)
    var settings = RouterSettings()
    settings.transports = transports
    router = try LabRouter(
      host: topology.hosts[0],
      settings: settings,
      isFloodfill: true,
      runDirectory: topology.directory
    )
    try router.start()
    try router.waitForFiles(["router.info", "ssu2.keys"])
    try router.waitUntilListening()
    _ = Pause.until(timeoutNanoseconds: 5 * Nanoseconds.perSecond) { [router] in
      router.hasWholeRouterInfo
    }
    facts = try SSU2RouterFacts.read(directory: router.directory)
    var gateSettings = LabGateSettings()
    gateSettings.shards = shards
    gate = try LabGate(before: router, settings: gateSettings)
    try gate.start()
  }

  /// Ends everything and removes it.
  func close() {
    gate.kill()
    router.kill()
    topology.remove()
  }

  /// An endpoint of the world that was not used before, in a /24 of its own.
  func newSource() -> Endpoint {
    sourceCount += 1
    return Endpoint(address: AddressPlan.worldSource(1_000_000 + sourceCount * 257), port: 9_222)
  }

  /// A handshake from the world, by default from a new address.
  func handshake(
    from source: Endpoint? = nil,
    _ change: (inout SSU2HandshakeOptions) -> Void = { _ in }
  ) throws -> SSU2HandshakeResult {
    var options = SSU2HandshakeOptions()
    change(&options)
    let (target, facts, fixed) = (router.endpointSSU2, facts, options)
    let from = source ?? newSource()
    return try topology.world.namespace.run {
      SSU2Initiator.handshake(to: target, from: from, router: facts, options: fixed)
    }
  }
}
