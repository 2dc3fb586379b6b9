public import Wire

/// What the limits say of a connection that was just accepted.
public enum ArrivalVerdict: Equatable, Sendable, BitwiseCopyable {
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
  private let hasher = SourceHasher()
  private var gate = TokenBucket()

  /// Network failures from which on its addresses count as crowded.
  private static let crowdedFailures: UInt16 = 4
  /// Unfinished handshakes of a network from which on its addresses count as crowded.
  private static let crowdedAsked: UInt16 = 3
  /// The same of an IPv6 site, which may be all networks of one flooder, or of some honest ones.
  private static let crowdedSiteFailures: UInt16 = 16
  private static let crowdedSiteAsked: UInt16 = 12

  /// Limits with an empty memory.
  public init(_ settings: LimitSettings) {
    self.settings = settings
    table = SourceTable(capacity: settings.sourceRecords)
  }

  /// Takes new limits; what is remembered of sources stays.
  public mutating func reload(_ settings: LimitSettings) {
    self.settings = settings
  }

  /// Judges a new connection and counts it; a welcome one is half-open until `leaveHalfOpen`. One
  /// that people allowed meets the gate's own limit alone.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func arrive(
    _ source: SourceAddress,
    isAllowed: Bool = false,
    now: Instant
  ) -> ArrivalVerdict {
    let keys = hasher.keys(source)
    guard gate.hasToken(settings.gateRate, now: now) else { return .refuse(.gateRate) }
    guard !isAllowed else { return welcomeAllowed(keys, now: now) }
    if keys.site != 0 {
      let site = unsafe table.place(keys.site, now: now)
      guard unsafe site.pointee.connections.hasToken(settings.siteRate, now: now) else {
        return .refuse(.prefixRate)
      }
    }
    let network = unsafe table.place(keys.network, now: now)
    guard unsafe network.pointee.connections.hasToken(settings.networkRate, now: now) else {
      return .refuse(.prefixRate)
    }
    guard unsafe network.pointee.hasRoom(settings.networkHalfOpen) else {
      return .refuse(.prefixHalfOpen)
    }
    let address = unsafe table.place(keys.address, now: now)
    guard unsafe address.pointee.connections.take(settings.addressRate, now: now) else {
      return .refuse(.addressRate)
    }
    guard unsafe address.pointee.hasRoom(settings.addressHalfOpen) else {
      return .refuse(.addressHalfOpen)
    }
    unsafe address.pointee.halfOpen &+= 1
    countAtWiderLevels(keys, now: now)
    return .welcome(keys)
  }

  /// One that people allowed: it is half-open like any other, and uses up nothing that is its
  /// neighbours'.
  private mutating func welcomeAllowed(_ keys: SourceKeys, now: Instant) -> ArrivalVerdict {
    let network = unsafe table.place(keys.network, now: now)
    guard unsafe network.pointee.hasRoom(.max) else { return .refuse(.prefixHalfOpen) }
    let address = unsafe table.place(keys.address, now: now)
    guard unsafe address.pointee.hasRoom(.max) else { return .refuse(.addressHalfOpen) }
    _ = gate.take(settings.gateRate, now: now)
    unsafe address.pointee.halfOpen &+= 1
    // The address's record may have taken its network's place.
    if let network = unsafe table.find(keys.network) { unsafe network.pointee.halfOpen &+= 1 }
    return .welcome(keys)
  }

  /// Only who is welcome uses up what an address shares with others: one that is over its own
  /// limits would else spend its neighbours' tokens too.
  private mutating func countAtWiderLevels(_ keys: SourceKeys, now: Instant) {
    _ = gate.take(settings.gateRate, now: now)
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
    for key in keys {
      guard let record = unsafe table.find(key), unsafe record.pointee.halfOpen > 0 else {
        continue
      }
      unsafe record.pointee.halfOpen &-= 1
    }
  }

  /// The standing of a source now.
  #if !DEBUG
    @_noLocks
  #endif
  public func standing(_ keys: SourceKeys, now: Instant) -> Standing {
    let address = unsafe table.place(keys.address, now: now).pointee
    if address.completions > 0, address.failures <= 1 { return .known }
    if address.failures > 0 { return .failing }
    let network = unsafe table.place(keys.network, now: now).pointee
    let isCrowded =
      network.failures >= Self.crowdedFailures || network.asked >= Self.crowdedAsked
      || isSiteCrowded(keys, now: now)
    return isCrowded ? .crowded : .fresh
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
}
