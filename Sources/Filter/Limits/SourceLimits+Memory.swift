public import Wire

/// What is remembered of sources, and how they stand for it.
extension SourceLimits {
  /// Network failures from which on its addresses count as crowded.
  private static let crowdedFailures: UInt16 = 4
  /// Unfinished handshakes of a network from which on its addresses count as crowded.
  private static let crowdedAsked: UInt16 = 3
  /// The same of an IPv6 site, which may be all networks of one flooder, or of some honest ones.
  private static let crowdedSiteFailures: UInt16 = 16
  private static let crowdedSiteAsked: UInt16 = 12

  /// What is remembered of a source now.
  #if !DEBUG
    @_noLocks
  #endif
  public func history(_ keys: SourceKeys, now: Instant) -> SourceHistory {
    let network = recall(keys.network, now: now) ?? SourceRecord()
    let address = recall(keys.address, now: now) ?? SourceRecord()
    let standing = standing(keys, address, network, now: now)
    // A stack that is judged apart answers for itself alone.
    let own = keys.passage == .apart ? recall(keys.stack, now: now) ?? SourceRecord() : address
    return SourceHistory(
      standing: standing,
      failures: UInt32(own.failures),
      networkFailures: UInt32(network.failures),
      concurrency: UInt32(address.open),
      reconnectsPerMinute: address.arrivalsPerMinute(milliseconds: now.wrappingMilliseconds),
      earlier: own.completions > 0 ? .complete : own.hasFailedAtRouter ? .fail : .none
    )
  }

  /// The standing of a source now: what it did lately at this shard, and what is known of it from
  /// before and from elsewhere.
  #if !DEBUG
    @_noLocks
  #endif
  public func standing(_ keys: SourceKeys, now: Instant) -> Standing {
    standing(
      keys,
      recall(keys.address, now: now) ?? SourceRecord(),
      recall(keys.network, now: now) ?? SourceRecord(),
      now: now
    )
  }

  private func standing(
    _ keys: SourceKeys,
    _ address: SourceRecord,
    _ network: SourceRecord,
    now: Instant
  ) -> Standing {
    if keys.passage == .apart {
      let stack = recall(keys.stack, now: now) ?? SourceRecord()
      if hasFailed(stack) { return .failing }
      if stack.completions > 0 { return .known }
      // A stack that was never seen is no better than its network: a botnet has one for each of
      // its addresses that failed. Only where handshakes complete it may be somebody else's.
      guard isCrowded(network, keys, now: now) else { return .fresh }
      return address.completions > 0 ? .crowded : .failing
    }
    let score = settings.standing.score(facts(keys, now: now))
    if isKnown(address, score) { return .known }
    if address.failures > 0 || score < 0 { return .failing }
    // Something speaks for the address itself: its neighbours do not weigh.
    guard score == 0 else { return .fresh }
    guard isCrowded(network, keys, now: now) else { return .fresh }
    return SourceRecord.isInsistent(UInt32(address.asked)) ? .failing : .crowded
  }

  private func isCrowded(_ network: SourceRecord, _ keys: SourceKeys, now: Instant) -> Bool {
    network.failures >= Self.crowdedFailures || network.asked >= Self.crowdedAsked
      || isSiteCrowded(keys, now: now)
  }

  /// What is known of a source from before and from elsewhere.
  #if !DEBUG
    @_noLocks
  #endif
  public func facts(_ keys: SourceKeys, now: Instant) -> StandingFacts {
    standings?.facts(keys.address, now: now) ?? .none(now: now)
  }

  /// Whether the source is known, without making a record of it.
  func isKnown(_ keys: SourceKeys, now: Instant) -> Bool {
    let score = settings.standing.score(facts(keys, now: now))
    return isKnown(recall(keys.address, now: now) ?? SourceRecord(), score)
  }

  private func isKnown(_ address: SourceRecord, _ score: Int32) -> Bool {
    address.failures <= 1 && (address.completions > 0 || score >= StandingWeights.known)
  }

  private func isSiteCrowded(_ keys: SourceKeys, now: Instant) -> Bool {
    guard let site = recall(keys.site, now: now) else { return false }
    return site.failures >= Self.crowdedSiteFailures || site.asked >= Self.crowdedSiteAsked
  }

  /// Notes something at the address of a source, at the stack there that answers for itself, and at
  /// its network and site.
  ///
  /// The first failure of an address takes no record of a stack: whose it was matters only when
  /// there are more.
  private func change(
    _ keys: SourceKeys,
    now: Instant,
    _ change: (inout SourceRecord) -> Void
  ) {
    let address = unsafe table.place(keys.address, now: now)
    let isTroubled = unsafe address.pointee.failures > 0
    unsafe change(&address.pointee)
    if isTroubled, keys.stack != 0 { unsafe change(&table.place(keys.stack, now: now).pointee) }
    changeWider(keys, now: now, change)
  }

  /// Changes what is remembered of a source's network, and of its site.
  private func changeWider(
    _ keys: SourceKeys,
    now: Instant,
    _ change: (inout SourceRecord) -> Void
  ) {
    unsafe change(&table.place(keys.network, now: now).pointee)
    if keys.site != 0 { unsafe change(&table.place(keys.site, now: now).pointee) }
  }

  /// A source asks for a handshake with a whole first flight, whether or not it is ever proven.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func ask(_ keys: SourceKeys, now: Instant) {
    unsafe table.place(keys.address, now: now).pointee.addAsked()
    changeWider(keys, now: now) { $0.addAsked() }
  }

  /// A handshake that was asked for became a session.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func complete(_ keys: SourceKeys, now: Instant) {
    change(keys, now: now) { $0.addCompletion() }
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

  /// Whether the connection of `keys` is the only one that came from its address lately.
  #if !DEBUG
    @_noLocks
  #endif
  public func isAlone(_ keys: SourceKeys, now: Instant) -> Bool {
    guard let address = recall(keys.address, now: now) else { return false }
    return address.open == 1 && address.arrivalsLately == 1
  }

  /// Something that no honest peer does came from this source.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func fail(_ keys: SourceKeys, now: Instant) {
    change(keys, now: now) { $0.addFailure() }
  }

  /// A handshake of this source did not become a session, whoever gave it up.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func failAtRouter(_ keys: SourceKeys, now: Instant) {
    unsafe table.place(keys.address, now: now).pointee.hasFailedAtRouter = true
    if let stack = unsafe table.find(keys.stack) { unsafe stack.pointee.hasFailedAtRouter = true }
  }
}
