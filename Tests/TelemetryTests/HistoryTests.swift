import Testing
import Wire

@testable import Telemetry

private let layout = CounterLayout(verdictCount: 2, reasonCount: 3)

/// Remembers everything, and computes each period anew.
private struct NaiveHistory {
  private var looks: [(at: UInt64, added: UInt64, gauge: UInt64)] = []
  private var lookedAt: UInt64 = 0

  mutating func note(added: UInt64, gauge: UInt64, at elapsed: UInt64) {
    looks.append((lookedAt, added, gauge))
    lookedAt = max(lookedAt, elapsed)
  }

  /// The count and the gauge of each period; nil where nobody looked.
  func periods(of span: HistorySpan) -> [(added: UInt64, gauge: UInt64)?] {
    let length = span.periodNanoseconds
    let newest = (looks.map(\.at).max() ?? 0) / length
    return (0..<span.periodCount).map { index in
      let back = UInt64(span.periodCount - 1 - index)
      guard newest >= back else { return nil }
      let inside = looks.filter { $0.at / length == newest - back }
      guard let gauge = inside.map(\.gauge).max() else { return nil }
      return (inside.reduce(0) { $0 + $1.added }, gauge)
    }
  }
}

@Suite struct HistoryTests {
  @Test(arguments: 0..<20)
  func everyPeriodIsThatOfTheNaiveModel(seed: UInt64) {
    var random = SeededRandom(state: seed)
    let board = CounterBoard(layout: layout)
    let writer = board.makeWriter()
    let start = Instant(nanoseconds: random.next() >> 20)
    var history = History(layout: layout, startingAt: start)
    var naive = NaiveHistory()
    var elapsed: UInt64 = 0
    // The clock goes on by parts of a second, by minutes, by days, and steps back at times.
    let steps: [UInt64] = [1, 250, 1_000, 1_001, 61_000, 301_000, 4_000_000, 100_000_000]
    for _ in 0..<400 {
      let step = steps[Int(random.next(upperBound: seed.isMultiple(of: 2) ? 4 as UInt64 : 8))]
      elapsed += random.next(upperBound: step + 1) * Nanoseconds.perMillisecond
      let moment =
        random.next(upperBound: 16 as UInt64) == 0
        ? elapsed - min(elapsed, Nanoseconds.perSecond) : elapsed
      let (added, gauge) = (
        random.next(upperBound: 5 as UInt64), random.next(upperBound: 100 as UInt64)
      )
      writer.add(added, to: .accepted)
      writer.set(.held, to: gauge)
      history.note(
        board.snapshot(),
        at: start.advanced(byNanoseconds: moment)
      )
      naive.note(added: added, gauge: gauge, at: moment)
    }
    for span in HistorySpan.allCases {
      let periods = history.periods(of: span)
      let expected = naive.periods(of: span)
      #expect(periods.count == span.periodCount)
      for (period, model) in zip(periods, expected) {
        #expect(period.added?[.accepted] == model?.added)
        #expect(period.added?[.held] == model?.gauge)
        #expect(period.lengthNanoseconds <= span.periodNanoseconds)
      }
      #expect(periods.total?[.accepted] == expected.compactMap { $0?.added }.reduce(0, +))
    }
  }

  @Test func whoAsksBetweenTwoLooksGetsWhatWasAddedSince() {
    let start = Instant(nanoseconds: 0)
    var history = History(layout: layout, startingAt: start)
    let board = CounterBoard(layout: layout)
    let writer = board.makeWriter()
    writer.add(3, to: .accepted)
    history.note(board.snapshot(), at: start.advanced(byNanoseconds: Nanoseconds.perSecond))
    writer.add(4, to: .accepted)
    let asked = start.advanced(byNanoseconds: Nanoseconds.perSecond * 3 / 2)
    let noted = history.noted(board.snapshot(), at: asked)
    #expect(noted.periods(of: .minute).total?[.accepted] == 7)
    #expect(history.periods(of: .minute).total?[.accepted] == 3)
  }

  @Test func eachSecondIsFilledOnce() {
    var history = History(layout: layout, startingAt: Instant(nanoseconds: 0))
    let board = CounterBoard(layout: layout)
    let writer = board.makeWriter()
    // Rounds of a control thread: four a second, not quite on time.
    var now = Instant(nanoseconds: 0)
    var notes = 0
    for round in 0..<480 {
      now = now.advanced(byNanoseconds: 250_000_000 + UInt64(round % 3) * 1_000_000)
      writer.add(1, to: .accepted)
      guard history.isDue(at: now) else { continue }
      history.note(board.snapshot(), at: now)
      notes += 1
    }
    #expect(notes == 120)
    let periods = history.periods(of: .minute)
    #expect(periods.allSatisfy { $0.added != nil })
    #expect(periods.seenNanoseconds == 60 * Nanoseconds.perSecond)
    #expect(periods.total.map { (239...241).contains($0[.accepted]) } == true)
  }

  @Test func theNewestPeriodIsAsLongAsItWentOn() {
    var history = History(layout: layout, startingAt: Instant(nanoseconds: 0))
    for second in 1...90 {
      history.note(
        Snapshot(layout: layout),
        at: Instant(nanoseconds: UInt64(second) * Nanoseconds.perSecond)
      )
    }
    #expect(history.periods(of: .hour).last?.lengthNanoseconds == 30 * Nanoseconds.perSecond)
    #expect(history.periods(of: .hour).seenNanoseconds == 90 * Nanoseconds.perSecond)
    #expect(history.periods(of: .day).last?.lengthNanoseconds == 90 * Nanoseconds.perSecond)
  }

  @Test func memoryIsBoundedByName() {
    // 409 snapshots of 6 pairs, gauges, tallies and histograms.
    let words = layout.wordCount
    #expect(History.longestByteCount(layout: layout) == 409 * words * 8)
  }
}
