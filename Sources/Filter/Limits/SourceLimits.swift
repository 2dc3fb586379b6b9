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
  private(set) var settings: LimitSettings
  let table: SourceTable
  let hasher: SourceHasher
  let standings: StandingTable?
  private(set) var gate = TokenBucket()
  private(set) var reserve = TokenBucket()

  /// Limits with an empty memory of their own; what others know of sources is read from
  /// `standings`.
  public init(_ settings: LimitSettings, standings: StandingTable? = nil) {
    self.settings = settings
    table = SourceTable(capacity: settings.sourceRecords)
    hasher = standings?.makeHasher() ?? SourceHasher()
    self.standings = standings
  }

  /// Records of addresses, networks and sites.
  public var recordCount: Int { table.count }

  /// Takes new limits; what is remembered of sources stays.
  public mutating func reload(_ settings: LimitSettings) {
    self.settings = settings
  }

  /// Under which keys `source` is remembered.
  #if !DEBUG
    @_noLocks
  #endif
  public func keys(_ source: SourceAddress) -> SourceKeys {
    hasher.keys(source)
  }

  /// Whether an address fails or is over its limits: only then does the stack matter that connects.
  #if !DEBUG
    @_noLocks
  #endif
  public func isTroubled(_ source: SourceAddress, now: Instant) -> Bool {
    guard let record = unsafe table.find(hasher.keys(source).address) else { return false }
    let address = unsafe record.pointee
    var bucket = address.connections
    return address.failures > 0 || !address.hasRoom(settings.addressHalfOpen)
      || !bucket.hasToken(settings.addressRate, now: now)
  }

  /// Judges a new connection and counts it; a welcome one is half-open until `leaveHalfOpen`, and
  /// open until `leave`. `stack` is the hash of its SYN, where that is known.
  ///
  /// What strangers share with a source, its network's and the gate's bounds, can't be used up
  /// against a known one: it passes on a reserve that nobody else draws from. Its own address's
  /// bounds hold for everybody but for one that people allowed.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func arrive(
    _ source: SourceAddress,
    stack: UInt32? = nil,
    isAllowed: Bool = false,
    now: Instant
  ) -> LimitVerdict {
    var keys = keys(source)
    if let stack { keys.stack = hasher.key(source, stack: stack) }
    guard !isAllowed else { return welcomeAllowed(keys, now: now) }
    let wider = widerRefusal(keys, now: now)
    let isOnReserve = wider != nil && hasReserve(keys, now: now)
    let passes = wider == nil || isOnReserve
    guard passes || wider != .gateRate && hasCompletions(keys) else {
      return .refuse(wider ?? .gateRate)
    }
    let record = unsafe table.place(keys.address, now: now)
    unsafe record.pointee.addArrival()
    let hasToken = unsafe record.pointee.connections.hasToken(settings.addressRate, now: now)
    let address = unsafe record.pointee
    let hasRoom = hasToken && address.hasRoom(settings.addressHalfOpen)
    if passes, !hasRoom || address.failures > 0, enterApart(keys, now: now) {
      keys.passage = .apart
    } else if passes, hasRoom {
      enterOwn(keys, now: now)
    } else if wider != .gateRate, address.completions > 0, enterShared(keys, now: now) {
      keys.passage = .shared
    } else if let wider, !passes {
      return .refuse(wider)
    } else {
      return .refuse(hasToken ? .addressHalfOpen : .addressRate)
    }
    countAtWiderLevels(keys, isOnReserve: isOnReserve, now: now)
    // Other records of this connection may have taken its place.
    if let record = unsafe table.find(keys.address) { unsafe record.pointee.addOpen() }
    return .welcome(keys)
  }

  /// One that people allowed: it is half-open like any other, and uses up nothing that is its
  /// neighbours'.
  private mutating func welcomeAllowed(_ keys: SourceKeys, now: Instant) -> LimitVerdict {
    let network = unsafe table.place(keys.network, now: now)
    guard unsafe network.pointee.hasRoom(.max) else { return .refuse(.prefixHalfOpen) }
    let address = unsafe table.place(keys.address, now: now)
    unsafe address.pointee.addArrival()
    guard unsafe address.pointee.hasRoom(.max) else { return .refuse(.addressHalfOpen) }
    guard
      gate.take(settings.gateRate, now: now) || reserve.take(settings.knownReserve, now: now)
    else { return .refuse(.gateRate) }
    unsafe address.pointee.halfOpen &+= 1
    unsafe address.pointee.addOpen()
    // The address's record may have taken its network's place.
    if let network = unsafe table.find(keys.network) { unsafe network.pointee.halfOpen &+= 1 }
    return .welcome(keys)
  }

  /// Why the gate, the site or the network lets nobody in; nil when they do.
  private mutating func widerRefusal(_ keys: SourceKeys, now: Instant) -> Reason? {
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

  private mutating func hasReserve(_ keys: SourceKeys, now: Instant) -> Bool {
    isKnown(keys, now: now) && reserve.hasToken(settings.knownReserve, now: now)
  }

  /// Whether handshakes complete at the address; costs a new one no record.
  private func hasCompletions(_ keys: SourceKeys) -> Bool {
    guard let record = unsafe table.find(keys.address) else { return false }
    return unsafe record.pointee.completions > 0
  }

  private mutating func enterOwn(_ keys: SourceKeys, now: Instant) {
    guard let address = unsafe table.find(keys.address) else { return }
    _ = unsafe address.pointee.connections.take(settings.addressRate, now: now)
    unsafe address.pointee.halfOpen &+= 1
  }

  /// Lets a stack in that did nothing wrong, as long as there is room on the account of all such
  /// stacks at its address: who changes its SYN each time wins no more than that.
  private mutating func enterApart(_ keys: SourceKeys, now: Instant) -> Bool {
    guard keys.stack != 0, !hasFailed(recall(keys.stack, now: now)) else { return false }
    return enter(keys, .apart, settings.addressRate, settings.addressHalfOpen, now: now)
  }

  /// Lets in who comes from an address that is over its limits and where handshakes complete.
  private mutating func enterShared(_ keys: SourceKeys, now: Instant) -> Bool {
    enter(keys, .shared, settings.sharedAddressRate, settings.sharedAddressHalfOpen, now: now)
  }

  private mutating func enter(
    _ keys: SourceKeys,
    _ passage: SourcePassage,
    _ rate: RateLimit,
    _ halfOpen: UInt32,
    now: Instant
  ) -> Bool {
    let account = unsafe table.place(hasher.key(address: keys.address, passage), now: now)
    guard unsafe account.pointee.hasRoom(halfOpen),
      unsafe account.pointee.connections.take(rate, now: now)
    else { return false }
    unsafe account.pointee.halfOpen &+= 1
    return true
  }

  /// What is remembered under `key`, as it is now; nothing is made.
  func recall(_ key: UInt64, now: Instant) -> SourceRecord? {
    guard key != 0, let record = unsafe table.find(key) else { return nil }
    unsafe record.pointee.touch(milliseconds: now.wrappingMilliseconds)
    return unsafe record.pointee
  }

  /// Whether a stack has failed more often than its completions excuse.
  func hasFailed(_ stack: SourceRecord?) -> Bool {
    guard let stack else { return false }
    return stack.failures > (stack.completions > 0 ? 1 : 0)
  }

  /// Only who is welcome uses up what an address shares with others: one that is over its own
  /// limits would else spend its neighbours' tokens too.
  private mutating func countAtWiderLevels(_ keys: SourceKeys, isOnReserve: Bool, now: Instant) {
    guard keys.passage != .shared else {
      _ = gate.take(settings.gateRate, now: now)
      return
    }
    if isOnReserve {
      _ = reserve.take(settings.knownReserve, now: now)
    } else {
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
    switch keys.passage {
    case .own: leaveHalfOpen(keys.address)
    case .apart, .shared: leaveHalfOpen(hasher.key(address: keys.address, keys.passage))
    }
    if keys.passage != .shared { leaveHalfOpen(keys.network) }
  }

  private func leaveHalfOpen(_ key: UInt64) {
    guard let record = unsafe table.find(key), unsafe record.pointee.halfOpen > 0 else { return }
    unsafe record.pointee.halfOpen &-= 1
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
}
