/// A ring of records between one writing and one reading thread, without a lock: what `EventRing`,
/// `EndpointRing` and `FlightRing` are made of.
///
/// Trivially copied, so that a writer touches no reference count; whoever holds it also holds the
/// `SharedWordsOwner` that frees its memory.
struct RecordRing: BitwiseCopyable, Sendable {
  /// Words of a `RingRecord`.
  static let wordsPerRecord = 4

  // Each of these words is written by one side, and lies on a cache line of its own.
  fileprivate static let writtenWord = 0
  fileprivate static let readWord = 8
  private static let lostWord = 16
  private static let recordsStart = 24

  /// Records that wait for the reader before there is no more room: a power of two.
  let capacity: Int
  /// The memory, for records of more words than a `RingRecord` has.
  let words: SharedWords
  private let recordWords: Int

  /// Memory for an empty ring of records of so many words.
  static func makeMemory(
    capacity: Int,
    recordWords: Int = wordsPerRecord
  ) -> SharedWordsOwner {
    SharedWordsOwner(count: recordsStart + capacity * recordWords)
  }

  /// The ring in `memory`, which was made for this capacity and these records.
  init(capacity: Int, recordWords: Int = wordsPerRecord, in memory: SharedWordsOwner) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a power of two")
    self.capacity = capacity
    self.recordWords = recordWords
    words = memory.words
  }

  /// Whether there is room for another record; asked by the writer.
  var hasRoom: Bool {
    words.load(Self.writtenWord) &- words.loadAcquiring(Self.readWord) < UInt64(capacity)
  }

  /// Hands a record over, or counts it as lost when there is no room.
  #if !DEBUG
    @_noLocks
  #endif
  func write(_ record: RingRecord) {
    guard let word = claim() else { return }
    words.store(record.first, at: word)
    words.store(record.second, at: word &+ 1)
    words.store(record.third, at: word &+ 2)
    words.store(record.fourth, at: word &+ 3)
    publish()
  }

  /// The first word of the record that the writer fills next and then publishes; nil when there is
  /// no room: the record counts as lost.
  #if !DEBUG
    @_noLocks
  #endif
  func claim() -> Int? {
    guard hasRoom else {
      words.add(1, at: Self.lostWord)
      return nil
    }
    return place(words.load(Self.writtenWord))
  }

  /// Hands the claimed record over.
  #if !DEBUG
    @_noLocks
  #endif
  func publish() {
    words.storeReleasing(words.load(Self.writtenWord) &+ 1, at: Self.writtenWord)
  }

  /// The oldest record not yet read; nil when there is none.
  func next() -> RingRecord? {
    guard let word = oldest() else { return nil }
    let record = RingRecord(
      first: words.load(word),
      second: words.load(word + 1),
      third: words.load(word + 2),
      fourth: words.load(word + 3)
    )
    release()
    return record
  }

  /// The first word of the oldest record not yet read, which the reader releases when it has read
  /// it; nil when there is none.
  func oldest() -> Int? {
    let read = words.load(Self.readWord)
    guard read != words.loadAcquiring(Self.writtenWord) else { return nil }
    return place(read)
  }

  /// Gives the place of the oldest record back to the writer.
  func release() {
    words.storeReleasing(words.load(Self.readWord) &+ 1, at: Self.readWord)
  }

  /// Records that were lost so far.
  var lostCount: UInt64 { words.load(Self.lostWord) }

  /// The first word of the record that the `number`th ever goes to.
  #if !DEBUG
    @_noLocks
  #endif
  private func place(_ number: UInt64) -> Int {
    // The capacity is a power of two, so the mask is the remainder.
    let index = Int(truncatingIfNeeded: number & UInt64(capacity &- 1))
    return Self.recordsStart &+ index &* recordWords
  }
}

/// One record of a ring.
struct RingRecord: BitwiseCopyable {
  var first: UInt64
  var second: UInt64
  var third: UInt64
  var fourth: UInt64
}
