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
  let hasher = SourceHasher()
  private(set) var gate = TokenBucket()

  /// Limits with an empty memory.
  public init(_ settings: LimitSettings) {
    self.settings = settings
    table = SourceTable(capacity: settings.sourceRecords)
  }

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
  /// open until `leave`. `stack` is the hash of its SYN, where that is known. One that people
  /// allowed meets the gate's own limit alone.
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
    guard gate.hasToken(settings.gateRate, now: now) else { return .refuse(.gateRate) }
    guard !isAllowed else { return welcomeAllowed(keys, now: now) }
    let wider = widerRefusal(keys, now: now)
    if let wider, !hasCompletions(keys) { return .refuse(wider) }
    let record = unsafe table.place(keys.address, now: now)
    unsafe record.pointee.addArrival()
    let hasToken = unsafe record.pointee.connections.hasToken(settings.addressRate, now: now)
    let address = unsafe record.pointee
    let hasRoom = hasToken && address.hasRoom(settings.addressHalfOpen)
    if wider == nil, !hasRoom || address.failures > 0, enterApart(keys, now: now) {
      keys.passage = .apart
    } else if wider == nil, hasRoom {
      enterOwn(keys, now: now)
    } else if address.completions > 0, enterShared(keys, now: now) {
      keys.passage = .shared
    } else {
      return .refuse(wider ?? (hasToken ? .addressHalfOpen : .addressRate))
    }
    _ = gate.take(settings.gateRate, now: now)
    if keys.passage != .shared { countAtWiderLevels(keys, now: now) }
    enter(keys)
    return .welcome(keys)
  }

  /// Counts a connection as open. Other records of it may have taken the address's place.
  private func enter(_ keys: SourceKeys) {
    guard let record = unsafe table.find(keys.address), unsafe record.pointee.open < .max else {
      return
    }
    unsafe record.pointee.open &+= 1
  }

  /// Why the network or the site lets nobody in; nil when it does.
  private func widerRefusal(_ keys: SourceKeys, now: Instant) -> Reason? {
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

  /// One that people allowed: it is half-open like any other, and uses up nothing that is its
  /// neighbours'.
  private mutating func welcomeAllowed(_ keys: SourceKeys, now: Instant) -> LimitVerdict {
    let network = unsafe table.place(keys.network, now: now)
    guard unsafe network.pointee.hasRoom(.max) else { return .refuse(.prefixHalfOpen) }
    let address = unsafe table.place(keys.address, now: now)
    guard unsafe address.pointee.hasRoom(.max) else { return .refuse(.addressHalfOpen) }
    _ = gate.take(settings.gateRate, now: now)
    unsafe address.pointee.addArrival()
    unsafe address.pointee.halfOpen &+= 1
    // The address's record may have taken its network's place.
    if let network = unsafe table.find(keys.network) { unsafe network.pointee.halfOpen &+= 1 }
    enter(keys)
    return .welcome(keys)
  }

  /// Only who is welcome uses up what an address shares with others: one that is over its own
  /// limits would else spend its neighbours' tokens too.
  private mutating func countAtWiderLevels(_ keys: SourceKeys, now: Instant) {
    if keys.site != 0, let site = unsafe table.find(keys.site) {
      _ = unsafe site.pointee.connections.take(settings.siteRate, now: now)
    }
    // The address's record may have taken its network's place.
    guard let network = unsafe table.find(keys.network) else { return }
    _ = unsafe network.pointee.connections.take(settings.networkRate, now: now)
    unsafe network.pointee.halfOpen &+= 1
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
