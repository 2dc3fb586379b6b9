import Filter
import Testing

@testable import Proxy

/// Slots against the plainest model: a list of what should be where.
@Suite("Slots")
struct SlotPoolTests {
  private final class Ledger {
    var live: Set<Int> = []
    var mistakes = 0
  }

  private struct Thing: ~Copyable {
    let number: Int
    let ledger: Ledger

    init(_ number: Int, _ ledger: Ledger) {
      self.number = number
      self.ledger = ledger
      ledger.live.insert(number)
    }

    deinit {
      if ledger.live.remove(number) == nil { ledger.mistakes += 1 }
    }
  }

  @Test("Every value is found until it is taken, and freed once", arguments: Seeds.list(20))
  func model(seed: UInt64) {
    var random = SmallRandom(seed: seed)
    let ledger = Ledger()
    var expected: [UInt32: Int] = [:]
    var gone: [(UInt32, UInt32)] = []
    do {
      let capacity = random.number(1...40)
      var pool = SlotPool<Thing>(capacity: capacity)
      for number in 0..<5_000 {
        if !pool.isFull, random.happens(55) {
          let slot = pool.insert(Thing(number, ledger))
          if expected.updateValue(number, forKey: slot) != nil { ledger.mistakes += 1 }
        } else if let slot = expected.keys.sorted().randomElement(using: &random) {
          gone.append((slot, pool.generation(slot) & Token.generationMask))
          let thing = pool.remove(slot)
          if thing.number != expected.removeValue(forKey: slot) { ledger.mistakes += 1 }
        }
        if pool.count != expected.count { ledger.mistakes += 1 }
        if pool.isFull != (expected.count == capacity) { ledger.mistakes += 1 }
      }
      for (slot, number) in expected where pool[slot].number != number { ledger.mistakes += 1 }
      let revenants = gone.count { pool.holds($0.0, generation: $0.1) }
      Seeds.report(revenants == 0 ? nil : "\(revenants) stale tokens are taken", seed: seed)
      if pool.holds(UInt32(capacity), generation: 1) { ledger.mistakes += 1 }
      #expect(ledger.live == Set(expected.values))
    }
    Seeds.report(ledger.mistakes == 0 ? nil : "\(ledger.mistakes) mistakes", seed: seed)
    #expect(ledger.live.isEmpty)
  }

  @Test("A token keeps its parts, and only as many bits of a generation as it has room for")
  func tokens() {
    let token = Token(.sessionRouter, generation: 0x1234_5678, slot: UInt32.max - 1)
    #expect(Token(rawValue: token.rawValue) == token)
    #expect(token.kind == .sessionRouter)
    #expect(token.generation == 0x34_5678)
    #expect(token.slot == UInt32.max - 1)
    #expect(Token(rawValue: UInt64.max).kind == nil)
    #expect(Token(.listener, slot: 0).rawValue == 0)
  }
}

extension SmallRandom: RandomNumberGenerator {}
