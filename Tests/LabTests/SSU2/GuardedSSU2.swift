import Kernel
import Testing
import Wire

@testable import Lab

/// A real i2pd behind a real gate of SSU2, in namespaces of its own, and a world to call it from.
final class GuardedSSU2: SSU2Scene {
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
    router = try .alone(in: topology, settings)
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
  func newEndpoint() -> Endpoint {
    sourceCount += 1
    return Endpoint(address: AddressPlan.worldSource(1_000_000 + sourceCount * 257), port: 9_222)
  }
}
