import Kernel
import Wire

@testable import Lab

/// A real i2pd alone with SSU2, bare, and a world of millions of addresses to call it from.
final class SSU2I2PD: SSU2Scene {
  let topology: StarTopology
  let router: LabRouter
  let facts: SSU2RouterFacts
  private var sourceCount: UInt32 = 0

  init(core: Int? = nil) throws {
    topology = try StarTopology(hostCount: 1)
    var settings = RouterSettings()
    settings.transports = .ssu2
    settings.coreOfFirst = core
    router = try .alone(in: topology, settings)
    facts = try SSU2RouterFacts.read(directory: router.directory)
  }

  /// Ends everything and removes it.
  func close() {
    router.kill()
    topology.remove()
  }

  /// An address of the world that was not used before, in a /24 of its own.
  func newSource() -> SourceAddress {
    sourceCount += 1
    return AddressPlan.worldSource(1_000_000 + sourceCount * 257)
  }

  func newEndpoint() -> Endpoint { Endpoint(address: newSource(), port: 0) }
}
