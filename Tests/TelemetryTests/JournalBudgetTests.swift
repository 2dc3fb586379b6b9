import Telemetry
import Testing
import Wire

/// The same random numbers for the same seed, so that a failure can be had again.
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

@Suite struct JournalBudgetTests {
  private func at(milliseconds: UInt64) -> Instant {
    Instant(nanoseconds: milliseconds * Nanoseconds.perMillisecond)
  }

  @Test func aQuietJournalWritesEverything() {
    var budget = JournalBudget()
    for second in 0..<100 {
      #expect(budget.ask(.event, at: at(milliseconds: UInt64(second) * 1_000)) == .write)
    }
    #expect(budget.takeLeftOut(at: at(milliseconds: 200_000)) == nil)
  }

  @Test func eventsLeaveRoomForTheLineThatCountsThem() {
    var budget = JournalBudget()
    for _ in 0..<JournalBudget.linesPerSecond - 1 {
      #expect(budget.ask(.event, at: at(milliseconds: 0)) == .write)
    }
    for _ in 0..<5 { #expect(budget.ask(.event, at: at(milliseconds: 999)) == .leaveOut) }
    #expect(budget.takeLeftOut(at: at(milliseconds: 999)) == 5)
    #expect(budget.ask(.event, at: at(milliseconds: 999)) == .leaveOut)
    #expect(budget.takeLeftOut(at: at(milliseconds: 999)) == nil)
    #expect(budget.ask(.event, at: at(milliseconds: 1_000)) == .writeAfterLeftOut(1))
  }

  @Test func sumsWaitBeforeEventsDo() {
    var budget = JournalBudget()
    for _ in 0..<JournalBudget.linesBeforeSumsWait {
      #expect(budget.ask(.sum, at: at(milliseconds: 0)) == .write)
    }
    #expect(budget.ask(.sum, at: at(milliseconds: 0)) == .wait)
    #expect(budget.ask(.event, at: at(milliseconds: 0)) == .write)
    #expect(budget.leftOut == 0)
  }

  @Test func whoeverWaitsAsLongAsToldIsWritten() {
    var budget = JournalBudget()
    for step in 0..<40 { _ = budget.ask(.event, at: at(milliseconds: UInt64(step * 10))) }
    let now = at(milliseconds: 400)
    let wait = budget.nanosecondsUntilRoom(at: now)
    #expect(wait > 0 && wait <= Nanoseconds.perSecond)
    var early = budget
    #expect(
      early.ask(.event, at: now.advanced(byNanoseconds: wait - 1)) == .leaveOut
    )
    #expect(
      budget.ask(.event, at: now.advanced(byNanoseconds: wait)) == .writeAfterLeftOut(21)
    )
  }

  @Test(arguments: 0..<50) func anySecondHasAtMostTwentyLinesAndAllIsAccountedFor(seed: UInt64) {
    var random = SeededRandom(state: seed)
    var budget = JournalBudget()
    let start = Instant(nanoseconds: .random(in: 0...UInt64.max / 2, using: &random))
    var now = start
    var lines: [Instant] = []
    var asked: UInt64 = 0
    var written: UInt64 = 0
    var summedUp: UInt64 = 0
    let pace = UInt64.random(in: 1...300, using: &random) * Nanoseconds.perMillisecond
    for _ in 0..<2_000 {
      now = now.advanced(byNanoseconds: .random(in: 0...pace, using: &random))
      for _ in 0..<Int.random(in: 0...30, using: &random) {
        let claim: JournalBudget.Claim = Bool.random(using: &random) ? .event : .sum
        asked += claim == .event ? 1 : 0
        switch budget.ask(claim, at: now) {
        case .write:
          lines.append(now)
          written += claim == .event ? 1 : 0
        case .writeAfterLeftOut(let count):
          lines += [now, now]
          written += 1
          summedUp += count
        case .leaveOut: #expect(claim == .event)
        case .wait: #expect(claim == .sum)
        }
      }
      if Int.random(in: 0..<10, using: &random) == 0, let count = budget.takeLeftOut(at: now) {
        lines.append(now)
        summedUp += count
      }
    }
    #expect(asked == written + summedUp + budget.leftOut)
    for (first, last) in zip(lines, lines.dropFirst(JournalBudget.linesPerSecond)) {
      #expect(last.nanoseconds(since: first) >= Nanoseconds.perSecond, "seed \(seed)")
    }
    // Not by writing nothing: under so dense an attack every second is at least half full.
    let seconds = now.nanoseconds(since: start) / Nanoseconds.perSecond
    #expect(lines.count >= Int(seconds) * JournalBudget.linesPerSecond / 2)
  }
}
