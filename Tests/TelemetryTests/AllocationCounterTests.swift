import AllocationCounter
import Testing

/// The instrument itself: a counter that counts nothing would let every hot-path test pass.
@Suite struct AllocationCounterTests {
  private final class Thing {
    var number = 0
  }

  @inline(never) private func use(_ value: some Any) {}

  @Test func aGrowingArrayIsSeen() {
    var numbers: [Int] = []
    let cost = AllocationCounter.measure {
      for number in 0..<100 { numbers.append(number) }
    }
    #expect(cost.allocations > 0)
    #expect(cost.bytes >= 800)
    #expect(numbers.count == 100)
  }

  @Test func aKeptReferenceIsSeen() {
    let thing = Thing()
    var kept: [Thing] = []
    kept.reserveCapacity(10)
    let cost = AllocationCounter.measure {
      for _ in 0..<10 { kept.append(thing) }
    }
    #expect(cost.retains >= 10)
    #expect(cost.allocations == 0)
  }

  @Test func aReferenceLetGoIsSeen() {
    var thing: Thing? = Thing()
    use(thing)
    let cost = AllocationCounter.measure { thing = nil }
    #expect(cost.releases == 1)
  }

  @Test func aStringLiteralIsNoReference() {
    var words: [String] = []
    words.reserveCapacity(10)
    let cost = AllocationCounter.measure {
      for _ in 0..<10 { words.append("a literal longer than fifteen bytes") }
    }
    #expect(cost == .none)
  }

  @Test func memoryGivenBackIsSeen() {
    var numbers: [Int]? = Array(0..<100)
    use(numbers)
    let cost = AllocationCounter.measure { numbers = nil }
    #expect(cost.frees == 1)
  }

  @Test func aPlainLoopCostsNothing() {
    var sum = 0
    let cost = AllocationCounter.measure {
      for number in 0..<10_000 { sum &+= number }
    }
    use(sum)
    #expect(cost == .none)
  }

  @Test func whatIsOutsideIsNotCounted() {
    let before = AllocationCounter.measure {}
    var numbers = Array(0..<1_000)
    numbers.append(1)
    use(numbers)
    #expect(before == .none)
    #expect(AllocationCounter.measure {} == .none)
  }

  @Test func anErrorEndsTheMeasurement() {
    struct Mishap: Error {}
    #expect(throws: Mishap.self) {
      _ = try AllocationCounter.measure { throw Mishap() }
    }
    #expect(AllocationCounter.measure {} == .none)
  }
}
