internal import Wire

/// Every bound of one gate, with its unit in its name.
///
/// The defaults suit a host of one or two cores and leave room for hundreds of honest peers behind
/// one carrier's address. Rates and caps hold for the whole gate; shards share them out.
public struct LimitSettings: Sendable, Equatable {
  /// New connections from one address (`/32`, `/128`).
  public var addressRate = RateLimit(perSecond: 20, burst: 200)
  /// New connections from one network (`/24`, `/64`).
  public var networkRate = RateLimit(perSecond: 200, burst: 2_000)
  /// New connections from one IPv6 site (`/48`).
  public var siteRate = RateLimit(perSecond: 400, burst: 4_000)
  /// New connections from everybody.
  public var gateRate = RateLimit(perSecond: 50_000, burst: 100_000)

  /// New connections from known addresses when strangers have used up what is shared.
  public var knownReserve = RateLimit(perSecond: 1_000, burst: 4_000)
  /// What makes a source known.
  public var standing = StandingWeights()

  /// Connections from one address that have shown nothing yet.
  public var addressHalfOpen: UInt32 = 256
  /// New connections, over its own limit, from an address where handshakes complete: behind it may
  /// be a carrier's thousands, some of whom flood.
  public var sharedAddressRate = RateLimit(perSecond: 1_000, burst: 2_000)
  /// Connections from such an address, over its own limits, that have shown nothing yet.
  public var sharedAddressHalfOpen: UInt32 = 8_192
  /// Connections from one network that have shown nothing yet.
  public var networkHalfOpen: UInt32 = 2_048

  /// Connections held that are not proven: waiting for a first flight or being mimicked to.
  public var heldStrangers: UInt32 = 16_384
  /// Connections that were admitted, in handshake or with data flowing.
  public var openSessions: UInt32 = 8_192
  /// Handshakes under way at the router at a time that are not finished.
  public var handshakesInFlight: UInt32 = 16
  /// Proven peers with a wrong clock that are passed on, for the router to answer.
  public var skewedPeers = RateLimit(perSecond: 2, burst: 20)
  /// Source records (addresses and networks) that are remembered.
  public var sourceRecords: UInt32 = 262_144
  /// First flights remembered against replay, at least this many in the span that counts.
  public var replayRecords: UInt32 = 65_536

  /// How long a proven peer may wait for the router to have room, or to come back.
  public var admissionWaitNanoseconds: UInt64 = 5 * Nanoseconds.perSecond
  /// How long the router may take to accept a connection.
  public var dialTimeoutNanoseconds: UInt64 = 5 * Nanoseconds.perSecond
  /// How long a handshake may go without a step after the router's answer.
  public var stallTimeoutNanoseconds: UInt64 = 15 * Nanoseconds.perSecond
  /// How long a session may be silent in both directions.
  public var idleTimeoutNanoseconds: UInt64 = 3_600 * Nanoseconds.perSecond

  /// The defaults.
  public init() {}

  /// One of `shards` equal shares. What is counted by source stays whole, since a source always
  /// meets the same shard.
  public func share(of shards: UInt32) -> LimitSettings {
    precondition(shards > 0, "a share of nothing")
    func part(_ whole: UInt32) -> UInt32 { max(whole / shards, 1) }
    var share = self
    share.gateRate = gateRate.share(of: shards)
    share.knownReserve = knownReserve.share(of: shards)
    share.heldStrangers = part(heldStrangers)
    share.openSessions = part(openSessions)
    share.handshakesInFlight = part(handshakesInFlight)
    share.skewedPeers = skewedPeers.share(of: shards)
    share.sourceRecords = part(sourceRecords)
    share.replayRecords = part(replayRecords)
    return share
  }

  /// Descriptors that a gate with these bounds may have open: one a stranger, two a session, and
  /// `other` for everything else.
  public func descriptors(other: Int) -> Int {
    Int(heldStrangers) + 2 * Int(openSessions) + other
  }

  /// The same bounds with as many strangers and sessions as `available` descriptors leave room for,
  /// a third of them for strangers at least; nil when that is next to nothing.
  public func fitted(toDescriptors available: Int, other: Int) -> LimitSettings? {
    guard descriptors(other: other) > available else { return self }
    let rest = available - other
    guard rest >= Self.fewestDescriptors else { return nil }
    let strangers = min(Int(heldStrangers), max(rest / 3, rest - 2 * Int(openSessions)))
    var fitted = self
    fitted.heldStrangers = UInt32(strangers)
    fitted.openSessions = min(openSessions, UInt32((rest - strangers) / 2))
    return fitted
  }

  private static let fewestDescriptors = 256
}
