internal import Synchronization
public import Wire

/// The way of rare events from one shard to the control thread: a ring of fixed size, one writer,
/// one reader, no lock.
///
/// When the reader is too slow the ring drops new events and counts them; a shard never waits.
public final class EventRing: Sendable {
  /// How many events wait for the reader before further ones are dropped.
  public static let capacity = 1_024

  private let owner = RecordRing.makeMemory(capacity: capacity)
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

/// The shard's end of a ring.
public struct EventRingWriter: ~Copyable, Sendable {
  private let ring: RecordRing
  private let owner: SharedWordsOwner

  fileprivate init(owner: SharedWordsOwner) {
    self.owner = owner
    ring = RecordRing(capacity: EventRing.capacity, in: owner)
  }

  /// Hands an event over, or counts it as lost when the ring is full.
  #if !DEBUG
    @_noLocks
  #endif
  public func write(_ event: ShardEvent, at now: Instant) {
    let (kind, first, second) = event.words
    ring.write(RingRecord(first: kind, second: now.nanoseconds, third: first, fourth: second))
  }
}

/// The control thread's end of a ring.
public struct EventRingReader: ~Copyable, Sendable {
  private let ring: RecordRing
  private let owner: SharedWordsOwner
  private var lostAlreadyTold: UInt64 = 0

  fileprivate init(owner: SharedWordsOwner) {
    self.owner = owner
    ring = RecordRing(capacity: EventRing.capacity, in: owner)
  }

  /// The oldest event not yet read and when it happened; nil when there is none.
  public func next() -> (event: ShardEvent, at: Instant)? {
    guard let record = ring.next() else { return nil }
    let event = ShardEvent(kind: record.first, first: record.third, second: record.fourth)
    return (event, Instant(nanoseconds: record.second))
  }

  /// How many events were dropped since this was last asked.
  public mutating func takeLost() -> UInt64 {
    let lost = ring.lostCount
    defer { lostAlreadyTold = lost }
    return lost &- lostAlreadyTold
  }
}
