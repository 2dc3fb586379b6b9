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
  /// Where its page is shown, in the router's namespace; nil shows none.
  var page: Endpoint?
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

  /// One port that the gate guards.
  struct Port: Equatable, Sendable {
    /// What is spoken there, as the configuration names it.
    enum Transport: String, Sendable {
      case ntcp2, ssu2
    }

    /// What is spoken there.
    let transport: Transport
    /// Its address and port.
    let endpoint: Endpoint
  }

  /// Which program it is.
  let kind: Kind
  /// Its directory, with router.info and the keys.
  let directory: String
  /// What the gate guards, at least one port.
  let ports: [Port]
  /// Where it lives; nil: where the lab itself does.
  let namespace: NetworkNamespace?
}

extension GuardedRouter {
  /// A router of which one port is guarded.
  init(
    kind: Kind,
    directory: String,
    transport: Port.Transport = .ntcp2,
    endpoint: Endpoint,
    namespace: NetworkNamespace?
  ) {
    self.init(
      kind: kind,
      directory: directory,
      ports: [Port(transport: transport, endpoint: endpoint)],
      namespace: namespace
    )
  }

  /// A router of a lab's network, with all that it speaks.
  init(_ router: LabRouter) {
    let transports = router.configuration.settings.transports
    var ports: [Port] = []
    if transports.hasNTCP2 { ports.append(Port(transport: .ntcp2, endpoint: router.endpoint)) }
    if transports.hasSSU2 { ports.append(Port(transport: .ssu2, endpoint: router.endpointSSU2)) }
    self.init(
      kind: .i2pd,
      directory: router.directory,
      ports: ports,
      namespace: router.namespace
    )
  }
}
