import Filter
import Kernel
import Wire

@testable import Lab

/// A real i2pd with both transports over both families, and one gate process before all four ports.
final class GuardedDualStack {
  let topology: StarTopology
  let router: LabRouter
  let gate: LabGate
  let factsNTCP2: RouterFacts
  let factsSSU2: SSU2RouterFacts
  private var sourceCount: UInt32 = 0

  /// Where it listens, over IPv6.
  var endpointNTCP2: Endpoint {
    Endpoint(address: router.host.addressIPv6, port: router.port)
  }
  /// The same for SSU2.
  var endpointSSU2: Endpoint {
    Endpoint(address: router.host.addressIPv6, port: router.portSSU2)
  }

  init() throws {
    topology = try StarTopology(hostCount: 1)
    var settings = RouterSettings()
    settings.transports = .both
    settings.hasIPv6 = true
    router = try .alone(in: topology, settings)
    factsNTCP2 = try RouterFacts.read(directory: router.directory)
    factsSSU2 = try SSU2RouterFacts.read(directory: router.directory)
    let addresses = [router.host.address, router.host.addressIPv6]
    let ports = addresses.flatMap { [router] address in
      [
        GuardedRouter.Port(
          transport: .ntcp2,
          endpoint: Endpoint(address: address, port: router.port)
        ),
        GuardedRouter.Port(
          transport: .ssu2,
          endpoint: Endpoint(address: address, port: router.portSSU2)
        ),
      ]
    }
    gate = try LabGate(
      before: GuardedRouter(
        kind: .i2pd,
        directory: router.directory,
        ports: ports,
        namespace: router.namespace
      ),
      directory: "\(router.namespace.runDirectory)/gate"
    )
    try gate.start()
  }

  func close() {
    gate.kill()
    router.kill()
    topology.remove()
  }

  /// An address of the world in a site (/48) that nothing else comes from.
  func newSource() -> SourceAddress {
    sourceCount += 1
    return SourceAddress(high: 0x2a0d_5e00_8000_0000 + UInt64(sourceCount) << 16, low: 1)
  }

  /// An NTCP2 handshake over IPv6, by default from a new site.
  func handshakeNTCP2(
    to target: Endpoint? = nil,
    from source: SourceAddress? = nil
  ) throws -> HandshakeResult {
    let (target, facts) = (target ?? endpointNTCP2, factsNTCP2)
    let source = source ?? newSource()
    return try topology.world.namespace.run {
      var options = HandshakeOptions()
      options.farewell = .closeAtOnce
      return Initiator.handshake(to: target, from: source, router: facts, options: options)
    }
  }

  /// An SSU2 handshake over IPv6, by default from a new site.
  func handshakeSSU2(
    to target: Endpoint? = nil,
    from address: SourceAddress? = nil,
    _ manner: SSU2Manner = .i2pd
  ) throws -> SSU2HandshakeResult {
    let (target, facts) = (target ?? endpointSSU2, factsSSU2)
    let source = Endpoint(address: address ?? newSource(), port: 9_222)
    return try topology.world.namespace.run {
      var options = SSU2HandshakeOptions()
      options.manner = manner
      return SSU2Initiator.handshake(to: target, from: source, router: facts, options: options)
    }
  }
}

/// Where a flood over IPv6 comes from.
enum FloodOrigin: CaseIterable {
  /// Many addresses of one network (/64).
  case network
  /// Many networks of one site (/48).
  case site
  /// Many sites.
  case everywhere

  /// The sources.
  var sources: FloodSources? {
    switch self {
    case .network:
      SourcePrefix("2a0d:5e00:1:1::/64").flatMap { FloodSources(network: $0, count: 60_000) }
    case .site:
      SourcePrefix("2a0d:5e00:2::/48").flatMap {
        FloodSources(network: $0, count: 60_000, spread: .networks)
      }
    case .everywhere:
      // Half of the world's sites: the honest come from the other half.
      SourcePrefix("2a0d:5e00::/33").flatMap {
        FloodSources(network: $0, count: 30_000, spread: .sites)
      }
    }
  }
}
