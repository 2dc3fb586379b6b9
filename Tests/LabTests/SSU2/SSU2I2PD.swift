import Kernel
import Wire

@testable import Lab

/// A real i2pd alone with SSU2, bare, and a world of millions of addresses to call it from.
final class SSU2I2PD {
  let topology: StarTopology
  let router: LabRouter
  let facts: SSU2RouterFacts
  private var sourceCount: UInt32 = 0

  init(core: Int? = nil) throws {
    topology = try StarTopology(hostCount: 1)
    var settings = RouterSettings()
    settings.transports = .ssu2
    settings.coreOfFirst = core
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

  /// A handshake from the world, by default from a new address.
  func handshake(
    from source: Endpoint? = nil,
    _ change: (inout SSU2HandshakeOptions) -> Void = { _ in }
  ) throws -> SSU2HandshakeResult {
    var options = SSU2HandshakeOptions()
    change(&options)
    let (target, facts, fixed) = (router.endpointSSU2, facts, options)
    let from = source ?? Endpoint(address: newSource(), port: 0)
    return try topology.world.namespace.run {
      SSU2Initiator.handshake(to: target, from: from, router: facts, options: fixed)
    }
  }
}
