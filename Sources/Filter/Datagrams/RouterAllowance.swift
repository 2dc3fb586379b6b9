internal import Wire

/// What one kind of router can bear of strangers' datagrams. Rates hold for the whole gate.
public struct RouterAllowance: Sendable, Equatable, BitwiseCopyable {
  /// TokenRequests that one address (`/32`, `/128`) may leave without a proof.
  public var addressRequests: RateLimit
  /// TokenRequests that one network (`/24`, `/64`) may.
  public var networkRequests: RateLimit
  /// TokenRequests that one IPv6 site (`/48`) may.
  public var siteRequests: RateLimit
  /// TokenRequests that all strangers together may.
  public var requests: RateLimit
  /// TokenRequests above all that, while no cookies are asked for yet: the burst is what one grace
  /// may let through.
  public var grace: RateLimit
  /// Requests of known addresses when strangers have used up what is shared: TokenRequests, and
  /// SessionRequests with a token that nobody was seen to give.
  public var knownRequests: RateLimit
  /// SessionRequests of strangers with a token that nobody was seen to give: it may be one that the
  /// router gave in an earlier session.
  public var unknownTokens: RateLimit
  /// TokenRequests of proven endpoints, whose senders may be forged, that may be left without an
  /// answer, all together; what is over that is asked of strangers' allowance.
  public var provenTokenRequests: RateLimit
  /// Their SessionRequests with a token that nobody was seen to give, all together: most are of an
  /// earlier session.
  public var provenRequests: RateLimit
  /// Cookies that may come back, all together: each lets an endpoint pass.
  public var echoes: RateLimit
  /// Sound messages of peers whose clock is off, passed on for the router to tell them.
  public var skewedPeers: RateLimit

  /// Fields in their order.
  public init(
    addressRequests: RateLimit,
    networkRequests: RateLimit,
    siteRequests: RateLimit,
    requests: RateLimit,
    grace: RateLimit,
    knownRequests: RateLimit,
    unknownTokens: RateLimit,
    provenTokenRequests: RateLimit,
    provenRequests: RateLimit,
    echoes: RateLimit,
    skewedPeers: RateLimit
  ) {
    self.addressRequests = addressRequests
    self.networkRequests = networkRequests
    self.siteRequests = siteRequests
    self.requests = requests
    self.grace = grace
    self.knownRequests = knownRequests
    self.unknownTokens = unknownTokens
    self.provenTokenRequests = provenTokenRequests
    self.provenRequests = provenRequests
    self.echoes = echoes
    self.skewedPeers = skewedPeers
  }

  /// i2pd: what limits it is its processor, of which a TokenRequest takes 35 to 55 microseconds,
  /// and the 100 bytes that it keeps of each endpoint for a minute.
  public static var i2pd: RouterAllowance {
    RouterAllowance(
      addressRequests: RateLimit(perSecond: 1, burst: 8),
      networkRequests: RateLimit(perSecond: 2, burst: 24),
      siteRequests: RateLimit(perSecond: 4, burst: 32),
      requests: RateLimit(perSecond: 20, burst: 64),
      grace: RateLimit(perMinute: 256, burst: 256),
      knownRequests: RateLimit(perSecond: 20, burst: 64),
      unknownTokens: RateLimit(perSecond: 5, burst: 20),
      provenTokenRequests: RateLimit(perSecond: 200, burst: 400),
      provenRequests: RateLimit(perSecond: 200, burst: 400),
      echoes: RateLimit(perSecond: 200, burst: 400),
      skewedPeers: RateLimit(perSecond: 2, burst: 20)
    )
  }

  /// Java I2P: it counts TokenRequests and SessionRequests with tokens that it does not know, and
  /// from 15 a minute on refuses what is above the count of the minute before; each also takes one
  /// of 20 to 75 places for five seconds. So everything here together that strangers may ask for,
  /// bursts included, has to leave room below 15 for those who prove themselves. That room is also
  /// what known addresses and proven endpoints ask in: whoever wants to take it from them has to
  /// forge theirs. A token of an earlier session it does not count; a peer whose token is refused
  /// stays away for minutes, so there is more room for those.
  public static var java: RouterAllowance {
    RouterAllowance(
      addressRequests: RateLimit(perMinute: 2, burst: 3),
      networkRequests: RateLimit(perMinute: 3, burst: 3),
      siteRequests: RateLimit(perMinute: 3, burst: 3),
      requests: RateLimit(perMinute: 6, burst: 5),
      grace: RateLimit(tokens: 1, periodNanoseconds: 600 * Nanoseconds.perSecond, burst: 1),
      knownRequests: RateLimit(perMinute: 4, burst: 4),
      unknownTokens: RateLimit(perMinute: 1, burst: 1),
      provenTokenRequests: RateLimit(perMinute: 3, burst: 2),
      provenRequests: RateLimit(perMinute: 20, burst: 10),
      echoes: RateLimit(perMinute: 60, burst: 30),
      skewedPeers: RateLimit(perMinute: 1, burst: 1)
    )
  }

  /// The share of the shard `index` of `shards`: all of them together let through no more than one
  /// would. What is counted by source stays whole, since a source always meets the same shard.
  func share(of shards: UInt32, index: UInt32) -> RouterAllowance {
    var share = self
    share.requests = requests.share(of: shards, index: index)
    share.grace = grace.share(of: shards, index: index)
    share.knownRequests = knownRequests.share(of: shards, index: index)
    share.unknownTokens = unknownTokens.share(of: shards, index: index)
    share.provenTokenRequests = provenTokenRequests.share(of: shards, index: index)
    share.provenRequests = provenRequests.share(of: shards, index: index)
    share.echoes = echoes.share(of: shards, index: index)
    share.skewedPeers = skewedPeers.share(of: shards, index: index)
    return share
  }
}
