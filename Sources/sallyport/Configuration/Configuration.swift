internal import Filter
internal import Proxy
internal import Wire

/// Everything that the configuration file says, with a default for everything that it does not.
struct Configuration: Sendable, Equatable {
  /// The router that is guarded.
  var router = RouterSettings()
  /// The ports that are guarded.
  var gates: [GateSettings] = []
  /// The bounds of each NTCP2 gate.
  var limits = LimitSettings()
  /// The bounds of each SSU2 gate.
  var datagrams = DatagramLimits()
  /// The bounds of each SSU2 gate in proxy mode.
  var flows = FlowLimits()
  /// Where the rules are.
  var rules = RulesSettings()
  /// Where people and programs ask.
  var admin = AdminSettings()
  /// Where what outlives a restart is kept.
  var state = StateSettings()
  /// How long what sources have shown counts.
  var standing = StandingConfiguration()
  /// How long what sources have shown counts, and for how many. What it weighs is among the limits.
  struct StandingConfiguration: Sendable, Equatable {
    /// The lifetime of each test.
    var lifetimes = StandingLifetimes()
    /// Sources that are remembered.
    var sources: UInt32 = 131_072
  }

  /// What hears SYNs that never become a connection.
  var radar = RadarConfiguration()
  /// What is kept of the first flights that are refused.
  var refusedFlights = RefusedFlightSettings()
  /// How connections are diverted in the kernel.
  var firewall = FirewallSettings()
  /// The process itself.
  var process = ProcessSettings()
}

/// The router that is guarded.
struct RouterSettings: Sendable, Equatable {
  /// With what a first flight is proven.
  enum Proof: String, Sendable, CaseIterable {
    /// The router's own transport key.
    case full
    /// What the router publishes, and nothing more.
    case `public`
  }

  /// Which program it is; nil when its files tell.
  var kind: RouterKind?
  /// The router's data directory, with router.info and the transport keys.
  var directory = "/var/lib/i2pd"
  /// With what a first flight is proven.
  var proof = Proof.full
}

/// A port that is guarded.
struct GateSettings: Sendable, Equatable {
  /// How connections reach the router.
  enum Mode: Sendable, Equatable {
    /// Diverted in the kernel; the router sees the peers' own addresses.
    case transparent
    /// Accepted at the gate's address and dialled from the gate's host to this endpoint.
    case proxy(upstream: Endpoint)
  }

  /// What new peers meet while the guard is away.
  enum WhenDown: String, Sendable, CaseIterable {
    /// The router itself.
    case open
    /// Nobody.
    case closed
  }

  /// The transport that is spoken on the port.
  var transport: Transport
  /// The address and port: what the router publishes, or where a proxy listens.
  var endpoint: Endpoint
  /// How connections reach the router.
  var mode = Mode.transparent
  /// What new peers meet while the guard is away.
  var whenDown = WhenDown.open

  /// Where the router itself is to listen.
  var router: Endpoint {
    if case .proxy(let upstream) = mode { upstream } else { endpoint }
  }
}

/// Where the rules are.
struct RulesSettings: Sendable, Equatable {
  /// The directory whose `*.toml` files are read.
  var directory = "/etc/sallyport/rules.d"
  /// The directory of the rules that came with the program: read first, and what is in the other
  /// takes the place of what has the same name here. It need not exist.
  var shipped = "/usr/share/sallyport/rules.d"
}

/// Where people and programs ask.
struct AdminSettings: Sendable, Equatable {
  /// The Unix socket that `sallyport status` and the like speak to.
  var socket = "/run/sallyport/admin.sock"
  /// The admin page and the metrics; nil when off.
  var http: Endpoint? = Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: 9_477)
}

/// Where what outlives a restart is kept.
struct StateSettings: Sendable, Equatable {
  /// The directory.
  var directory = "/var/lib/sallyport"
}

/// What hears SYNs that never become a connection.
struct RadarConfiguration: Sendable, Equatable {
  /// Whether it listens at all.
  var isEnabled = true
  /// The device, or "any".
  var device = "any"
}

/// How connections are diverted in the kernel.
struct FirewallSettings: Sendable, Equatable {
  /// The firewall mark on packets that belong to the gate.
  var mark: UInt32 = 0x53a11
  /// The bits of the mark that are ours; other programs may use the others.
  var markMask: UInt32 = 0xffff_ffff
  /// The routing table that delivers marked packets locally.
  var table: UInt32 = 53
  /// The priority of the routing rule that leads to that table.
  var priority: UInt32 = 5_300
  /// The gate's own port, to which connections are diverted. Below the range from which Linux picks
  /// ports for outgoing connections, so that none of those can hold it.
  var tcpPort: UInt16 = 15_300
  /// The gate's own port, to which peers' datagrams are diverted.
  var udpPort: UInt16 = 15_301
  /// The gate's own port, to which the router's answers to datagrams on trial are diverted.
  var udpWitnessPort: UInt16 = 15_302
}

/// The process itself.
struct ProcessSettings: Sendable, Equatable {
  /// Loops that share the connections; 0 is one a core.
  var shards: UInt32 = 0
}
