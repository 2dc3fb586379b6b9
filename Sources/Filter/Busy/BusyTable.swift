internal import Synchronization
internal import Wire

/// The busiest networks of one length for each family, as one shard met them: written by the
/// shard's thread without a lock, read by any other.
///
/// Bounded: a network has a window of places. A newcomer that finds its window full takes a little
/// of the weight of the lightest network there, and takes its place when nothing of it is left
/// (Misra and Gries, in each window). So a flood of networks that come once each can't push out
/// those that come again and again, and no count is ever too high.
@safe
struct BusyTable: BitwiseCopyable, @unchecked Sendable {
  /// Networks that have a place.
  static let capacity = 1_024
  private static let window = 8
  /// Who was not heard of for so many minutes has nothing to defend any more.
  private static let forgottenMinutes: UInt64 = 2
  /// Where an entry's words lie: its address, how often it was replaced, its meta word, its counts.
  private static let highWord = 0
  private static let lowWord = 1
  private static let turnWord = 2
  private static let metaWord = 3
  private static let countWords = 4
  private static let entryWords = 8

  static var wordCount: Int { capacity * (entryWords + 1) }

  private let base: UnsafeMutablePointer<Atomic<UInt64>>
  /// A part of each entry's hash, zero where there is none: one cache line a window.
  private let tags: UnsafeMutablePointer<Atomic<UInt64>>

  /// A table in `wordCount` words that are zero.
  init(base: UnsafeMutablePointer<Atomic<UInt64>>) {
    unsafe self.base = base
    unsafe tags = base + Self.capacity * Self.entryWords
  }

  /// Counts `counts` of `prefix`, whose hash is `hash`; by the one writing thread alone.
  #if !DEBUG
    @_noLocks
  #endif
  func note(
    _ prefix: SourcePrefix,
    hash: UInt64,
    _ first: BusyCount,
    _ second: BusyCount?,
    _ reason: Reason?,
    at moment: BusyMoment
  ) {
    guard let place = place(prefix, hash | 1, at: moment) else { return }
    var meta = BusyMeta(word: load(place, Self.metaWord))
    let age = meta.age(moment.minute)
    for index in 0..<(Self.entryWords &- Self.countWords) {
      guard age > 0 || index == first.rawValue || index == second?.rawValue else { continue }
      var minutes = BusyMinutes(word: load(place, Self.countWords &+ index))
      minutes.roll(age)
      if index == first.rawValue || index == second?.rawValue { minutes.add() }
      store(minutes.word, place, Self.countWords &+ index)
    }
    meta.touch(moment.minute)
    meta.gain()
    if let reason { meta.note(reason: reason) }
    store(meta.word, place, Self.metaWord)
  }

  /// The place of a network, its own or one that became free for it; nil when there is none.
  private func place(_ prefix: SourcePrefix, _ tag: UInt64, at moment: BusyMoment) -> Int? {
    let start = Int(truncatingIfNeeded: tag >> 32) & (Self.capacity &- Self.window)
    for place in start..<(start &+ Self.window) {
      guard unsafe tags[place].load(ordering: .relaxed) == tag else { continue }
      if load(place, Self.highWord) == prefix.address.high,
        load(place, Self.lowWord) == prefix.address.low
      {
        return place
      }
    }
    var lightest = start
    var least = UInt64.max
    for place in start..<(start &+ Self.window) {
      let meta = BusyMeta(word: load(place, Self.metaWord))
      let isStale = meta.age(moment.minute) >= Self.forgottenMinutes
      let weight = isStale ? 0 : meta.weight
      guard weight < least else { continue }
      least = weight
      lightest = place
    }
    if least > 1 {
      var meta = BusyMeta(word: load(lightest, Self.metaWord))
      meta.lose()
      store(meta.word, lightest, Self.metaWord)
      return nil
    }
    replace(lightest, prefix, tag, at: moment)
    return lightest
  }

  /// Readers see an odd turn while the words do not belong together.
  private func replace(
    _ place: Int,
    _ prefix: SourcePrefix,
    _ tag: UInt64,
    at moment: BusyMoment
  ) {
    let turn = load(place, Self.turnWord)
    store(turn &+ 1, place, Self.turnWord)
    atomicMemoryFence(ordering: .releasing)
    store(prefix.address.high, place, Self.highWord)
    store(prefix.address.low, place, Self.lowWord)
    store(BusyMeta(length: prefix.length, minute: moment.minute).word, place, Self.metaWord)
    for index in Self.countWords..<Self.entryWords { store(0, place, index) }
    unsafe tags[place].store(tag, ordering: .relaxed)
    unsafe base[place &* Self.entryWords &+ Self.turnWord].store(turn &+ 2, ordering: .releasing)
  }

  /// The networks that were heard of in the last minute; by any thread.
  func current(at moment: BusyMoment) -> [BusySource] {
    (0..<Self.capacity).compactMap { place in
      let turn = unsafe base[place * Self.entryWords + Self.turnWord].load(ordering: .acquiring)
      guard turn > 0, turn & 1 == 0 else { return nil }
      let source = read(place, at: moment)
      atomicMemoryFence(ordering: .acquiring)
      guard load(place, Self.turnWord) == turn else { return nil }
      return source.arrived > 0 ? source : nil
    }
  }

  private func read(_ place: Int, at moment: BusyMoment) -> BusySource {
    let meta = BusyMeta(word: load(place, Self.metaWord))
    let address = SourceAddress(
      high: load(place, Self.highWord),
      low: load(place, Self.lowWord)
    )
    func count(_ count: BusyCount) -> UInt32 {
      var minutes = BusyMinutes(word: load(place, Self.countWords + count.rawValue))
      minutes.roll(meta.age(moment.minute))
      return minutes.lastMinute(passedNanoseconds: moment.passedNanoseconds)
    }
    return BusySource(
      prefix: SourcePrefix(address, length: meta.length),
      arrived: count(.arrived),
      refused: count(.refused),
      admitted: count(.admitted),
      failed: count(.failed),
      lastReason: meta.reason.flatMap(Reason.init)
    )
  }

  private func load(_ place: Int, _ word: Int) -> UInt64 {
    unsafe base[place &* Self.entryWords &+ word].load(ordering: .relaxed)
  }

  private func store(_ value: UInt64, _ place: Int, _ word: Int) {
    unsafe base[place &* Self.entryWords &+ word].store(value, ordering: .relaxed)
  }
}
