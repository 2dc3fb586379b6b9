import Testing
import Wire

@testable import Filter

/// The replay set against a list with times.
@Suite struct ReplaySetTests {
  private static let second = Nanoseconds.perSecond

  /// A masked key made of a number.
  private static func key(_ number: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: number)
    return (0..<4).flatMap { _ in
      let word = generator.next()
      return (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
  }

  @Test func theSpanCoversTheSkewOfBothDirectionsAndTheHandshake() {
    #expect(ReplaySet.spanNanoseconds >= 130 * Self.second)
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func agreesWithAListOfTimes(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var now = Instant(nanoseconds: UInt64.random(in: 0...1 << 50, using: &generator))
    let capacity: UInt32 = 256
    var set = ReplaySet(capacity: capacity, now: now)
    var times: [UInt64: Instant] = [:]
    var inserts: [Instant] = []
    for step in 0..<6_000 {
      now = now.advanced(byNanoseconds: UInt64.random(in: 0...2 * Self.second, using: &generator))
      let number = UInt64.random(in: 0..<2_000, using: &generator)
      let key = Self.key(number)
      let isThere = set.contains(key)
      let age = times[number].map { now.nanoseconds(since: $0) }
      if let age, age < ReplaySet.spanNanoseconds {
        #expect(isThere, "seed \(seed), step \(step): forgotten after \(age) ns")
      }
      if age == nil {
        #expect(!isThere, "seed \(seed), step \(step): \(number) was never inserted")
      }
      // An entry dies with the second insertion that finds a turn due, so an insertion of two spans
      // ago, with others every second since, is gone.
      let oldest = 2 * ReplaySet.spanNanoseconds + 10 * Self.second
      if let age, age > oldest, inserts.count > 100 {
        #expect(!isThere, "seed \(seed), step \(step): still there after \(age) ns")
      }
      if Bool.random(using: &generator), !isThere {
        set.insert(key, now: now)
        times[number] = now
        inserts.append(now)
      }
    }
    #expect(inserts.count > 500, "seed \(seed)")
  }

  @Test(arguments: [UInt32(16), 100, 1_024, 65_536])
  func asManyAsItHoldsAreKeptForAWholeSpan(capacity: UInt32) {
    let start = Instant(nanoseconds: 5)
    var set = ReplaySet(capacity: capacity, now: start)
    let step = ReplaySet.spanNanoseconds / UInt64(capacity)
    for number in 0..<UInt64(capacity) {
      set.insert(Self.key(number), now: start.advanced(byNanoseconds: number &* step))
    }
    #expect(set.count == Int(capacity))
    var lost = 0
    for number in 0..<UInt64(capacity) where !set.contains(Self.key(number)) { lost += 1 }
    #expect(lost == 0)
    // The next turn keeps them all.
    let turn = start.advanced(byNanoseconds: ReplaySet.spanNanoseconds)
    set.insert(Self.key(.max), now: turn)
    #expect(set.count == 1)
    for number in 0..<UInt64(capacity) where !set.contains(Self.key(number)) { lost += 1 }
    #expect(lost == 0)
    // The one after it forgets them.
    set.insert(Self.key(.max - 1), now: turn.advanced(byNanoseconds: ReplaySet.spanNanoseconds))
    var left = 0
    for number in 0..<UInt64(capacity) where set.contains(Self.key(number)) { left += 1 }
    #expect(left == 0)
    let isKept = set.contains(Self.key(.max))
    #expect(isKept)
  }

  @Test func twoSpansWithoutAnEntryEmptyBothHalves() {
    let start = Instant(nanoseconds: 0)
    var set = ReplaySet(capacity: 16, now: start)
    set.insert(Self.key(1), now: start)
    let later = start.advanced(byNanoseconds: 2 * ReplaySet.spanNanoseconds)
    set.insert(Self.key(2), now: later)
    let (old, new) = (set.contains(Self.key(1)), set.contains(Self.key(2)))
    #expect(!old)
    #expect(new)
  }

  @Test func aFullHalfStaysBoundedAndKeepsTheNewest() {
    let now = Instant(nanoseconds: 0)
    var set = ReplaySet(capacity: 16, now: now)
    for number in 0..<10_000 as Range<UInt64> {
      set.insert(Self.key(number), now: now)
      let isThere = set.contains(Self.key(number))
      #expect(isThere, "\(number)")
    }
    var kept = 0
    for number in 0..<10_000 as Range<UInt64> where set.contains(Self.key(number)) { kept += 1 }
    #expect((1...64).contains(kept), "64 places hold \(kept)")
  }

  @Test func aClockThatStepsBackForgetsNothing() {
    let start = Instant(nanoseconds: 1_000 * Self.second)
    var set = ReplaySet(capacity: 16, now: start)
    set.insert(Self.key(1), now: start)
    for step in 0..<10 as Range<UInt64> {
      set.insert(Self.key(2 + step), now: Instant(nanoseconds: step))
    }
    let isThere = set.contains(Self.key(1))
    #expect(isThere)
  }

  @Test func nobodyCanAimAtAPlace() {
    // With a secret of its own each set places the same keys differently: what 16 places for 40
    // keys drop differs.
    func kept() -> [UInt64] {
      let now = Instant(nanoseconds: 0)
      var set = ReplaySet(capacity: 16, now: now)
      for number in 0..<400 as Range<UInt64> { set.insert(Self.key(number), now: now) }
      return (0..<400).filter { set.contains(Self.key($0)) }
    }
    #expect(kept() != kept())
  }
}
