public import Wire

/// What is known of a source at a moment.
public struct StandingFacts: BitwiseCopyable, Sendable {
  let entry: StandingEntry
  let now: Instant
  /// Whether whom the router's netDb lists is known at all.
  let isNetDbKnown: Bool

  /// Nothing is known.
  #if !DEBUG
    @_noLocks
  #endif
  public static func none(now: Instant, isNetDbKnown: Bool = false) -> StandingFacts {
    StandingFacts(entry: StandingEntry(), now: now, isNetDbKnown: isNetDbKnown)
  }

  /// Whether the source has passed the test, and that still counts.
  #if !DEBUG
    @_noLocks
  #endif
  public func holds(_ test: StandingTest) -> Bool {
    entry.stepsLeft(test, now: now) > 0
  }

  /// Until when the test counts, to two minutes; nil when it does not.
  public func end(_ test: StandingTest) -> Instant? {
    let steps = entry.stepsLeft(test, now: now)
    guard steps > 0 else { return nil }
    let step = StandingEntry.stepNanoseconds
    return Instant(nanoseconds: (now.nanoseconds / step &+ UInt64(steps)) &* step)
  }

  /// Handshakes that failed at the router by the source's doing, halved every ten minutes.
  public var failures: UInt8 { entry.failures(now: now) }

  /// What became of its last handshake and how long ago, to two minutes; nil when that is not
  /// known.
  public var lastOutcome: (outcome: SourceOutcome, agoNanoseconds: UInt64)? {
    guard let (outcome, steps) = entry.lastOutcome(now: now) else { return nil }
    return (outcome, UInt64(steps) &* StandingEntry.stepNanoseconds)
  }

  /// Whether anything is known.
  public var isAnything: Bool {
    entry.worth(now: now) > 0 || failures > 0 || entry.lastOutcome(now: now) != nil
  }
}

extension StandingFacts {
  /// Whether the router's netDb lists the source, as rules ask for it; nil when that is not known.
  public var isListed: Bool? {
    if holds(.listed) { return true }
    return isNetDbKnown ? false : nil
  }

  /// What the router did with the source before, as rules ask for it.
  public var earlier: EarlierOutcome {
    guard let (outcome, _) = entry.lastOutcome(now: now) else {
      return holds(.handshake) || holds(.session) ? .complete : .none
    }
    if case .passed = outcome { return .complete }
    return .fail
  }
}

extension Features {
  /// Notes what is known of the source from before and from elsewhere.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func learn(_ facts: StandingFacts) {
    isListed = facts.isListed
    earlier = facts.earlier
  }
}
