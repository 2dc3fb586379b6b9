public import Wire

/// What is to be found out of a connection, beside its address, before it is judged: system calls
/// that are made only when somebody asks.
public struct ArrivalQuestions: BitwiseCopyable, Sendable, Equatable {
  /// Whether the form of its SYN is asked for.
  public var syn: Bool
  /// Whether its round trip is asked for.
  public var roundTrip: Bool
}

/// A connection that arrives, as far as it is known.
public struct NewArrival: BitwiseCopyable, Sendable {
  /// Where it comes from.
  public let source: SourceAddress
  /// Whether people allowed it; nil when they were not asked. Whom they blocked does not arrive.
  public var isAllowed: Bool?
  /// The form of its SYN; nil when it was not asked for or not saved.
  public var syn: SynFingerprint?
  /// Its round trip; nil when it was not asked for or is not known.
  public var roundTripMicroseconds: UInt32?

  /// A connection from `source`.
  #if !DEBUG
    @_noLocks
  #endif
  public init(source: SourceAddress) {
    self.source = source
  }
}

/// What the judgement keeps of a connection from its arrival until it is let through or refused.
public struct Visitor: BitwiseCopyable, Sendable {
  /// What was known when it arrived.
  public let arrival: NewArrival
  /// Under which keys its source is remembered.
  public let keys: SourceKeys
  /// When it arrived.
  public let acceptedAt: Instant
  /// What was remembered of its source at that moment; nil when nobody asked.
  var historyAtArrival: SourceHistory?
  /// Milliseconds from its arrival to its first byte; nil before that.
  var firstByteMilliseconds: UInt32?
  /// Rules that it met already: each counts a connection once, and takes one token of it.
  var met = RuleMask()
  /// The `SharedRules` whose numbers stand in `met`; zero for none.
  private var rulesSerial: UInt64 = 0
  /// Whether it was told already that it would have been refused.
  var wasWatched = false
  /// Whether a signature on probation was told of already.
  var wasObserved = false

  /// A connection of which nothing was judged yet.
  #if !DEBUG
    @_noLocks
  #endif
  public init(_ arrival: NewArrival, keys: SourceKeys, acceptedAt: Instant) {
    self.arrival = arrival
    self.keys = keys
    self.acceptedAt = acceptedAt
  }

  /// It is judged by these rules from now on: after a reload a number may be another rule's.
  #if !DEBUG
    @_noLocks
  #endif
  mutating func heed(_ serial: UInt64) {
    guard serial != rulesSerial else { return }
    rulesSerial = serial
    met = RuleMask()
  }
}
