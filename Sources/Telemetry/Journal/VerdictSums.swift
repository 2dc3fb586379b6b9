public import Wire

/// Turns one gate's verdict counters into periodic journal lines whose counts add up exactly.
///
/// Once an interval the counters are looked at; what was added gets a line per (verdict, reason),
/// as fast as the budget allows. A line that has to wait keeps its count, so nothing is told twice
/// and nothing is missed.
public struct VerdictSums {
  private let transport: String
  private let names: CounterNames
  private let intervalNanoseconds: UInt64
  private var lookedAt: Instant
  private var counted: Snapshot
  /// Per pair: what has been told, and until when it has been told.
  private var told: [UInt64]
  private var toldUntil: [Instant]
  private var next = 0

  /// Sums of the gate with this transport, from a moment at which all its counters were zero.
  public init(
    transport: String,
    names: CounterNames,
    intervalNanoseconds: UInt64,
    startingAt now: Instant
  ) {
    precondition(CounterNames.isWord(transport), "a name with a forbidden character")
    precondition(intervalNanoseconds > 0, "an interval takes time")
    self.transport = transport
    self.names = names
    self.intervalNanoseconds = intervalNanoseconds
    lookedAt = now
    counted = Snapshot(layout: names.layout)
    told = Array(repeating: 0, count: names.layout.pairCount)
    toldUntil = Array(repeating: now, count: names.layout.pairCount)
  }

  /// To be called about once a second with the counters of all the gate's shards together.
  public mutating func report(_ snapshot: Snapshot, to journal: inout Journal, at now: Instant) {
    if now.nanoseconds(since: lookedAt) >= intervalNanoseconds {
      look(snapshot, at: now)
    }
    tell(to: &journal, at: now)
  }

  /// To be called once, at the end: whatever finds no room gets one line together.
  ///
  /// Returns the moment afterwards, since that line may have to wait up to a second.
  public mutating func finish(
    _ snapshot: Snapshot,
    to journal: inout Journal,
    at now: Instant
  ) -> Instant {
    look(snapshot, at: now)
    tell(to: &journal, at: now)
    let open = told.indices.filter { count($0) != told[$0] }
    guard !open.isEmpty else { return now }
    let rest = open.reduce(0) { $0 &+ (count($1) &- told[$1]) }
    for pair in open { told[pair] = count(pair) }
    return journal.insist(
      .verdictRest(transport: transport, count: rest, kinds: open.count),
      at: now
    )
  }

  private mutating func look(_ snapshot: Snapshot, at now: Instant) {
    for pair in told.indices where count(pair) == told[pair] {
      toldUntil[pair] = lookedAt
    }
    counted = snapshot
    lookedAt = now
  }

  private mutating func tell(to journal: inout Journal, at now: Instant) {
    for _ in told.indices {
      let pair = next
      if count(pair) != told[pair] {
        guard journal.write(sum(pair), at: now) else { return }
        told[pair] = count(pair)
        toldUntil[pair] = lookedAt
      }
      next = (next + 1) % told.count
    }
  }

  private func sum(_ pair: Int) -> VerdictSum {
    VerdictSum(
      transport: transport,
      verdict: names.verdicts[pair / names.reasons.count],
      reason: names.reasons[pair % names.reasons.count],
      count: count(pair) &- told[pair],
      intervalNanoseconds: lookedAt.nanoseconds(since: toldUntil[pair])
    )
  }

  private func count(_ pair: Int) -> UInt64 {
    counted.count(verdict: pair / names.reasons.count, reason: pair % names.reasons.count)
  }
}
