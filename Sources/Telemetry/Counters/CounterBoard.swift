internal import Synchronization

/// The numbers of one shard: written by the shard's thread without a lock, read by any other.
///
/// Comes in: a layout. Goes out: one `CounterWriter` for the shard, and a `Snapshot` whenever
/// somebody asks. Each number is exact and never goes back by itself; numbers that belong together
/// may be a moment apart in a snapshot. Never to be shared by two shards.
public final class CounterBoard: Sendable {
  /// Where each number lies.
  public let layout: CounterLayout
  private let owner: SharedWordsOwner
  private let hasWriter = Atomic(false)

  /// A board with all numbers at zero.
  public init(layout: CounterLayout) {
    self.layout = layout
    owner = SharedWordsOwner(count: layout.wordCount)
  }

  /// The one writer of this board. Asking twice is a mistake and traps.
  public func makeWriter() -> CounterWriter {
    precondition(!hasWriter.exchange(true, ordering: .relaxed), "a board has one writer")
    return CounterWriter(layout: layout, owner: owner)
  }

  /// The numbers as they are now.
  public func snapshot() -> Snapshot {
    let words = owner.words
    return Snapshot(layout: layout, words: (0..<words.count).map { words.load($0) })
  }
}

/// Adds to the numbers of one board; belongs to the shard's thread alone.
///
/// No function takes a lock, allocates, or touches a reference count.
public struct CounterWriter: ~Copyable, Sendable {
  /// Where each number lies.
  public let layout: CounterLayout
  private let words: SharedWords
  private let owner: SharedWordsOwner

  fileprivate init(layout: CounterLayout, owner: SharedWordsOwner) {
    self.layout = layout
    self.owner = owner
    words = owner.words
  }

  /// Counts one verdict with its reason, both by their place in the closed lists.
  #if !DEBUG
    @_noLocks
  #endif
  public func count(verdict: Int, reason: Int) {
    words.add(1, at: layout.word(verdict: verdict, reason: reason))
  }

  /// Counts `amount` more of a tally.
  #if !DEBUG
    @_noLocks
  #endif
  public func add(_ amount: UInt64, to tally: Tally) {
    words.add(amount, at: layout.word(tally))
  }

  /// Says what a gauge shows from now on.
  #if !DEBUG
    @_noLocks
  #endif
  public func set(_ gauge: Gauge, to value: UInt64) {
    words.store(value, at: layout.word(gauge))
  }

  /// One more on a gauge.
  #if !DEBUG
    @_noLocks
  #endif
  public func raise(_ gauge: Gauge) {
    words.add(1, at: layout.word(gauge))
  }

  /// One less on a gauge, which must not be at zero.
  #if !DEBUG
    @_noLocks
  #endif
  public func lower(_ gauge: Gauge) {
    let word = layout.word(gauge)
    let value = words.load(word)
    precondition(value > 0, "a gauge was lowered more often than raised")
    words.store(value &- 1, at: word)
  }

  /// Records how long something took.
  #if !DEBUG
    @_noLocks
  #endif
  public func record(_ work: TimedWork, nanoseconds: UInt64) {
    words.add(nanoseconds, at: layout.sumWord(work))
    let bucket = DurationBuckets.index(ofNanoseconds: nanoseconds)
    words.add(1, at: layout.word(work, bucket: bucket))
  }
}
