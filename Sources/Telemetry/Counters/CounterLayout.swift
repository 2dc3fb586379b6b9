/// What a shard has at this moment.
public enum Gauge: Int, CaseIterable, Sendable {
  /// Strangers held: not let through, whatever they have shown.
  case held
  /// Of those, strangers whose first flight is awaited.
  case reading
  /// Connections that were let through, whatever they are doing.
  case open
  /// Connections handed to the router whose handshake is not over.
  case handshakesInFlight
  /// Connections to the router that are being set up.
  case dialled
  /// Connections on which data flows.
  case sessions
  /// The overload stage: 0 is calm.
  case stage
  /// Endpoints that have shown that datagrams to them arrive.
  case provenEndpoints
  /// Flows of datagrams that a gate in proxy mode carries.
  case flows
  /// Records of addresses, networks and sites.
  case sourceRecords
  /// First flights that are remembered against being used twice, of the present span.
  case replayRecords
  /// Tokens of the router that are remembered.
  case witnessedTokens
  /// Good cookies that are remembered against being used twice, of the present span.
  case cookieRecords

  /// Whether shards together have the highest of their values rather than the sum.
  var isLevel: Bool {
    switch self {
    case .stage: true
    case .held, .reading, .open, .handshakesInFlight, .dialled, .sessions, .provenEndpoints,
      .flows, .sourceRecords, .replayRecords, .witnessedTokens, .cookieRecords:
      false
    }
  }
}

/// What a shard did so far, besides its verdicts. These only ever grow.
public enum Tally: Int, CaseIterable, Sendable {
  /// Connections or datagrams taken from the kernel.
  case accepted
  /// Bytes from peers to the router.
  case bytesToRouter
  /// Bytes from the router to peers.
  case bytesToPeer
  /// Poller events that came for a connection already gone.
  case staleEvents
  /// The router's answers to datagrams on trial that were looked at.
  case answersSeen
  /// Of those, Retries, whose tokens prove whom they reach.
  case retriesSeen
  /// Datagrams that told the kernel to carry their flow from now on.
  case flowsAdmitted
  /// Datagrams that the kernel did not take from the gate.
  case unsent
  /// Refused first flights that were to be kept, and for which there was no room.
  case flightsLost
}

/// What a shard takes the time of.
public enum TimedWork: Int, CaseIterable, Sendable {
  /// A proof of a first flight with the router's key.
  case proof
  /// From the first flight handed over to the router's first byte back.
  case routerAnswer
}

/// Where each number of a shard lies in its flat memory.
///
/// Order: verdicts by reasons, then gauges, tallies, and per timed work its sum in nanoseconds and
/// its buckets.
public struct CounterLayout: Equatable, Sendable, BitwiseCopyable {
  /// The most verdicts that a board may be asked for.
  public static let highestVerdictCount = 64
  /// The most reasons that a board may be asked for.
  public static let highestReasonCount = 256

  /// How many verdicts there are.
  public let verdictCount: Int
  /// How many reasons there are.
  public let reasonCount: Int

  /// The layout for so many verdicts and reasons, as the closed lists of the caller have.
  public init(verdictCount: Int, reasonCount: Int) {
    precondition(verdictCount > 0 && verdictCount <= Self.highestVerdictCount)
    precondition(reasonCount > 0 && reasonCount <= Self.highestReasonCount)
    precondition(Gauge.allCases.count == Self.gaugeCount, "one word for each gauge")
    precondition(Tally.allCases.count == Self.tallyCount, "one word for each tally")
    self.verdictCount = verdictCount
    self.reasonCount = reasonCount
  }

  /// How many (verdict, reason) pairs there are.
  public var pairCount: Int {
    @_noLocks get { verdictCount &* reasonCount }
  }

  /// How many words a shard's numbers take.
  var wordCount: Int {
    timedWorkStart + TimedWork.allCases.count * Self.wordsPerTimedWork
  }

  // Literals, since asking a list for its count allocates; held against the lists above.
  private static let gaugeCount = 13
  private static let tallyCount = 9
  private static let wordsPerTimedWork = 1 + DurationBuckets.count

  private var timedWorkStart: Int {
    @_noLocks get { pairCount &+ Self.gaugeCount &+ Self.tallyCount }
  }

  /// The word of a (verdict, reason) pair.
  #if !DEBUG
    @_noLocks
  #endif
  func word(verdict: Int, reason: Int) -> Int {
    precondition(verdict >= 0 && verdict < verdictCount, "a verdict outside of the list")
    precondition(reason >= 0 && reason < reasonCount, "a reason outside of the list")
    return verdict &* reasonCount &+ reason
  }

  /// The word of a gauge.
  #if !DEBUG
    @_noLocks
  #endif
  func word(_ gauge: Gauge) -> Int {
    pairCount &+ gauge.rawValue
  }

  /// The word of a tally.
  #if !DEBUG
    @_noLocks
  #endif
  func word(_ tally: Tally) -> Int {
    pairCount &+ Self.gaugeCount &+ tally.rawValue
  }

  /// The word of a timed work's sum in nanoseconds.
  #if !DEBUG
    @_noLocks
  #endif
  func sumWord(_ work: TimedWork) -> Int {
    timedWorkStart &+ work.rawValue &* Self.wordsPerTimedWork
  }

  /// The word of a timed work's bucket.
  #if !DEBUG
    @_noLocks
  #endif
  func word(_ work: TimedWork, bucket: Int) -> Int {
    precondition(bucket >= 0 && bucket < DurationBuckets.count, "a bucket outside of the list")
    return sumWord(work) &+ 1 &+ bucket
  }
}
