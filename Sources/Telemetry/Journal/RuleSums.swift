public import Wire

/// How often a rule or a signature matched since its last line.
public struct RuleSum: Equatable, Sendable {
  /// Which of the two it is.
  public let kind: RuleMatches.Kind
  /// What people call it.
  public let name: String
  /// How often.
  public fileprivate(set) var counts: MatchCounts
  /// Over how long a time.
  public fileprivate(set) var intervalNanoseconds: UInt64

  /// A sum from its parts.
  public init(
    kind: RuleMatches.Kind,
    name: String,
    counts: MatchCounts,
    intervalNanoseconds: UInt64
  ) {
    self.kind = kind
    self.name = name
    self.counts = counts
    self.intervalNanoseconds = intervalNanoseconds
  }
}

/// Turns what rules and signatures matched into periodic journal lines whose counts add up exactly.
///
/// Once an interval, and before other rules take the place of these, the counts are looked at; what
/// was added gets a line a name, as fast as the budget allows. A line that has to wait keeps its
/// count.
public struct RuleSums {
  /// Lines that may wait: twice as many names as can be in force.
  public static let waitingMaximum = 4_096
  /// Lines that are waited for at the end, a second at most for each budget's worth of them.
  private static let insistedMaximum = 2 * JournalBudget.linesPerSecond

  private let intervalNanoseconds: UInt64
  private var lookedAt: Instant
  private var seen: [RuleMatches] = []
  private var waiting: [RuleSum] = []
  /// Lines that found no place among those that wait.
  private var dropped: UInt64 = 0

  /// Sums from a moment at which nothing had matched.
  public init(intervalNanoseconds: UInt64, startingAt now: Instant) {
    precondition(intervalNanoseconds > 0, "an interval takes time")
    self.intervalNanoseconds = intervalNanoseconds
    lookedAt = now
  }

  /// Whether it is time to look again.
  public func isDue(at now: Instant) -> Bool {
    now.nanoseconds(since: lookedAt) >= intervalNanoseconds
  }

  /// Takes what matched so far: to be called when it is time, and before other rules come into
  /// force, whose counts begin anew.
  public mutating func look(_ matches: [RuleMatches], at now: Instant) {
    let interval = now.nanoseconds(since: lookedAt)
    for (index, match) in matches.enumerated() {
      let added = match.counts - counted(match, at: index)
      guard added.matched > 0 else { continue }
      wait(
        RuleSum(
          kind: match.kind,
          name: match.name,
          counts: added,
          intervalNanoseconds: interval
        )
      )
    }
    seen = matches
    lookedAt = now
  }

  /// To be called once, at the end. Returns the moment afterwards, since lines may have to wait.
  public mutating func finish(
    _ matches: [RuleMatches],
    to journal: inout Journal,
    at now: Instant
  ) -> Instant {
    look(matches, at: now)
    var now = now
    for sum in waiting.prefix(Self.insistedMaximum) {
      now = journal.insist(.ruleSum(sum), at: now)
    }
    let rest = waiting.dropFirst(Self.insistedMaximum).count
    waiting = []
    if rest > 0 { journal.addLeftOut(UInt64(rest)) }
    return now
  }

  /// To be called about once a second: tells what there is room for.
  public mutating func tell(to journal: inout Journal, at now: Instant) {
    if dropped > 0 {
      journal.addLeftOut(dropped)
      dropped = 0
    }
    while let sum = waiting.first, journal.write(sum, at: now) { waiting.removeFirst() }
  }

  /// What was counted of it when this last looked: most often it stands where it stood then.
  private func counted(_ match: RuleMatches, at index: Int) -> MatchCounts {
    let isSame = { (other: RuleMatches) in other.kind == match.kind && other.name == match.name }
    if seen.indices.contains(index), isSame(seen[index]) { return seen[index].counts }
    return seen.first(where: isSame)?.counts ?? MatchCounts()
  }

  private mutating func wait(_ sum: RuleSum) {
    let earlier = waiting.firstIndex { $0.kind == sum.kind && $0.name == sum.name }
    if let earlier {
      waiting[earlier].counts = waiting[earlier].counts + sum.counts
      waiting[earlier].intervalNanoseconds &+= sum.intervalNanoseconds
    } else if waiting.count < Self.waitingMaximum {
      waiting.append(sum)
    } else {
      dropped += 1
    }
  }
}
