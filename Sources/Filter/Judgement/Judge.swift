public import Wire

/// What the first room says of a connection.
public enum ArrivalVerdict: BitwiseCopyable, Sendable {
  /// Refused by a limit, before anything else was asked.
  case refuse(Reason)
  /// Within the limits; the rules may have an order.
  case welcome(Visitor, RuleFindings)
}

/// What every shard shares with other threads, without a lock: read here, written elsewhere.
public struct SharedTables: BitwiseCopyable, Sendable {
  /// Who knocks without coming in; nil where there is no radar.
  public var probes: ProbeTable?
  /// What is known of sources from before and from elsewhere; nil where nobody keeps it.
  public var standings: StandingTable?

  /// The tables.
  public init(probes: ProbeTable? = nil, standings: StandingTable? = nil) {
    self.probes = probes
    self.standings = standings
  }
}

/// The judgement of connections in the order of the rooms, with all that it remembers of sources.
///
/// The live gate and `simulate` both ask here, so that a capture gets the verdicts that the gate
/// would have given. Pure: what is known of a connection, its bytes, the law and the moment come
/// in, verdicts go out.
public struct Judge: ~Copyable {
  /// What is remembered of sources.
  public var limits: SourceLimits
  var buckets: RuleBuckets
  var replay: ReplaySet
  private var skewed = TokenBucket()
  let tables: SharedTables

  /// A judge with an empty memory of the size that `law` says.
  public init(_ law: borrowing Law, tables: SharedTables = SharedTables(), now: Instant) {
    limits = SourceLimits(law.limits, standings: tables.standings)
    // A source has a record of its address and one of its network; a rule counts one of the two.
    buckets = RuleBuckets(capacity: law.limits.sourceRecords / 2, shards: law.shards)
    replay = ReplaySet(capacity: law.limits.replayRecords, now: now)
    self.tables = tables
  }

  /// First flights that are remembered of the present span.
  public var replayRecordCount: Int { replay.count }

  /// Takes what a new law changes; what is remembered stays.
  public mutating func reload(_ law: borrowing Law) {
    limits.reload(law.limits)
  }

  /// What has to be found out of a connection from `source` before it is judged. Its SYN tells
  /// neighbours behind one address apart, so it is asked for when that address is in trouble.
  #if !DEBUG
    @_noLocks
  #endif
  public func questions(
    about source: SourceAddress,
    _ law: borrowing Law,
    now: Instant
  ) -> ArrivalQuestions {
    let asks = law.rules.program.asks
    return ArrivalQuestions(
      syn: asks.forSyn || limits.isTroubled(source, now: now),
      roundTrip: asks.asks(for: .roundTrip)
    )
  }

  /// The first room: the limits, and then the rules, as far as they can be asked before the peer
  /// has sent anything. Who is welcome is half-open until `limits.leaveHalfOpen`, and open until
  /// `limits.leave`, whatever the rules order.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func arrive(
    _ arrival: NewArrival,
    _ law: borrowing Law,
    now: Instant
  ) -> ArrivalVerdict {
    tables.probes?.sawConnection(from: arrival.source, now: now)
    let verdict = limits.arrive(
      arrival.source,
      stack: arrival.syn?.hash,
      isAllowed: arrival.isAllowed == true,
      now: now
    )
    switch verdict {
    case .refuse(let reason):
      return .refuse(reason)
    case .welcome(let keys):
      var visitor = Visitor(arrival, keys: keys, acceptedAt: now)
      guard law.rules.program.asks.isAny else { return .welcome(visitor, RuleFindings()) }
      visitor.historyAtArrival = limits.history(keys, now: now)
      let features = features(of: visitor, law, now: now)
      let verdict = law.rules.program.arrival(features)
      let findings = settle(verdict, &visitor, law, now: now)
      return .welcome(visitor, findings)
    }
  }

  /// The third room: the proof, and the budget for peers whose clock is wrong.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func prove(
    _ bytes: borrowing Span<UInt8>,
    _ law: borrowing Law,
    now: Instant,
    wallSeconds: UInt64
  ) -> ProofVerdict {
    let verdict = law.handshake.prove(bytes, replay: &replay, now: now, wallSeconds: wallSeconds)
    guard case .proven(let flight) = verdict, flight.isSkewed else { return verdict }
    return skewed.take(law.limits.skewedPeers, now: now) ? verdict : .refuse(.clockSkew)
  }

  /// Whether a refusal for `reason` speaks against the source: an honest peer's clock may be wrong.
  #if !DEBUG
    @_noLocks
  #endif
  public static func isHostile(_ reason: Reason) -> Bool {
    reason != .clockSkew
  }
}
