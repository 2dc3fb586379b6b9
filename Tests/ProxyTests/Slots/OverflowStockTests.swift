import Filter
import Testing

@testable import Proxy

/// The stock of overflows: bounded, and true to its word.
@Suite("Overflows")
struct OverflowStockTests {
  @Test("A promise to lend is kept, and no more than the bound exist", arguments: Seeds.list(20))
  func promises(seed: UInt64) {
    let world = SimulatedWorld(seed: seed)
    var network = SimulatedNetwork(world: world)
    var random = SmallRandom(seed: seed)
    let capacity = random.number(1...12)
    var mistakes = 0
    do {
      var stock = OverflowStock<SimulatedNetwork>(
        capacity: capacity,
        spareCapacity: random.number(1...capacity)
      )
      var lent = SlotPool<SimulatedOverflow>(capacity: capacity)
      var slots: [UInt32] = []
      for _ in 0..<2_000 {
        world.hasOverflows = random.happens(60)
        if random.happens(50), !slots.isEmpty {
          let slot = slots.remove(at: random.number(0...(slots.count - 1)))
          var overflow = lent.remove(slot)
          if random.happens(30) { overflow.bytes = [1] }
          stock.giveBack(overflow, network)
        } else {
          let promised = stock.canLend(&network)
          world.hasOverflows = false
          guard let overflow = stock.take(&network) else {
            if promised { mistakes += 1 }
            continue
          }
          if !promised || network.count(overflow) != 0 { mistakes += 1 }
          slots.append(lent.insert(overflow))
        }
        if world.openOverflows > capacity { mistakes += 1 }
      }
    }
    if world.openOverflows != 0 { mistakes += 1 }
    Seeds.report(mistakes == 0 ? nil : "\(mistakes) mistakes", seed: seed)
  }
}
