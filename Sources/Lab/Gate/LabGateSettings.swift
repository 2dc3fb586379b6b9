import Wire

/// How a gate of the lab is configured and started.
struct LabGateSettings: Equatable, Sendable {
  /// How connections reach the router.
  enum Mode: Equatable, Sendable {
    /// Diverted in the kernel, so that the router sees the peers' own addresses.
    case transparent
    /// Accepted by the gate and dialled to this endpoint.
    case proxy(upstream: Endpoint)
  }

  /// What new peers meet while the gate is away.
  enum WhenDown: String, Sendable {
    /// The router itself.
    case open
    /// Nobody.
    case closed
  }

  /// With what the gate proves first flights.
  enum Proof: String, Sendable {
    /// The router's own transport key.
    case full
    /// What the router publishes, and nothing more.
    case `public`
  }

  /// How connections reach the router.
  var mode = Mode.transparent
  /// With what the gate proves first flights.
  var proof = Proof.full
  /// What new peers meet while the gate is away; of a transparent gate only.
  var whenDown = WhenDown.open
  /// Loops that share the connections; zero is one a core.
  var shards = 1
  /// The core it stays on; nil leaves it to the kernel.
  var core: Int?
  /// What it may do.
  var privileges = SpawnOptions.Privileges.own
  /// Lines of `[limits]`, key and value; what is not named keeps its default.
  var limits: [String: String] = [:]
  /// The directory with the rules; nil takes those of the repository that the lab was built from.
  var rulesDirectory: String?
  /// The program; nil takes the one that lies beside the lab's own.
  var program: String?
}

/// What stands behind a gate.
struct GuardedRouter: Equatable, Sendable {
  /// Which program it is, as the configuration names it.
  enum Kind: String, Sendable {
    case i2pd, java
  }

  /// Which program it is.
  let kind: Kind
  /// Its directory, with router.info and the keys.
  let directory: String
  /// The address and port that the gate guards.
  let endpoint: Endpoint
  /// Where it lives; nil: where the lab itself does.
  let namespace: NetworkNamespace?
}

extension GuardedRouter {
  /// A router of a lab's network.
  init(_ router: LabRouter) {
    self.init(
      kind: .i2pd,
      directory: router.directory,
      endpoint: router.endpoint,
      namespace: router.namespace
    )
  }
}
