internal import Synchronization
public import Wire

/// The way of rare events from one shard to the control thread: a ring of fixed size, one writer,
/// one reader, no lock.
///
/// When the reader is too slow the ring drops new events and counts them; a shard never waits.
public final class EventRing: Sendable {
  /// How many events wait for the reader before further ones are dropped.
  public static let capacity = RingLayout.capacity

  private let owner = SharedWordsOwner(
    count: RingLayout.recordsStart + RingLayout.capacity * RingLayout.wordsPerRecord
  )
  private let hasWriter = Atomic(false)
  private let hasReader = Atomic(false)

  /// An empty ring.
  public init() {}

  /// The one writer of this ring. Asking twice is a mistake and traps.
  public func makeWriter() -> EventRingWriter {
    precondition(!hasWriter.exchange(true, ordering: .relaxed), "a ring has one writer")
    return EventRingWriter(owner: owner)
  }

  /// The one reader of this ring. Asking twice is a mistake and traps.
  public func makeReader() -> EventRingReader {
    precondition(!hasReader.exchange(true, ordering: .relaxed), "a ring has one reader")
    return EventRingReader(owner: owner)
  }
}

/// Where the parts of a ring lie in its memory.
private enum RingLayout {
  // Each of these words is written by one side, and lies on a cache line of its own.
  static let writtenWord = 0
  static let readWord = 8
  static let lostWord = 16
  static let recordsStart = 24
  static let wordsPerRecord = 4
  static let capacity = 1024

  /// The first word of the record that the `number`th event ever goes to.
  #if !DEBUG
    @_noLocks
  #endif
  static func record(_ number: UInt64) -> Int {
    // The capacity is a power of two, so the mask is the remainder.
    recordsStart &+ Int(truncatingIfNeeded: number & UInt64(capacity &- 1)) &* wordsPerRecord
  }
}

/// The shard's end of a ring.
public struct EventRingWriter: ~Copyable, Sendable {
  private let words: SharedWords
  private let owner: SharedWordsOwner

  fileprivate init(owner: SharedWordsOwner) {
    self.owner = owner
    words = owner.words
  }

  /// Hands an event over, or counts it as lost when the ring is full.
  #if !DEBUG
    @_noLocks
  #endif
  public func write(_ event: ShardEvent, at now: Instant) {
    let written = words.load(RingLayout.writtenWord)
    let read = words.loadAcquiring(RingLayout.readWord)
    guard written &- read < UInt64(RingLayout.capacity) else {
      words.add(1, at: RingLayout.lostWord)
      return
    }
    let record = RingLayout.record(written)
    let (kind, first, second) = event.words
    words.store(kind, at: record)
    words.store(now.nanoseconds, at: record &+ 1)
    words.store(first, at: record &+ 2)
    words.store(second, at: record &+ 3)
    words.storeReleasing(written &+ 1, at: RingLayout.writtenWord)
  }
}

/// The control thread's end of a ring.
public struct EventRingReader: ~Copyable, Sendable {
  private let words: SharedWords
  private let owner: SharedWordsOwner
  private var lostAlreadyTold: UInt64 = 0

  fileprivate init(owner: SharedWordsOwner) {
    self.owner = owner
    words = owner.words
  }

  /// The oldest event not yet read and when it happened; nil when there is none.
  public func next() -> (event: ShardEvent, at: Instant)? {
    let read = words.load(RingLayout.readWord)
    guard read != words.loadAcquiring(RingLayout.writtenWord) else { return nil }
    let record = RingLayout.record(read)
    let event = ShardEvent(
      kind: words.load(record),
      first: words.load(record + 2),
      second: words.load(record + 3)
    )
    let at = Instant(nanoseconds: words.load(record + 1))
    words.storeReleasing(read &+ 1, at: RingLayout.readWord)
    return (event, at)
  }

  /// How many events were dropped since this was last asked.
  public mutating func takeLost() -> UInt64 {
    let lost = words.load(RingLayout.lostWord)
    defer { lostAlreadyTold = lost }
    return lost &- lostAlreadyTold
  }
}
