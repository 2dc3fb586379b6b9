import Testing
import Wire

@testable import Filter

/// Records of sources: what is found again, what goes first, and what time does to them.
@Suite struct SourceTableTests {
  private static let start = Instant(nanoseconds: 7_000 * Nanoseconds.perSecond)

  private static func later(_ seconds: UInt64) -> Instant {
    start.advanced(byNanoseconds: seconds * Nanoseconds.perSecond)
  }

  /// Rows of a table of 16.
  private static let rows: UInt64 = 4

  /// A key of the first row `row` of a table of 16; its other row is a neighbour.
  private static func key(_ row: UInt64, _ number: UInt64) -> UInt64 {
    (number << 8 | row) << 1 | 1
  }

  @Test func aRecordHas40Bytes() {
    #expect(MemoryLayout<SourceRecord>.stride == 40)
  }

  @Test func aRecordIsFoundAgainAndNoOther() {
    let table = SourceTable(capacity: 1_024)
    #expect(table.find(1) == nil)
    for key in 1...100 as ClosedRange<UInt64> {
      table.place(key << 1 | 1, now: Self.start).pointee.failures = UInt16(key)
    }
    for key in 1...100 as ClosedRange<UInt64> {
      #expect(table.find(key << 1 | 1)?.pointee.failures == UInt16(key))
      #expect(table.place(key << 1 | 1, now: Self.start).pointee.failures == UInt16(key))
    }
    #expect(table.find(101 << 1 | 1) == nil)
  }

  @Test func recordsAreCountedUntilEveryPlaceIsTaken() {
    let table = SourceTable(capacity: 16)
    #expect(table.count == 0)
    for number in 0..<16 as Range<UInt64> {
      _ = table.place(Self.key(number % Self.rows, number), now: Self.start)
      _ = table.place(Self.key(number % Self.rows, number), now: Self.later(1))
      #expect(table.count == Int(number) + 1)
    }
    for number in 16..<200 as Range<UInt64> {
      _ = table.place(Self.key(number % Self.rows, number), now: Self.later(2))
    }
    #expect(table.count == 16)
  }

  @Test func aNewRecordIsEmpty() {
    let table = SourceTable(capacity: 16)
    for number in 0..<200 as Range<UInt64> {
      let record = table.place(Self.key(3, number), now: Self.later(number))
      #expect(record.pointee.failures == 0 && record.pointee.asked == 0)
      #expect(record.pointee.halfOpen == 0 && record.pointee.completions == 0)
      record.pointee.failures = 9
    }
  }

  @Test func whatMattersLeastGoesFirst() {
    let table = SourceTable(capacity: 16)
    let keys = (0..<8).map { Self.key(3, $0) }
    // In rising order of worth: old and blank, newer and blank, old with a history, newer with one,
    // open ones.
    for (age, key) in keys.enumerated() {
      let record = table.place(key, now: Self.later(UInt64(age)))
      switch age {
      case 2: record.pointee.failures = 4
      case 3: record.pointee.completions = 1
      case 4: record.pointee.asked = 4
      case 5: record.pointee.inFlight = 1
      case 6, 7: record.pointee.halfOpen = 1
      default: break
      }
    }
    let now = Self.later(9)
    for count in 0..<8 {
      let fresh = table.place(Self.key(3, 100 + UInt64(count)), now: now)
      fresh.pointee.halfOpen = 1
      for (index, key) in keys.enumerated() {
        #expect((table.find(key) != nil) == (index > count), "\(index) after \(count) newcomers")
      }
    }
  }

  @Test func anEmptyPlaceIsTakenBeforeAnyRecord() {
    let table = SourceTable(capacity: 16)
    for number in 0..<8 as Range<UInt64> {
      _ = table.place(Self.key(3, number), now: Self.start)
      for before in 0...number { #expect(table.find(Self.key(3, before)) != nil) }
    }
  }

  @Test func halfATableOfSourcesStaysThoughNewOnesCome() {
    let hasher = SourceHasher()
    let table = SourceTable(capacity: 65_536)
    let keys = (0..<32_768 as Range<UInt32>).map {
      hasher.keys(SourceAddress(ipv4: 0x0b00_0000 &+ $0)).address
    }
    for key in keys { table.place(key, now: Self.start).pointee.asked = 1 }
    let lost = keys.count(where: { table.find($0) == nil })
    #expect(lost < keys.count / 5_000, "\(lost) of \(keys.count)")
  }

  @Test func aFloodOfNewcomersPushesOutNoOpenRecord() {
    let table = SourceTable(capacity: 16)
    let held = Self.key(2, 1)
    table.place(held, now: Self.start).pointee.halfOpen = 1
    for number in 2..<5_000 as Range<UInt64> {
      _ = table.place(Self.key(number % Self.rows, number), now: Self.later(number))
    }
    #expect(table.find(held)?.pointee.halfOpen == 1)
  }

  @Test func failuresHalveEveryMinute() {
    for (seconds, expected) in [(0, 1_000), (59, 1_000), (60, 500), (119, 500), (180, 125)] {
      let table = SourceTable(capacity: 16)
      let record = table.place(9, now: Self.start)
      record.pointee.failures = 1_000
      record.pointee.asked = 1_000
      let now = Self.later(UInt64(seconds))
      #expect(Int(table.place(9, now: now).pointee.failures) == expected, "\(seconds) s")
      #expect(Int(table.place(9, now: now).pointee.asked) == expected, "\(seconds) s")
    }
  }

  @Test func decayDoesNotDependOnHowOftenItIsAsked() {
    var generator = SeededGenerator(seed: 5)
    for round in 0..<200 {
      var often = SourceRecord()
      often.failures = UInt16.random(in: 0...1_024, using: &generator)
      often.asked = UInt16.random(in: 1...1_024, using: &generator)
      var once = often
      var now: UInt32 = 0
      for _ in 0..<50 {
        now += UInt32.random(in: 0...20_000, using: &generator)
        often.decay(now)
      }
      once.decay(now)
      #expect(often.failures == once.failures, "round \(round)")
      #expect(often.asked == once.asked, "round \(round)")
    }
  }

  @Test func decayGoesOnAcrossTheEndOfTheMilliseconds() {
    var record = SourceRecord()
    record.halvedMilliseconds = .max - 10_000
    record.failures = 8
    record.decay(49_000)
    #expect(record.failures == 8)
    record.decay(50_000)
    #expect(record.failures == 4)
    record.decay(1_000_000_000)
    #expect(record.failures == 0)
  }

  @Test func countersSaturate() {
    var record = SourceRecord()
    for _ in 0..<70_000 {
      record.addFailure()
      record.addAsked()
    }
    #expect(record.failures == 1_024)
    #expect(record.asked == 1_024)
    for _ in 0..<70_000 { record.addCompletion() }
    #expect(record.completions == .max)
    #expect(record.asked == 0)
    #expect(record.failures == 0)
  }

  @Test func halfOpenIsRefusedWhereItCannotBeCounted() {
    var record = SourceRecord()
    record.halfOpen = .max - 1
    #expect(record.hasRoom(.max))
    record.halfOpen = .max
    #expect(!record.hasRoom(.max))
    record.halfOpen = 255
    #expect(record.hasRoom(256))
    #expect(!record.hasRoom(255))
  }

  @Test func tableSizesArePowersOfTwo() {
    for (count, size) in [(0, 16), (16, 16), (17, 32), (65_536, 65_536), (65_537, 131_072)] {
      #expect(Int(PowerOfTwo.atLeast(UInt32(count))) == size)
    }
    #expect(PowerOfTwo.atLeast(1 << 30) == 1 << 30)
  }
}
