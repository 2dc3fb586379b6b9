internal import Wire

/// How long each test counts after it was last passed.
public struct StandingLifetimes: Sendable, Equatable {
  /// The longest lifetime that can be kept.
  public static let maximumNanoseconds: UInt64 = 30 * 86_400 * Nanoseconds.perSecond

  /// A listing in the router's netDb, after it was last seen there.
  public var listedNanoseconds: UInt64 = 86_400 * Nanoseconds.perSecond
  /// A proof of an SSU2 endpoint.
  public var provenNanoseconds: UInt64 = 10_800 * Nanoseconds.perSecond
  /// An answer to the router's dial.
  public var dialledNanoseconds: UInt64 = 86_400 * Nanoseconds.perSecond
  /// A completed handshake.
  public var handshakeNanoseconds: UInt64 = 86_400 * Nanoseconds.perSecond
  /// A lasting session.
  public var sessionNanoseconds: UInt64 = 7 * 86_400 * Nanoseconds.perSecond

  /// The defaults.
  public init() {}

  /// The lifetime of one test.
  public func nanoseconds(_ test: StandingTest) -> UInt64 {
    switch test {
    case .listed: listedNanoseconds
    case .proven: provenNanoseconds
    case .dialled: dialledNanoseconds
    case .handshake: handshakeNanoseconds
    case .session: sessionNanoseconds
    }
  }
}

/// How much each test counts for a source, and a failure against it.
public struct StandingWeights: Sendable, Equatable, BitwiseCopyable {
  /// A source with at least this score is known.
  public static let known: Int32 = 60
  /// The most that a weight may be.
  public static let maximum: UInt32 = 1_000

  /// A listing in the router's netDb.
  public var listed: UInt32 = 20
  /// A proof of an SSU2 endpoint.
  public var proven: UInt32 = 20
  /// An answer to the router's dial.
  public var dialled: UInt32 = 20
  /// A completed handshake.
  public var handshake: UInt32 = 100
  /// A lasting session.
  public var session: UInt32 = 100
  /// A failed handshake, as long as it is remembered.
  public var failure: UInt32 = 40

  /// The defaults: no hint makes a source known by itself, and one failure costs nobody that.
  public init() {}

  /// The weight of one test.
  public func weight(_ test: StandingTest) -> UInt32 {
    switch test {
    case .listed: listed
    case .proven: proven
    case .dialled: dialled
    case .handshake: handshake
    case .session: session
    }
  }

  /// What speaks for a source, less what speaks against it.
  #if !DEBUG
    @_noLocks
  #endif
  public func score(_ facts: StandingFacts) -> Int32 {
    var score: Int32 = 0
    if facts.holds(.listed) { score &+= Self.bounded(listed) }
    if facts.holds(.proven) { score &+= Self.bounded(proven) }
    if facts.holds(.dialled) { score &+= Self.bounded(dialled) }
    if facts.holds(.handshake) { score &+= Self.bounded(handshake) }
    if facts.holds(.session) { score &+= Self.bounded(session) }
    return score &- Int32(facts.failures) &* Self.bounded(failure)
  }

  private static func bounded(_ weight: UInt32) -> Int32 {
    Int32(truncatingIfNeeded: weight < maximum ? weight : maximum)
  }
}
