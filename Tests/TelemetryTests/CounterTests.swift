import AllocationCounter
import Dispatch
import Synchronization
import Testing
import Wire

@testable import Telemetry

private let layout = CounterLayout(verdictCount: 4, reasonCount: 31)

@Suite struct CounterTests {
  @Test func everyNumberHasAWordOfItsOwn() {
    var words: [Int] = []
    for verdict in 0..<layout.verdictCount {
      for reason in 0..<layout.reasonCount {
        words.append(layout.word(verdict: verdict, reason: reason))
      }
    }
    words += Gauge.allCases.map { layout.word($0) }
    words += Tally.allCases.map { layout.word($0) }
    for work in TimedWork.allCases {
      words.append(layout.sumWord(work))
      words += (0..<DurationBuckets.count).map { layout.word(work, bucket: $0) }
    }
    #expect(words.sorted() == Array(0..<layout.wordCount))
  }

  @Test func writesComeBackInASnapshot() {
    let board = CounterBoard(layout: layout)
    let writer = board.makeWriter()
    writer.count(verdict: 0, reason: 6)
    writer.count(verdict: 0, reason: 6)
    writer.count(verdict: 3, reason: 30)
    writer.add(1500, to: .bytesToPeer)
    writer.raise(.open)
    writer.raise(.open)
    writer.lower(.open)
    writer.set(.stage, to: 2)
    writer.record(.proof, nanoseconds: 60_000)
    let snapshot = board.snapshot()
    #expect(snapshot.count(verdict: 0, reason: 6) == 2)
    #expect(snapshot.count(verdict: 3, reason: 30) == 1)
    #expect(snapshot.count(verdict: 1, reason: 6) == 0)
    #expect(snapshot[.bytesToPeer] == 1500)
    #expect(snapshot[.open] == 1)
    #expect(snapshot[.stage] == 2)
    #expect(snapshot[.proof].sumNanoseconds == 60_000)
    #expect(snapshot[.proof].count == 1)
    #expect(snapshot[.routerAnswer].count == 0)
  }

  @Test func shardsAddUpAndStagesDoNot() {
    let boards = [CounterBoard(layout: layout), CounterBoard(layout: layout)]
    for (index, board) in boards.enumerated() {
      let writer = board.makeWriter()
      writer.count(verdict: 1, reason: 2)
      writer.set(.sessions, to: 10)
      writer.set(.stage, to: UInt64(3 - index))
    }
    let sum = boards.reduce(Snapshot(layout: layout)) { $0 + $1.snapshot() }
    #expect(sum.count(verdict: 1, reason: 2) == 2)
    #expect(sum[.sessions] == 20)
    #expect(sum[.stage] == 3)
  }

  @Test func whatWasAddedSinceIsADifferenceAndGaugesStay() {
    let board = CounterBoard(layout: layout)
    let writer = board.makeWriter()
    writer.count(verdict: 1, reason: 2)
    writer.set(.sessions, to: 10)
    let earlier = board.snapshot()
    writer.count(verdict: 1, reason: 2)
    writer.count(verdict: 1, reason: 3)
    writer.set(.sessions, to: 4)
    let added = board.snapshot().added(since: earlier)
    #expect(added.count(verdict: 1, reason: 2) == 1)
    #expect(added.count(verdict: 1, reason: 3) == 1)
    #expect(added[.sessions] == 4)
  }

  @Test func bucketsCoverEveryDurationOnce() {
    #expect(DurationBuckets.upperBoundNanoseconds(0) == 1024)
    #expect(DurationBuckets.upperBoundNanoseconds(DurationBuckets.count - 1) == nil)
    #expect(DurationBuckets.index(ofNanoseconds: 0) == 0)
    #expect(DurationBuckets.index(ofNanoseconds: .max) == DurationBuckets.count - 1)
    for index in 0..<DurationBuckets.count - 1 {
      let bound = DurationBuckets.upperBoundNanoseconds(index) ?? 0
      #expect(DurationBuckets.index(ofNanoseconds: bound) == index)
      #expect(DurationBuckets.index(ofNanoseconds: bound + 1) == index + 1)
    }
  }

  @Test func quantilesNameTheBoundOfTheirBucket() {
    let board = CounterBoard(layout: layout)
    let writer = board.makeWriter()
    for _ in 0..<99 { writer.record(.proof, nanoseconds: 60_000) }
    writer.record(.proof, nanoseconds: 5_000_000)
    let histogram = board.snapshot()[.proof]
    #expect(histogram.quantileNanoseconds(0.5) == 65_536)
    #expect(histogram.quantileNanoseconds(0.99) == 65_536)
    #expect(histogram.quantileNanoseconds(1) == 8_388_608)
    #expect(board.snapshot()[.routerAnswer].quantileNanoseconds(0.5) == nil)
  }

  @Test func anotherThreadReadsWithoutMissingACount() async {
    let board = CounterBoard(layout: layout)
    let rounds: UInt64 = 200_000
    DispatchQueue.global().async {
      let writer = board.makeWriter()
      for _ in 0..<rounds { writer.count(verdict: 0, reason: 0) }
    }
    var last: UInt64 = 0
    while last < rounds {
      let now = board.snapshot().count(verdict: 0, reason: 0)
      #expect(now >= last)
      last = now
      await Task.yield()
    }
    #expect(last == rounds)
  }

  @Test func writingCostsNoAllocationAndNoReferenceCount() {
    let board = CounterBoard(layout: layout)
    let writer = board.makeWriter()
    let ringWriter = EventRing().makeWriter()
    let cost = AllocationCounter.measure {
      for round in 0..<10_000 {
        writer.count(verdict: round % 4, reason: round % 31)
        writer.add(64, to: .bytesToRouter)
        writer.record(.routerAnswer, nanoseconds: UInt64(round) * 1_000)
        writer.raise(.held)
        ringWriter.write(.stageChanged(from: 0, to: 1), at: .init(nanoseconds: UInt64(round)))
      }
    }
    #expect(cost == .none)
  }

  @Test func mistakesOfOurOwnTrap() async {
    await #expect(processExitsWith: .failure) {
      let writer = CounterBoard(layout: CounterLayout(verdictCount: 1, reasonCount: 1)).makeWriter()
      writer.count(verdict: 0, reason: 1)
    }
    await #expect(processExitsWith: .failure) {
      let board = CounterBoard(layout: CounterLayout(verdictCount: 1, reasonCount: 1))
      _ = board.makeWriter()
      _ = board.makeWriter()
    }
    await #expect(processExitsWith: .failure) {
      CounterBoard(layout: CounterLayout(verdictCount: 1, reasonCount: 1)).makeWriter().lower(.open)
    }
  }
}
