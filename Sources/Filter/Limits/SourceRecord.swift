internal import Wire

/// What is remembered of one address, network or site, in 40 bytes.
struct SourceRecord: KeyedRecord {
  /// How long one failure counts against a source; counts halve in each such span.
  static let failureHalfLifeNanoseconds: UInt64 = 60 * Nanoseconds.perSecond
  private static let failureMaximum: UInt16 = 1_024
  private static let insistentAsked: UInt32 = 2
  private static let minuteMilliseconds: UInt32 = 60_000

  /// The key that found this record; zero when the place is empty.
  var key: UInt64 = 0
  /// How fast new connections may come.
  var connections = TokenBucket()
  /// Milliseconds of the moment when the record was last used, for eviction and decay.
  var usedMilliseconds: UInt32 = 0
  /// Connections that have shown nothing yet.
  var halfOpen: UInt16 = 0
  /// Handshakes that were asked for and did not become sessions (yet), halved like failures: who
  /// asks and does not finish is remembered even when nobody proved its flight or let it through.
  var asked: UInt16 = 0
  /// Handshakes and first flights that failed lately, halved every minute.
  var failures: UInt16 = 0
  /// Handshakes that became sessions, saturating.
  var completions: UInt8 = 0
  /// Handshakes under way at the router, saturating.
  var inFlight: UInt8 = 0
  /// Milliseconds of the moment up to which it has been halved.
  var halvedMilliseconds: UInt32 = 0
  /// Connections that are open, whatever they are doing, saturating.
  var open: UInt16 = 0
  /// New connections in the minute of the clock in which it was last used, saturating ...
  private(set) var arrivals: UInt16 = 0
  /// ... and in the minute before that one.
  private(set) var arrivalsBefore: UInt16 = 0
  /// Whether the last handshake that the router was dialled for failed.
  var hasFailedAtRouter = false

  /// Whether one more connection may be half-open under this limit; what can't be counted may not.
  func hasRoom(_ halfOpenLimit: UInt32) -> Bool {
    UInt32(halfOpen) < min(halfOpenLimit, UInt32(UInt16.max))
  }

  /// Halves what is held against the source for each span that has passed.
  mutating func decay(_ now: UInt32) {
    let span = UInt32(Self.failureHalfLifeNanoseconds / Nanoseconds.perMillisecond)
    let elapsed = now &- halvedMilliseconds
    guard failures > 0 || asked > 0 else {
      halvedMilliseconds = now
      return
    }
    let halvings = elapsed / span
    guard halvings > 0 else { return }
    failures = halvings < 16 ? failures >> UInt16(halvings) : 0
    asked = halvings < 16 ? asked >> UInt16(halvings) : 0
    // What is gone is gone: how long ago must not shorten the time of what comes next.
    let isGone = failures == 0 && asked == 0
    halvedMilliseconds = isGone ? now : halvedMilliseconds &+ halvings &* span
  }

  /// Whether an address in a crowded network that asked so often without finishing counts as
  /// failing. A flood's addresses ask again within seconds, routers after a minute or more. That
  /// connections stand open excuses nothing: those of a flood do as well.
  static func isInsistent(_ asked: UInt32) -> Bool { asked >= insistentAsked }

  /// The longest that it takes until so many failures have decayed to none.
  static func decay(of failures: UInt32) -> UInt64 {
    UInt64(UInt32.bitWidth - failures.leadingZeroBitCount) * failureHalfLifeNanoseconds
  }

  /// Begins to count a new minute's connections, when one has begun since the last use.
  private mutating func turnMinute(_ now: UInt32) {
    switch now / Self.minuteMilliseconds &- usedMilliseconds / Self.minuteMilliseconds {
    case 0: return
    case 1: arrivalsBefore = arrivals
    default: arrivalsBefore = 0
    }
    arrivals = 0
  }

  /// Counts a new connection, saturating.
  mutating func addArrival() {
    if arrivals < .max { arrivals &+= 1 }
  }

  /// New connections within the last minute, those of the minute of the clock before by the part
  /// of it that still counts.
  func arrivalsPerMinute(milliseconds: UInt32) -> UInt32 {
    let left = Self.minuteMilliseconds &- milliseconds % Self.minuteMilliseconds
    let before = UInt32(arrivalsBefore) &* left / Self.minuteMilliseconds
    return before &+ UInt32(arrivals)
  }

  /// New connections in this minute of the clock and in the one before, saturating.
  var arrivalsLately: UInt32 { UInt32(arrivals) &+ UInt32(arrivalsBefore) }

  /// Counts a connection that is open, saturating.
  mutating func addOpen() {
    if open < .max { open &+= 1 }
  }

  /// Counts a failure, saturating.
  mutating func addFailure() {
    if failures < Self.failureMaximum { failures &+= 1 }
  }

  /// Counts a handshake that is asked for, saturating.
  mutating func addAsked() {
    if asked < Self.failureMaximum { asked &+= 1 }
  }

  /// Counts a completed handshake: it is no longer only asked for, and failures before it weigh
  /// half.
  mutating func addCompletion() {
    if completions < .max { completions &+= 1 }
    if asked > 0 { asked &-= 1 }
    failures >>= 1
    hasFailedAtRouter = false
  }
}

extension SourceRecord {
  mutating func begin(milliseconds: UInt32) {
    usedMilliseconds = milliseconds
    halvedMilliseconds = milliseconds
  }

  mutating func touch(milliseconds: UInt32) {
    decay(milliseconds)
    turnMinute(milliseconds)
    usedMilliseconds = milliseconds
  }

  /// Open connections matter first, then completions and failures, then how lately it was used.
  func worth(milliseconds: UInt32) -> UInt64 {
    guard key != 0 else { return 0 }
    let isUsed = halfOpen > 0 || inFlight > 0 || open > 0
    let isOpen: UInt64 = isUsed ? 1 << 62 : 0
    let isTelling: UInt64 = completions > 0 || failures > 0 || asked > 0 ? 1 << 61 : 0
    return isOpen | isTelling | UInt64(UInt32.max &- (milliseconds &- usedMilliseconds)) &+ 1
  }
}

/// What is remembered of addresses, networks and sites that connect.
typealias SourceTable = KeyedTable<SourceRecord>

extension Instant {
  /// The moment in milliseconds, wrapping around after 49 days: only differences count.
  var wrappingMilliseconds: UInt32 {
    UInt32(truncatingIfNeeded: nanoseconds / Nanoseconds.perMillisecond)
  }
}
