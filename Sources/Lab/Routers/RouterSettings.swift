/// How the routers of a network are configured.
struct RouterSettings: Equatable, Sendable {
  /// Which transports a router speaks.
  enum Transports: String, CaseIterable, Sendable {
    case ntcp2, ssu2, both

    var hasNTCP2: Bool { self != .ssu2 }
    var hasSSU2: Bool { self != .ntcp2 }
  }

  /// NTCP2 alone converges quickest: SSU2 peers that start together collide for 75 s.
  var transports = Transports.ntcp2
  /// What the first router speaks when it is more than the others do.
  var transportsOfFirst: Transports?
  /// The TCP port, the same on every router.
  var portNTCP2: UInt16 = 9_111
  /// The UDP port, the same on every router.
  var portSSU2: UInt16 = 9_222
  /// Hops of the tunnels between the two destinations; exploratory tunnels have one.
  ///
  /// Zero makes the routers talk to each other directly. i2pd publishes a destination only at the
  /// moment an inbound tunnel completes while an outbound one exists; with hops in between that
  /// moment can be missed (measured with one destination: 1 start of 7 had no page in 100 s).
  var tunnelLength = 0
  /// Tunnels each way of every destination.
  var tunnelQuantity = 4
  /// Destinations behind the first router, each with a client of its own at the last.
  ///
  /// i2pd first builds the tunnels of a destination at a random moment within 10 s, in rounds of
  /// 5 s; of several the first that is ready serves.
  var destinationPairs = 8
  /// Whether routers find out by peer tests whether strangers reach them.
  var peerTests = PeerTests.asShipped
  /// Whether a router has its console, which tells its sessions and what it thinks of its own
  /// reachability.
  var console = Console.off
  /// Routers behind a home router's firewall, by number: strangers do not reach their UDP port.
  var firewalledNumbers: Set<Int> = []
  /// Whether the routers also publish their IPv6 addresses; they then prefer them.
  var hasIPv6 = false
  /// Whether the first router does; nil: as all others.
  var hasIPv6OfFirst: Bool?
  /// Pause between the starts of two routers.
  var startPauseNanoseconds: UInt64 = 0
  /// How much is logged: none, error, warn (i2pd's default), info, debug.
  var logLevel = "warn"
  /// Open descriptors of each router, as in the unit of Debian.
  var openDescriptorsMax = 8_192
  /// The core of the first router, the one under test; nil leaves it to the kernel.
  var coreOfFirst: Int?
  /// The core of all others.
  var coreOfOthers: Int?
  /// More settings of i2pd, `section.key` and value, over the lab's.
  var overrides: [String: String] = [:]
  /// The program.
  var program = "/usr/sbin/i2pd"

  /// What routers do about their own reachability.
  enum PeerTests: String, CaseIterable, Sendable {
    /// A test at the start, in which routers that start together collide, and one every 75 s.
    case asShipped = "as-shipped"
    /// None: every router trusts all others by name and takes itself for reachable at once (i2pd:
    /// the trust section).
    case off
  }

  /// Whether there is a console.
  enum Console: Sendable {
    /// There is none: it would cost the router time.
    case off
    /// At `RouterConsole.endpoint` in the router's namespace.
    case on
  }

  /// The settings of router `number`, from 1.
  func of(router number: Int) -> RouterSettings {
    var settings = self
    if number == 1, let transportsOfFirst { settings.transports = transportsOfFirst }
    if number == 1, let hasIPv6OfFirst { settings.hasIPv6 = hasIPv6OfFirst }
    return settings
  }

  /// The network's number: the public one is 2, so a stray packet would be refused.
  static let networkID = 99
}
