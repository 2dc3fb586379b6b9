public import Wire

/// What the gates of one transport did in the last minute, hour and day.
///
/// Pure: snapshots and moments in, periods out. Its memory is bounded by `longestByteCount`,
/// however long it lives.
public struct History: Sendable {
  private let start: Instant
  private var lookedAt: Instant
  private var counted: Snapshot
  private var tiers = HistorySpan.allCases.map(HistoryTier.init)

  /// A history from a moment at which all counters were zero.
  public init(layout: CounterLayout, startingAt now: Instant) {
    start = now
    lookedAt = now
    counted = Snapshot(layout: layout)
  }

  /// To be called with all counters about once a second.
  ///
  /// What was added since the last call belongs to the period in which that call was made, so that
  /// calls in one round after each full second fill each second once.
  public mutating func note(_ snapshot: Snapshot, at now: Instant) {
    let elapsed = lookedAt.nanoseconds(since: start)
    let added = snapshot.added(since: counted)
    for index in tiers.indices { tiers[index].add(added, elapsedNanoseconds: elapsed) }
    counted = snapshot
    lookedAt = max(now, lookedAt)
  }

  /// The history with what the counters show at this moment, between two calls of `note`.
  public func noted(_ snapshot: Snapshot, at now: Instant) -> History {
    var history = self
    history.note(snapshot, at: now)
    return history
  }

  /// Whether a second has begun since the last call of `note`.
  public func isDue(at now: Instant) -> Bool {
    now.nanoseconds(since: start) / Nanoseconds.perSecond
      > lookedAt.nanoseconds(since: start) / Nanoseconds.perSecond
  }

  /// The periods of `span`, the oldest first; always as many as the span has.
  public func periods(of span: HistorySpan) -> [HistoryPeriod] {
    guard let tier = tiers.first(where: { $0.span == span }) else { return [] }
    let elapsed = lookedAt.nanoseconds(since: start)
    let begun = elapsed - min(tier.newest * span.periodNanoseconds, elapsed)
    return tier.added.enumerated().map { index, added in
      let isNewest = index == span.periodCount - 1
      return HistoryPeriod(
        lengthNanoseconds: isNewest ? min(begun, span.periodNanoseconds) : span.periodNanoseconds,
        added: added
      )
    }
  }

  /// The most bytes of numbers that a history with this layout holds.
  public static func longestByteCount(layout: CounterLayout) -> Int {
    let periods = HistorySpan.allCases.reduce(1) { $0 + $1.periodCount }
    return periods * layout.wordCount * MemoryLayout<UInt64>.size
  }
}

/// One period of a history.
public struct HistoryPeriod: Equatable, Sendable {
  /// How long it was: the newest one may still go on.
  public let lengthNanoseconds: UInt64
  /// What the counters grew by, and the highest value that each gauge was seen at; nil when nobody
  /// looked.
  public let added: Snapshot?
}

extension [HistoryPeriod] {
  /// All of them together; nil when nobody looked in any.
  public var total: Snapshot? {
    compactMap(\.added).reduce(nil) { sum, next in sum.map { $0.joined(with: next) } ?? next }
  }

  /// How long those together were in which somebody looked.
  public var seenNanoseconds: UInt64 {
    reduce(0) { $1.added == nil ? $0 : $0 &+ $1.lengthNanoseconds }
  }
}
