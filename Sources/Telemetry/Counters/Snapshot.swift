/// The numbers of a board at one moment, or the sum over several shards, or what was added between
/// two moments. A plain value.
public struct Snapshot: Equatable, Sendable {
  /// Where each number lies.
  public let layout: CounterLayout
  private var words: [UInt64]

  init(layout: CounterLayout, words: [UInt64]) {
    precondition(words.count == layout.wordCount, "a snapshot has every word of its layout")
    self.layout = layout
    self.words = words
  }

  /// A snapshot in which everything is zero: what sums over shards start from.
  public init(layout: CounterLayout) {
    self.init(layout: layout, words: Array(repeating: 0, count: layout.wordCount))
  }

  /// How many times this verdict was given for this reason.
  public func count(verdict: Int, reason: Int) -> UInt64 {
    words[layout.word(verdict: verdict, reason: reason)]
  }

  /// What a gauge showed.
  public subscript(gauge: Gauge) -> UInt64 {
    words[layout.word(gauge)]
  }

  /// How far a tally was.
  public subscript(tally: Tally) -> UInt64 {
    words[layout.word(tally)]
  }

  /// How long all of a timed work took together, and how often each bucket was hit.
  public subscript(work: TimedWork) -> DurationHistogram {
    let buckets = (0..<DurationBuckets.count).map { words[layout.word(work, bucket: $0)] }
    return DurationHistogram(sumNanoseconds: words[layout.sumWord(work)], buckets: buckets)
  }

  /// Adds another shard's numbers. A stage is no sum: the highest counts.
  public static func + (left: Snapshot, right: Snapshot) -> Snapshot {
    left.combined(with: right, level: max) { $0 &+ $1 }
  }

  /// What was added since an earlier snapshot of the same boards. Gauges stay as they are now.
  public func added(since earlier: Snapshot) -> Snapshot {
    var difference = combined(with: earlier, level: { now, _ in now }) { $0 &- $1 }
    for gauge in Gauge.allCases {
      difference.words[layout.word(gauge)] = self[gauge]
    }
    return difference
  }

  /// What two successive times brought together: counts add up, of a gauge the highest counts.
  func joined(with later: Snapshot) -> Snapshot {
    var sum = combined(with: later, level: max) { $0 &+ $1 }
    for gauge in Gauge.allCases {
      sum.words[layout.word(gauge)] = max(self[gauge], later[gauge])
    }
    return sum
  }

  private func combined(
    with other: Snapshot,
    level: (UInt64, UInt64) -> UInt64,
    number: (UInt64, UInt64) -> UInt64
  ) -> Snapshot {
    precondition(layout == other.layout, "snapshots of different layouts")
    var result = Snapshot(layout: layout, words: zip(words, other.words).map(number))
    for gauge in Gauge.allCases where gauge.isLevel {
      result.words[layout.word(gauge)] = level(self[gauge], other[gauge])
    }
    return result
  }
}

/// How often something took how long.
public struct DurationHistogram: Equatable, Sendable {
  /// All durations together.
  public let sumNanoseconds: UInt64
  /// How many durations fell into each of `DurationBuckets`.
  public let buckets: [UInt64]

  /// How many durations there were.
  public var count: UInt64 {
    buckets.reduce(0, &+)
  }

  /// A duration that the given share of all durations did not exceed, to a factor of two: the bound
  /// of the bucket it is in. Nil if there were none, or if it lies beyond the last bound.
  public func quantileNanoseconds(_ share: Double) -> UInt64? {
    precondition(share > 0 && share <= 1, "a share is above 0 and at most 1")
    var remaining = (Double(count) * share).rounded(.up)
    guard remaining > 0 else { return nil }
    for (index, hits) in buckets.enumerated() {
      remaining -= Double(hits)
      if remaining <= 0 { return DurationBuckets.upperBoundNanoseconds(index) }
    }
    return nil
  }
}
