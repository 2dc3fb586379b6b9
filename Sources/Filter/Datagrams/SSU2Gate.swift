public import Wire

/// The whole judgement of datagrams on a router's SSU2 port.
///
/// ```
/// look: is it for this router, whole, and of our time?         SSU2Handshake: the introduction key
///   TokenRequest   -> proven before? -> strangers' allowance, or a known peer's reserve
///                     -> the router, or a cookie
///   SessionRequest -> a token that the router was seen to send? a cookie of ours? proven before?
///   PeerTest, HolePunch, other -> small budgets of their own
/// ```
///
/// - Comes in: a datagram with its source, the moment, and what the router answers to peers on
///   trial.
/// - Goes out: a verdict with its reason, and the bytes of an answer; endpoints that were proven.
/// - Never: changes a datagram; answers more than was asked; stores anything about who proves
///   nothing, beyond its source's records; grows; allocates or counts references.
public struct SSU2Gate: ~Copyable {
  var handshake: SSU2Handshake
  var limits: DatagramLimits
  var allowance: RouterAllowance
  let hasher: SourceHasher
  let standings: StandingTable?
  var cookies: CookieJar
  var witnesses: WitnessTable
  var proven: ProvenEndpoints
  var news = ProvenNews()
  var strangers: Strangers
  var random: SmallRandom

  // Budgets of the whole gate; those of sources are in `strangers`, of endpoints in `proven`.
  var unknownTokens = TokenBucket()
  var provenTokenRequests = TokenBucket()
  var provenRequests = TokenBucket()
  var echoes = TokenBucket()
  var peerTests = TokenBucket()
  var holePunches = TokenBucket()
  var movedSessions = TokenBucket()
  var silentSessions = TokenBucket()
  var skewedPeers = TokenBucket()

  /// A gate that has seen nobody. What is known of sources from before and from elsewhere is read
  /// from `standings`; `seed` decides draws that only have to look like a router's.
  public init(
    facts: SSU2Facts,
    limits: DatagramLimits,
    standings: StandingTable? = nil,
    seed: UInt64,
    now: Instant
  ) {
    hasher = standings?.makeHasher() ?? SourceHasher()
    self.standings = standings
    handshake = SSU2Handshake(facts: facts)
    self.limits = limits
    allowance = limits.allowance(facts.kind)
    cookies = CookieJar(capacity: limits.cookieRecords, now: now)
    witnesses = WitnessTable(capacity: limits.witnessedTokens)
    proven = ProvenEndpoints(
      capacity: limits.provenEndpoints,
      lifetimeNanoseconds: limits.provenLifetimeNanoseconds
    )
    strangers = Strangers(limits: limits, kind: facts.kind)
    random = SmallRandom(seed: seed)
  }

  /// Takes what a reload changes: the router's facts and rates. What is remembered stays, and
  /// tables keep the size that they were made with.
  public mutating func reload(facts: SSU2Facts, limits: DatagramLimits, now: Instant) {
    if facts != handshake.facts { handshake = SSU2Handshake(facts: facts) }
    self.limits = limits
    allowance = limits.allowance(facts.kind)
    proven.reload(lifetimeNanoseconds: limits.provenLifetimeNanoseconds)
    strangers.reload(limits: limits, kind: facts.kind)
  }

  /// Endpoints that are remembered as proven, also those that no datagram has come from since they
  /// ceased to count.
  public var provenCount: Int { proven.count }

  /// Records of addresses, networks and sites.
  public var sourceRecordCount: Int { strangers.recordCount }

  /// Tokens of the router that are remembered.
  public var witnessedTokenCount: Int { witnesses.count }

  /// Good cookies that are remembered of the present span.
  public var cookieRecordCount: Int { cookies.spentCount }

  /// How hard strangers press the gate now.
  public mutating func stage(now: Instant) -> OverloadStage {
    strangers.stage(now: now)
  }

  /// An endpoint that an earlier life of the gate had proven that long before `now`.
  public mutating func restore(
    _ endpoint: Endpoint,
    provenAgoNanoseconds: UInt64,
    now: Instant
  ) {
    let key = hasher.key(endpoint)
    proven.restore(key, provenAgoNanoseconds: provenAgoNanoseconds, now: now)
  }

  /// The next endpoint that was proven and not yet told, or proven again after a while; nil when
  /// there is none. Whoever keeps them asks often: only the first thousand wait.
  public mutating func takeProven() -> Endpoint? {
    news.take()
  }

  /// Judges a datagram from outside. A source that people allowed meets only the bounds of the gate
  /// as a whole. `wallSeconds` are seconds since 1970; an answer needs `SSU2Bounds.longestRetry`
  /// bytes of room.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func arrive(
    _ datagram: UnsafeRawBufferPointer,
    from endpoint: Endpoint,
    isAllowed: Bool = false,
    now: Instant,
    wallSeconds: UInt64,
    answer: UnsafeMutableRawBufferPointer
  ) -> DatagramVerdict {
    let sender = Sender(endpoint: endpoint, isAllowed: isAllowed)
    let look = unsafe handshake.look(datagram, wallSeconds: wallSeconds)
    switch look {
    case .tokenRequest(let header):
      let question = Question(header, datagram.count, sender, now, wallSeconds)
      return unsafe judgeTokenRequest(question, answer)
    case .sessionRequest(let header):
      let question = Question(header, datagram.count, sender, now, wallSeconds)
      return unsafe judgeSessionRequest(question, answer)
    case .peerTest: return judgePeerTest(sender, now: now)
    case .holePunch: return judgeHolePunch(sender, now: now)
    case .other(let identifier): return judgeOther(identifier, sender, now: now)
    case .refuse(.clockSkew): return judgeSkewed(sender, now: now)
    case .refuse(let reason): return .refuse(reason)
    }
  }

  /// Judges what the router answered to an endpoint on trial: a Retry's token is remembered as
  /// witnessed. Anything else shows that it took a token of an earlier session: an endpoint that is
  /// proven is so anew, and nobody becomes proven by it.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func answered(
    _ datagram: UnsafeRawBufferPointer,
    to endpoint: Endpoint,
    now: Instant
  ) -> AnswerVerdict {
    switch unsafe handshake.lookAtAnswer(datagram) {
    case .other:
      let renewal = proven.renew(hasher.key(endpoint), now: now)
      if renewal == .renewed { news.add(endpoint) }
      return .release(.established)
    case .retry(let token, _, _):
      if token != 0 { witnesses.remember(hasher.key(endpoint, token: token), now: now) }
      return .forward(.onTrial)
    }
  }
}

/// Who sent a datagram, as far as it says.
struct Sender: BitwiseCopyable {
  /// The address and port on it.
  let endpoint: Endpoint
  /// Whether people allowed the address: anybody can write it, so this spares it the limits of one
  /// source and no more.
  let isAllowed: Bool
}

/// A datagram that may be answered.
struct Question: BitwiseCopyable {
  /// Its header.
  let header: SSU2LongHeader
  /// Its length in bytes.
  let bytes: Int
  /// Who sent it.
  let sender: Sender
  /// When it came.
  let now: Instant
  /// The same in seconds since 1970.
  let wallSeconds: UInt64

  init(
    _ header: SSU2LongHeader,
    _ bytes: Int,
    _ sender: Sender,
    _ now: Instant,
    _ wallSeconds: UInt64
  ) {
    self.header = header
    self.bytes = bytes
    self.sender = sender
    self.now = now
    self.wallSeconds = wallSeconds
  }

  /// Where it came from.
  var source: Endpoint { sender.endpoint }
}
