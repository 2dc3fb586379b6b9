public import Wire

/// What the limits say of a connection that was just accepted.
public enum LimitVerdict: Equatable, Sendable, BitwiseCopyable {
  /// It may show its first flight.
  case welcome(SourceKeys)
  /// Refused before a byte was read.
  case refuse(Reason)
}

/// The limits and the memory of sources: the first room that a connection passes.
///
/// Counts at several levels at once (address, network, site, gate); the tightest wins. Pure:
/// moments and addresses come in, verdicts go out.
public struct SourceLimits: ~Copyable {
  private var settings: LimitSettings
  private let table: SourceTable
  private let hasher: SourceHasher
  private let standings: StandingTable?
  private var gate = TokenBucket()
  private var reserve = TokenBucket()

  /// Network failures from which on its addresses count as crowded.
  private static let crowdedFailures: UInt16 = 4
  /// Unfinished handshakes of a network from which on its addresses count as crowded.
  private static let crowdedAsked: UInt16 = 3
  /// The same of an IPv6 site, which may be all networks of one flooder, or of some honest ones.
  private static let crowdedSiteFailures: UInt16 = 16
  private static let crowdedSiteAsked: UInt16 = 12

  /// Limits with an empty memory of their own; what others know of sources is read from
  /// `standings`.
  public init(_ settings: LimitSettings, standings: StandingTable? = nil) {
    self.settings = settings
    table = SourceTable(capacity: settings.sourceRecords)
    hasher = standings?.makeHasher() ?? SourceHasher()
    self.standings = standings
  }

  /// Takes new limits; what is remembered of sources stays.
  public mutating func reload(_ settings: LimitSettings) {
    self.settings = settings
  }

  /// Judges a new connection and counts it; a welcome one is half-open until `leaveHalfOpen`,
  /// and open until `leave`.
  ///
  /// What strangers share with a source, its network's and the gate's bounds, can't be used up
  /// against a known one: it passes on a reserve that nobody else draws from. Its own address's
  /// bounds hold for everybody but for one that people allowed.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func arrive(
    _ source: SourceAddress,
    isAllowed: Bool = false,
    now: Instant
  ) -> LimitVerdict {
    let keys = keys(source)
    guard !isAllowed else { return welcomeAllowed(keys, now: now) }
    let shared = sharedRefusal(keys, now: now)
    if let shared {
      guard isKnown(keys, now: now), reserve.hasToken(settings.knownReserve, now: now) else {
        return .refuse(shared)
      }
    }
    let address = unsafe table.place(keys.address, now: now)
    unsafe address.pointee.addArrival()
    guard unsafe address.pointee.connections.take(settings.addressRate, now: now) else {
      return .refuse(.addressRate)
    }
    guard unsafe address.pointee.hasRoom(settings.addressHalfOpen) else {
      return .refuse(.addressHalfOpen)
    }
    unsafe address.pointee.halfOpen &+= 1
    unsafe address.pointee.addOpen()
    if shared != nil { _ = reserve.take(settings.knownReserve, now: now) }
    countAtWiderLevels(keys, isOnReserve: shared != nil, now: now)
    return .welcome(keys)
  }

  /// Why the gate, the site or the network has no room for one more; nil when they have.
  private mutating func sharedRefusal(_ keys: SourceKeys, now: Instant) -> Reason? {
    guard gate.hasToken(settings.gateRate, now: now) else { return .gateRate }
    if keys.site != 0 {
      let site = unsafe table.place(keys.site, now: now)
      guard unsafe site.pointee.connections.hasToken(settings.siteRate, now: now) else {
        return .prefixRate
      }
    }
    let network = unsafe table.place(keys.network, now: now)
    guard unsafe network.pointee.connections.hasToken(settings.networkRate, now: now) else {
      return .prefixRate
    }
    return unsafe network.pointee.hasRoom(settings.networkHalfOpen) ? nil : .prefixHalfOpen
  }

  /// One that people allowed: it is half-open like any other, and uses up nothing that is its
  /// neighbours'.
  private mutating func welcomeAllowed(_ keys: SourceKeys, now: Instant) -> LimitVerdict {
    let network = unsafe table.place(keys.network, now: now)
    guard unsafe network.pointee.hasRoom(.max) else { return .refuse(.prefixHalfOpen) }
    let address = unsafe table.place(keys.address, now: now)
    guard unsafe address.pointee.hasRoom(.max) else { return .refuse(.addressHalfOpen) }
    guard
      gate.take(settings.gateRate, now: now) || reserve.take(settings.knownReserve, now: now)
    else { return .refuse(.gateRate) }
    unsafe address.pointee.addArrival()
    unsafe address.pointee.halfOpen &+= 1
    unsafe address.pointee.addOpen()
    // The address's record may have taken its network's place.
    if let network = unsafe table.find(keys.network) { unsafe network.pointee.halfOpen &+= 1 }
    return .welcome(keys)
  }

  /// Only who is welcome uses up what an address shares with others: one that is over its own
  /// limits would else spend its neighbours' tokens too.
  private mutating func countAtWiderLevels(_ keys: SourceKeys, isOnReserve: Bool, now: Instant) {
    if !isOnReserve {
      _ = gate.take(settings.gateRate, now: now)
      if keys.site != 0, let site = unsafe table.find(keys.site) {
        _ = unsafe site.pointee.connections.take(settings.siteRate, now: now)
      }
    }
    // The address's record may have taken its network's place.
    guard let network = unsafe table.find(keys.network) else { return }
    if !isOnReserve { _ = unsafe network.pointee.connections.take(settings.networkRate, now: now) }
    // A known one may come above the bound, but not above what can be counted.
    if unsafe network.pointee.hasRoom(.max) { unsafe network.pointee.halfOpen &+= 1 }
  }

  /// The connection showed what it is, or went: it is half-open no more.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func leaveHalfOpen(_ keys: SourceKeys) {
    for key in keys {
      guard let record = unsafe table.find(key), unsafe record.pointee.halfOpen > 0 else {
        continue
      }
      unsafe record.pointee.halfOpen &-= 1
    }
  }

  /// The connection is over.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func leave(_ keys: SourceKeys) {
    guard let record = unsafe table.find(keys.address), unsafe record.pointee.open > 0 else {
      return
    }
    unsafe record.pointee.open &-= 1
  }

  /// What is remembered of a source now.
  #if !DEBUG
    @_noLocks
  #endif
  public func history(_ keys: SourceKeys, now: Instant) -> SourceHistory {
    let standing = standing(keys, now: now)
    let network = unsafe table.place(keys.network, now: now).pointee
    let address = unsafe table.place(keys.address, now: now).pointee
    let hasCompleted = address.completions > 0
    return SourceHistory(
      standing: standing,
      failures: UInt32(address.failures),
      networkFailures: UInt32(network.failures),
      concurrency: UInt32(address.open),
      reconnectsPerMinute: address.arrivalsPerMinute(milliseconds: now.wrappingMilliseconds),
      earlier: hasCompleted ? .complete : address.hasFailedAtRouter ? .fail : .none
    )
  }

  /// The standing of a source now: what it did lately at this shard, and what is known of it from
  /// before and from elsewhere.
  #if !DEBUG
    @_noLocks
  #endif
  public func standing(_ keys: SourceKeys, now: Instant) -> Standing {
    let address = unsafe table.place(keys.address, now: now).pointee
    let score = settings.standing.score(facts(keys, now: now))
    if isKnown(address, score) { return .known }
    if address.failures > 0 || score < 0 { return .failing }
    // Something speaks for the address itself: its neighbours do not weigh.
    guard score == 0 else { return .fresh }
    let network = unsafe table.place(keys.network, now: now).pointee
    let isCrowded =
      network.failures >= Self.crowdedFailures || network.asked >= Self.crowdedAsked
      || isSiteCrowded(keys, now: now)
    return isCrowded ? .crowded : .fresh
  }

  /// Under which keys `source` is remembered.
  #if !DEBUG
    @_noLocks
  #endif
  public func keys(_ source: SourceAddress) -> SourceKeys {
    hasher.keys(source)
  }

  /// What is known of a source from before and from elsewhere.
  #if !DEBUG
    @_noLocks
  #endif
  public func facts(_ keys: SourceKeys, now: Instant) -> StandingFacts {
    standings?.facts(keys.address, now: now) ?? .none(now: now)
  }

  /// Whether the source is known, without making a record of it.
  private func isKnown(_ keys: SourceKeys, now: Instant) -> Bool {
    let score = settings.standing.score(facts(keys, now: now))
    guard let record = unsafe table.find(keys.address) else {
      return isKnown(SourceRecord(), score)
    }
    var address = unsafe record.pointee
    address.decay(now.wrappingMilliseconds)
    return isKnown(address, score)
  }

  private func isKnown(_ address: SourceRecord, _ score: Int32) -> Bool {
    address.failures <= 1 && (address.completions > 0 || score >= StandingWeights.known)
  }

  private func isSiteCrowded(_ keys: SourceKeys, now: Instant) -> Bool {
    guard keys.site != 0 else { return false }
    let site = unsafe table.place(keys.site, now: now).pointee
    return site.failures >= Self.crowdedSiteFailures || site.asked >= Self.crowdedSiteAsked
  }

  /// A source asks for a handshake with a proven first flight.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func ask(_ keys: SourceKeys, now: Instant) {
    for key in keys { unsafe table.place(key, now: now).pointee.addAsked() }
  }

  /// A handshake that was asked for became a session.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func complete(_ keys: SourceKeys, now: Instant) {
    for key in keys { unsafe table.place(key, now: now).pointee.addCompletion() }
  }

  /// Handshakes of this address that are under way at the router.
  #if !DEBUG
    @_noLocks
  #endif
  public func inFlight(_ keys: SourceKeys) -> Int {
    guard let record = unsafe table.find(keys.address) else { return 0 }
    return unsafe Int(record.pointee.inFlight)
  }

  /// A handshake of this address is under way at the router: until `leaveFlight`.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func enterFlight(_ keys: SourceKeys) {
    guard let record = unsafe table.find(keys.address),
      unsafe record.pointee.inFlight < .max
    else { return }
    unsafe record.pointee.inFlight &+= 1
  }

  /// A handshake of this address is no longer under way at the router.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func leaveFlight(_ keys: SourceKeys) {
    guard let record = unsafe table.find(keys.address), unsafe record.pointee.inFlight > 0 else {
      return
    }
    unsafe record.pointee.inFlight &-= 1
  }

  /// Something that no honest peer does came from this source.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func fail(_ keys: SourceKeys, now: Instant) {
    for key in keys { unsafe table.place(key, now: now).pointee.addFailure() }
  }

  /// A handshake of this source did not become a session, whoever gave it up.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func failAtRouter(_ keys: SourceKeys, now: Instant) {
    unsafe table.place(keys.address, now: now).pointee.hasFailedAtRouter = true
  }
}
