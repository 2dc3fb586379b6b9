public import Wire

/// What a proven peer gets when it asks to be let through.
public enum AdmissionVerdict: Equatable, BitwiseCopyable, Sendable {
  /// Dial the router for it now.
  case dial
  /// Wait: the router has enough handshakes under way, or strangers of this standing have used up
  /// what they are trusted with.
  case wait
  /// Break off the oldest handshake of standing `worse` or worse that has stalled, then ask again.
  case makeRoom(worse: Standing)
}

/// Lets proven peers through to the router at the rate at which it completes their handshakes.
///
/// A first flight proves that its sender knows the router's published data, no more: whoever has
/// that can ask for any number of handshakes and finish none. So strangers of each standing have an
/// allowance, a token bucket that a completed handshake refills and a failed one does not. Honest
/// crowds never run dry; those who stall soon wait for the slow refill.
public struct Admission: BitwiseCopyable, Sendable {
  /// What addresses without a blemish may leave unfinished: thrice what is under way at once.
  static var freshAllowance: RateLimit { RateLimit(perSecond: 4, burst: 48) }
  /// What addresses of networks that fail may leave unfinished.
  static var crowdedAllowance: RateLimit { RateLimit(perSecond: 1, burst: 16) }
  /// What addresses that have failed may leave unfinished.
  static var failingAllowance: RateLimit { RateLimit(perSecond: 1, burst: 8) }

  private var inFlightMaximum: Int
  private var onePerAddress: Bool
  private var inFlight = 0
  private var fresh = TokenBucket()
  private var crowded = TokenBucket()
  private var failing = TokenBucket()

  /// An admission for a router of this kind: i2pd serves one handshake of an address at a time and
  /// refuses a second.
  public init(kind: RouterKind, inFlightMaximum: UInt32) {
    precondition(inFlightMaximum > 0, "a gate that admits nobody")
    self.inFlightMaximum = Int(inFlightMaximum)
    onePerAddress = kind == .i2pd
  }

  /// Takes what a reload changes; allowances and handshakes under way stay.
  public mutating func reload(kind: RouterKind, inFlightMaximum: UInt32) {
    self.inFlightMaximum = Int(inFlightMaximum)
    onePerAddress = kind == .i2pd
  }

  /// Handshakes under way at the router.
  public var handshakesInFlight: Int { inFlight }

  /// Whether nobody of an address with so many handshakes under way is let through, whatever room
  /// there is.
  #if !DEBUG
    @_noLocks
  #endif
  public func mustWait(addressInFlight: Int) -> Bool { onePerAddress && addressInFlight > 0 }

  /// Judges a proven peer; `addressInFlight` are the handshakes of its address under
  /// way at the router.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func ask(
    _ standing: Standing,
    addressInFlight: Int,
    now: Instant
  ) -> AdmissionVerdict {
    if mustWait(addressInFlight: addressInFlight) { return .wait }
    guard hasAllowance(standing, now: now) else { return .wait }
    guard inFlight < inFlightMaximum else { return .makeRoom(worse: standing) }
    takeAllowance(standing, now: now)
    inFlight &+= 1
    return .dial
  }

  /// The outcome of a handshake that was let through with this standing.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func resolve(_ standing: Standing, isSession: Bool) {
    if isSession { putBack(standing) }
  }

  /// A peer that was to be dialled for was not: neither its place nor its allowance is used.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func withdraw(_ standing: Standing) {
    putBack(standing)
    leave()
  }

  /// A peer that was dialled for was not taken by the router: its allowance is not used.
  public mutating func putBack(_ standing: Standing) {
    switch standing {
    case .known: break
    case .fresh: fresh.putBack(Self.freshAllowance)
    case .crowded: crowded.putBack(Self.crowdedAllowance)
    case .failing: failing.putBack(Self.failingAllowance)
    }
  }

  /// A handshake that was let through is no longer under way at the router.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func leave() {
    precondition(inFlight > 0, "more handshakes left than were let through")
    inFlight &-= 1
  }

  private mutating func hasAllowance(_ standing: Standing, now: Instant) -> Bool {
    switch standing {
    case .known: true
    case .fresh: fresh.hasToken(Self.freshAllowance, now: now)
    case .crowded: crowded.hasToken(Self.crowdedAllowance, now: now)
    case .failing: failing.hasToken(Self.failingAllowance, now: now)
    }
  }

  private mutating func takeAllowance(_ standing: Standing, now: Instant) {
    switch standing {
    case .known: break
    case .fresh: _ = fresh.take(Self.freshAllowance, now: now)
    case .crowded: _ = crowded.take(Self.crowdedAllowance, now: now)
    case .failing: _ = failing.take(Self.failingAllowance, now: now)
    }
  }
}
