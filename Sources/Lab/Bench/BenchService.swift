import Kernel
import Wire

/// The service behind the proxies of a bench: a router in name and files only, whose answers are
/// long enough to look like a router's.
final class BenchService: Sendable {
  /// What an initiator knows of it.
  let facts: RouterFacts
  /// Where it claims to be.
  let endpoint: Endpoint

  private let directory: String

  /// Writes the files of a new router for the host of `wire`.
  init(on wire: BenchWire) throws {
    endpoint = Endpoint(address: wire.address, port: RunningProxy.guardedPort)
    directory = "\(wire.directory)/router"
    try Files.makeDirectory(directory)
    let identity = LabIdentity()
    try JavaRouterDirectory.write(
      identity,
      at: endpoint,
      networkIdentifier: UInt8(RouterSettings.networkID),
      wallSeconds: Clock.wallSeconds,
      directory: directory
    )
    facts = identity.facts(at: endpoint, networkIdentifier: UInt8(RouterSettings.networkID))
  }

  /// What a gate before it guards.
  func guarded(in namespace: NetworkNamespace) -> GuardedRouter {
    GuardedRouter(kind: .java, directory: directory, endpoint: endpoint, namespace: namespace)
  }

  /// A gate before it, with bounds that no measured load meets.
  static func gate(
    proof: LabGateSettings.Proof,
    rulesDirectory: String? = nil
  ) -> LabGateSettings {
    var settings = LabGateSettings()
    settings.core = BenchSettings.proxyCore
    settings.proof = proof
    settings.rulesDirectory = rulesDirectory
    settings.limits = BenchLimits.wide
    return settings
  }
}

/// Bounds of a gate whose work is measured, not its patience.
enum BenchLimits {
  /// Far above every load of the benches; the tables keep their usual sizes.
  static let wide = [
    "address-rate-per-second": "100000", "address-rate-burst": "1000000",
    "network-rate-per-second": "100000", "network-rate-burst": "1000000",
    "gate-rate-per-second": "1000000", "gate-rate-burst": "10000000",
    "address-half-open": "16384", "network-half-open": "16384",
    "handshakes-in-flight": "4096", "open-sessions": "4096", "held-strangers": "8192",
  ]
}

/// Where the loads of the benches come from.
enum BenchSources {
  /// The network of a flood, and how many of its addresses: whole networks of a botnet.
  static let floodNetwork = "11.64.0.0/16"
  static let floodCount = 60_000
  /// In each of these networks the flood leaves out one address of so many, for honest neighbours.
  private static let gap = 13

  /// The addresses of a flood.
  static var flood: FloodSources? {
    SourcePrefix(floodNetwork).flatMap {
      FloodSources(network: $0, count: floodCount, leavingOutOneOf: gap)
    }
  }

  /// An address that the flood leaves out of one of its networks (/24); 5,000 differ, neighbours in
  /// number lie far apart.
  static func insideFlood(_ index: UInt32) -> SourceAddress {
    let hole = index &* 1_031 % UInt32(floodCount / (gap - 1))
    return SourceAddress(ipv4: 0x0b40_0000 + UInt32(gap) * (hole + 1))
  }

  /// Honest peers live in networks of their own: consecutive ones are 257 addresses apart.
  static func honest(_ index: UInt32) -> SourceAddress {
    AddressPlan.worldSource(index &* 257)
  }
}
