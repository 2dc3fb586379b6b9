internal import Wire

/// Every bound of one gate for datagrams, with its unit in its name.
///
/// The defaults suit a host of one or two cores. Rates and sizes hold for the whole gate; shards
/// share them out.
public struct DatagramLimits: Sendable, Equatable {
  /// What i2pd can bear.
  public var i2pd = RouterAllowance.i2pd
  /// What Java I2P can bear.
  public var java = RouterAllowance.java
  /// What makes a source known.
  public var standing = StandingWeights()

  /// Datagrams that one proven endpoint may send through the gate: a handshake with all of its
  /// retransmissions takes eight.
  public var endpointRequests = RateLimit(perSecond: 2, burst: 24)
  /// Peer tests, hole punches and unknown tokens of one address (`/32`, `/128`).
  public var addressOthers = RateLimit(perSecond: 1, burst: 8)
  /// Cookies that one address may return.
  public var addressEchoes = RateLimit(perSecond: 4, burst: 32)
  /// Cookies that one network (`/24`, `/64`) may return.
  public var networkEchoes = RateLimit(perSecond: 8, burst: 64)
  /// Challenges that are sent to one network, whoever asks in its name.
  public var networkChallenges = RateLimit(perSecond: 2_000, burst: 4_000)
  /// Messages of peer tests, of everybody.
  public var peerTests = RateLimit(perSecond: 10, burst: 40)
  /// Hole punches, of everybody.
  public var holePunches = RateLimit(perSecond: 10, burst: 40)
  /// Datagrams of sessions that come from another endpoint than before.
  public var movedSessions = RateLimit(perSecond: 10, burst: 40)
  /// Datagrams of proven endpoints whose flow the kernel has forgotten.
  public var silentSessions = RateLimit(perSecond: 200, burst: 400)

  /// How long an allowance has to be exceeded before cookies are asked for.
  public var graceNanoseconds: UInt64 = 200 * Nanoseconds.perMillisecond
  /// How long nothing must exceed it before they are not asked for any more.
  public var holdNanoseconds: UInt64 = 10 * Nanoseconds.perSecond
  /// How long an endpoint stays proven at least, unless the table is full. Longer than the hour for
  /// which Java I2P honours a token from an earlier session (i2pd: 52 minutes).
  public var provenLifetimeNanoseconds: UInt64 = 3 * 3_600 * Nanoseconds.perSecond

  /// Endpoints that are remembered as proven.
  public var provenEndpoints: UInt32 = 131_072
  /// Tokens of the router that are remembered, each for ten seconds.
  public var witnessedTokens: UInt32 = 16_384
  /// Source records (addresses, networks and sites) that are remembered.
  public var sourceRecords: UInt32 = 131_072
  /// Cookies that came back, remembered against their being used twice.
  public var cookieRecords: UInt32 = 16_384

  /// The defaults.
  public init() {}

  /// What a router of this kind can bear.
  public func allowance(_ kind: RouterKind) -> RouterAllowance {
    switch kind {
    case .i2pd: i2pd
    case .java: java
    }
  }

  /// The share of the shard `index` of `shards`. What is counted by source stays whole, since a
  /// source always meets the same shard.
  public func share(of shards: UInt32, index: UInt32 = 0) -> DatagramLimits {
    precondition(index < shards, "a share of nothing")
    func part(_ whole: UInt32) -> UInt32 { max(whole / shards, 1) }
    var share = self
    share.i2pd = i2pd.share(of: shards, index: index)
    share.java = java.share(of: shards, index: index)
    share.peerTests = peerTests.share(of: shards)
    share.holePunches = holePunches.share(of: shards)
    share.movedSessions = movedSessions.share(of: shards)
    share.silentSessions = silentSessions.share(of: shards)
    share.provenEndpoints = part(provenEndpoints)
    share.witnessedTokens = part(witnessedTokens)
    share.sourceRecords = part(sourceRecords)
    share.cookieRecords = part(cookieRecords)
    return share
  }

  /// The times that stages go by.
  var timing: StageTiming {
    StageTiming(graceNanoseconds: graceNanoseconds, holdNanoseconds: holdNanoseconds)
  }
}
