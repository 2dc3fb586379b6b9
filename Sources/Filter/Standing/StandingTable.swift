internal import Synchronization
public import Wire

/// What is known of sources, for all shards: one thread writes, everybody reads without a lock.
///
/// A source is found by the secret hash of its address, in a window of eight places of four words.
/// A reader takes one place with a few loads, and a second look at its key: what it gets belongs to
/// that source, at worst from a moment ago.
@safe
public struct StandingTable: BitwiseCopyable, @unchecked Sendable {
  static let window = 8
  static let wordsPerPlace = 4

  fileprivate let words: UnsafeMutablePointer<Atomic<UInt64>>
  fileprivate let mask: Int
  private let secret: UnsafePointer<UInt8>

  fileprivate init(
    words: UnsafeMutablePointer<Atomic<UInt64>>,
    mask: Int,
    secret: UnsafePointer<UInt8>
  ) {
    unsafe self.words = words
    self.mask = mask
    unsafe self.secret = secret
  }

  /// A hasher that makes the keys of this table.
  public func makeHasher() -> SourceHasher {
    unsafe SourceHasher(copying: secret)
  }

  /// What is known of the source whose address has this key.
  #if !DEBUG
    @_noLocks
  #endif
  public func facts(_ key: UInt64, now: Instant) -> StandingFacts {
    let isNetDbKnown = unsafe words[netDbPlace].load(ordering: .acquiring) != 0
    for step in 0..<Self.window {
      let place = place(key, step)
      guard unsafe words[place].load(ordering: .acquiring) == key else { continue }
      let entry = load(place)
      atomicMemoryFence(ordering: .acquiring)
      guard unsafe words[place].load(ordering: .relaxed) == key else { continue }
      return StandingFacts(entry: entry, now: now, isNetDbKnown: isNetDbKnown)
    }
    return .none(now: now, isNetDbKnown: isNetDbKnown)
  }

  /// Behind all places: whether the netDb was read.
  fileprivate var netDbPlace: Int { (mask &+ 1) &* Self.wordsPerPlace }

  /// The first word of the place that is `step` behind the key's own.
  fileprivate func place(_ key: UInt64, _ step: Int) -> Int {
    ((Int(truncatingIfNeeded: key >> 1) &+ step) & mask) &* Self.wordsPerPlace
  }

  fileprivate func load(_ place: Int) -> StandingEntry {
    StandingEntry(
      ends: (
        unsafe words[place &+ 1].load(ordering: .relaxed),
        unsafe words[place &+ 2].load(ordering: .relaxed)
      ),
      state: unsafe words[place &+ 3].load(ordering: .relaxed)
    )
  }

  fileprivate func store(_ entry: StandingEntry, _ place: Int) {
    unsafe words[place &+ 1].store(entry.ends.0, ordering: .relaxed)
    unsafe words[place &+ 2].store(entry.ends.1, ordering: .relaxed)
    unsafe words[place &+ 3].store(entry.state, ordering: .relaxed)
  }

  fileprivate func key(_ place: Int) -> UInt64 {
    unsafe words[place].load(ordering: .relaxed)
  }

  /// Gives a place to another source. No reader may take one source's words for another's: the key
  /// is gone before they change, and comes after them.
  fileprivate func replace(_ key: UInt64, _ entry: StandingEntry, _ place: Int) {
    unsafe words[place].store(0, ordering: .relaxed)
    atomicMemoryFence(ordering: .releasing)
    store(entry, place)
    unsafe words[place].store(key, ordering: .releasing)
  }
}

/// Holds the memory of a `StandingTable` and the secret that keys are made with; must live longer
/// than every thread that has the table.
@safe
public final class StandingTableOwner: Sendable {
  /// The table, for reading.
  public let table: StandingTable
  /// Sources that it has room for.
  public let capacity: Int
  private let hasher = SourceHasher()
  private let words: Int
  private let hasWriter = Atomic(false)

  /// An empty table for at least `capacity` sources, with a secret of its own.
  public init(capacity: UInt32) {
    self.capacity = Int(PowerOfTwo.atLeast(capacity))
    words = self.capacity * StandingTable.wordsPerPlace + 1
    let base = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: words)
    for index in 0..<words { unsafe (base + index).initialize(to: Atomic(0)) }
    unsafe table = StandingTable(
      words: base,
      mask: self.capacity - 1,
      secret: hasher.secret
    )
  }

  deinit {
    unsafe table.words.deinitialize(count: words)
    unsafe table.words.deallocate()
  }

  /// What is known of `source`.
  public func facts(of source: SourceAddress, now: Instant) -> StandingFacts {
    table.facts(hasher.key(of: source), now: now)
  }

  /// The one writer of the table. Asking twice is a mistake and traps.
  public func makeWriter() -> StandingWriter {
    precondition(!hasWriter.exchange(true, ordering: .relaxed), "a table has one writer")
    return StandingWriter(owner: self, hasher: table.makeHasher())
  }
}

/// The writing end of a `StandingTable`.
///
/// Only what a source has shown makes a record: failures of strangers cost no memory. A new source
/// takes an empty place in its window, or that of the source there which is missed least; when all
/// of them are missed more than it would be, it is not remembered.
public struct StandingWriter: ~Copyable, Sendable {
  /// Places that one sweep looks at.
  public static let placesPerSweep = 2_048

  private let owner: StandingTableOwner
  private let hasher: SourceHasher
  private var sweepPlace = 0
  /// Sources that are remembered, also those whose tests are over and that no sweep has met yet.
  public private(set) var count = 0

  fileprivate init(owner: StandingTableOwner, hasher: consuming SourceHasher) {
    self.owner = owner
    self.hasher = hasher
  }

  /// Sources that it has room for.
  public var capacity: Int { owner.capacity }

  /// What is known of `source`.
  public func facts(of source: SourceAddress, now: Instant) -> StandingFacts {
    owner.table.facts(hasher.key(of: source), now: now)
  }

  /// Notes an outcome of `source`.
  ///
  /// - Returns: Whether the source is remembered.
  @discardableResult
  public mutating func note(
    _ outcome: SourceOutcome,
    of source: SourceAddress,
    _ lifetimes: StandingLifetimes,
    now: Instant
  ) -> Bool {
    change(source, now: now) { entry in
      switch outcome {
      case .passed(let test):
        entry.pass(test, lifetimeNanoseconds: lifetimes.nanoseconds(test), now: now)
        if test == .handshake { entry.complete(now: now) }
      case .failed(let reason):
        // Only of somebody: a failure makes no record.
        if entry.worth(now: now) > 0 { entry.fail(reason, now: now) }
      }
    }
  }

  /// Notes that all whom the router's netDb lists are in: from now on others are not listed.
  public func noteNetDb() {
    let table = owner.table
    unsafe table.words[table.netDbPlace].store(1, ordering: .releasing)
  }

  /// Brings back what was kept of `source` from an earlier life.
  ///
  /// - Parameters:
  ///   - source: Who is remembered.
  ///   - tests: The tests that hold, with the nanoseconds for which they still do.
  ///   - failures: What spoke against it.
  ///   - failedAgoNanoseconds: How long ago it did.
  ///   - last: What became of its last handshake, and how many nanoseconds ago.
  ///   - now: The moment.
  /// - Returns: Whether the source is remembered.
  @discardableResult
  public mutating func restore(
    _ source: SourceAddress,
    tests: [(test: StandingTest, leftNanoseconds: UInt64)],
    failures: UInt8,
    failedAgoNanoseconds: UInt64,
    last: (outcome: SourceOutcome, agoNanoseconds: UInt64)?,
    now: Instant
  ) -> Bool {
    let steps = (last?.agoNanoseconds ?? 0) / StandingEntry.stepNanoseconds
    return change(source, now: now) { entry in
      for (test, left) in tests { entry.pass(test, lifetimeNanoseconds: left, now: now) }
      let failed = failedAgoNanoseconds / StandingEntry.stepNanoseconds
      entry.restore(
        failures: failed < 64 ? failures : 0,
        halvedStepsAgo: UInt16(clamping: min(failed, 64)),
        steps < StandingEntry.outcomeLifetimeSteps ? last?.outcome : nil,
        stepsAgo: UInt16(clamping: steps),
        now: now
      )
    }
  }

  /// Forgets what is over, in the next share of the places.
  public mutating func sweep(now: Instant) {
    let table = owner.table
    for _ in 0..<min(Self.placesPerSweep, owner.capacity) {
      let place = sweepPlace &* StandingTable.wordsPerPlace
      sweepPlace = (sweepPlace &+ 1) & (owner.capacity - 1)
      let key = table.key(place)
      guard key != 0 else { continue }
      let entry = table.load(place).cleared(now: now)
      if entry.worth(now: now) == 0 {
        table.replace(0, StandingEntry(), place)
        count &-= 1
      } else {
        table.store(entry, place)
      }
    }
  }

  private mutating func change(
    _ source: SourceAddress,
    now: Instant,
    _ body: (inout StandingEntry) -> Void
  ) -> Bool {
    let table = owner.table
    let key = hasher.key(of: source)
    var least = table.place(key, 0)
    var leastWorth = UInt64.max
    for step in 0..<StandingTable.window {
      let place = table.place(key, step)
      if table.key(place) == key {
        var entry = table.load(place)
        body(&entry)
        table.store(entry, place)
        return entry.worth(now: now) > 0
      }
      let worth = table.key(place) == 0 ? 0 : table.load(place).worth(now: now) &+ 1
      if worth < leastWorth {
        leastWorth = worth
        least = place
      }
    }
    var entry = StandingEntry()
    body(&entry)
    let worth = entry.worth(now: now)
    guard worth > 0, worth &+ 1 >= leastWorth else { return false }
    if table.key(least) == 0 { count &+= 1 }
    table.replace(key, entry, least)
    return true
  }
}
