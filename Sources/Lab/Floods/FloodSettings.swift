internal import Wire

/// One flood: what, where to, from where, how fast, and how far at most.
struct FloodSettings: Sendable {
  /// Most connections open at once that any flood may ask for: the descriptors a process can get.
  static let openMaximum = 1_000_000

  /// What each connection does.
  var kind: FloodKind
  /// Where to.
  var target: Endpoint
  /// From where; nil: the kernel's choice.
  var sources: FloodSources?
  /// Whether its packets look like another stack's than those of honest peers in the lab.
  var hasOtherStack = false
  /// Connections a second; nil: as many as one core can.
  var ratePerSecond: Double?
  /// How long new connections are made.
  var durationNanoseconds: UInt64
  /// Most connections open at once.
  var openConnectionsMaximum = 10_000
  /// How long a connection is held unless the other side closes it first.
  var holdNanoseconds: UInt64 = 10 * Nanoseconds.perSecond
  /// Between two bytes of a dribble.
  var dribbleIntervalNanoseconds: UInt64 = 500 * Nanoseconds.perMillisecond
  /// What to do when all connections are open.
  var whenFull: WhenFull = .wait
  /// Whom honest first flights are for; needed by `firstFlight` and `replay`.
  var router: RouterFacts?
  /// Honest first flights made before the start.
  var preparedFlightCount = 20_000
  /// The core to run on; nil: the scheduler's choice.
  var core: Int32?

  /// What a flood does when it may open no more connections.
  enum WhenFull: String, Sendable {
    /// Waits until one ends.
    case wait
    /// Ends the oldest one, with RST.
    case dropOldest = "drop-oldest"
  }
}

/// The addresses that a flood comes from, one after the other.
struct FloodSources: Sendable {
  private let first: SourceAddress
  private let count: UInt64
  private var cursor: UInt64 = 0
  private var step = SourceAddress(high: 0, low: 1)
  /// One of so many addresses is left out; 0: none.
  private var gap: UInt64 = 0

  /// How IPv6 addresses lie apart.
  enum Spread: UInt8, Sendable {
    /// Each in a network (/64) of its own.
    case networks = 64
    /// Each in a site (/48) of its own.
    case sites = 48
  }

  /// One address of each of the first `count` networks or sites of the IPv6 network `network`. Nil
  /// when it has none.
  init?(network: SourcePrefix, count: Int, spread: Spread) {
    guard count > 0, !network.address.isIPv4, network.length <= spread.rawValue else { return nil }
    first = SourceAddress(high: network.address.high, low: 1)
    step = SourceAddress(high: 1 << UInt64(64 - spread.rawValue), low: 0)
    self.count = min(UInt64(count), 1 << min(UInt64(spread.rawValue - network.length), 62))
  }

  /// The first `count` addresses of `network`, without the network's own; all of them must be local
  /// to the flood's network namespace. Nil when the network has no such address.
  init?(network: SourcePrefix, count: Int) {
    let familyLength: UInt8 = network.address.isIPv4 ? 32 : 128
    let hostBits = familyLength - network.length
    let available = hostBits >= 63 ? UInt64.max >> 1 : (UInt64(1) << UInt64(hostBits)) - 1
    guard count > 0 else { return nil }
    if available == 0 {
      first = network.address
      self.count = 1
    } else {
      first = SourceAddress(high: network.address.high, low: network.address.low &+ 1)
      self.count = min(UInt64(count), available)
    }
  }

  /// The first `count` addresses of the IPv4 network `network` as above, but for the last one of
  /// each `gap`: who lives there is a neighbour of the flood and no part of it.
  init?(network: SourcePrefix, count: Int, leavingOutOneOf gap: Int) {
    let room = 1 << (32 - Int(network.length))
    guard gap > 1, (count / (gap - 1) + 1) * gap < room else { return nil }
    self.init(network: network, count: count)
    self.gap = UInt64(gap)
  }

  /// The next address.
  mutating func next() -> SourceAddress {
    let place = gap > 1 ? cursor &+ cursor / (gap &- 1) : cursor
    let address = SourceAddress(
      high: first.high &+ step.high &* place,
      low: first.low &+ step.low &* place
    )
    cursor = cursor &+ 1 == count ? 0 : cursor &+ 1
    return address
  }
}
