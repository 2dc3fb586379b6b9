import Filter
import Testing

@testable import Proxy

/// Queues of slots against plain arrays.
@Suite("Queues of slots")
struct SlotQueuesTests {
  @Test("Order, counts and neighbours are those of plain arrays", arguments: Seeds.list(20))
  func model(seed: UInt64) {
    var random = SmallRandom(seed: seed)
    let capacity = random.number(1...30)
    let queueCount = random.number(1...5)
    var queues = SlotQueues(queueCount: queueCount, capacity: capacity)
    var model: [[UInt32]] = Array(repeating: [], count: queueCount)
    var mistakes = 0
    for _ in 0..<5_000 {
      let slot = UInt32(random.below(UInt64(capacity)))
      for queue in model.indices { model[queue].removeAll { $0 == slot } }
      let queue = random.number(0...(queueCount - 1))
      if random.happens(50) {
        queues.move(slot, to: queue)
        model[queue].append(slot)
      } else if random.happens(20) {
        queues.moveToFront(slot, of: queue)
        model[queue].insert(slot, at: 0)
      } else {
        queues.leave(slot)
      }
      for (queue, slots) in model.enumerated() {
        if queues.count(queue) != slots.count { mistakes += 1 }
        if queues.newest(queue) != slots.last { mistakes += 1 }
        if Self.walk(queues, queue) != slots { mistakes += 1 }
        if queues.stands(slot, in: queue) != slots.contains(slot) { mistakes += 1 }
      }
    }
    Seeds.report(mistakes == 0 ? nil : "\(mistakes) mistakes", seed: seed)
  }

  /// The slots of a queue, forwards; every step must lead back as well.
  private static func walk(_ queues: borrowing SlotQueues, _ queue: Int) -> [UInt32] {
    var found: [UInt32] = []
    var next = queues.oldest(queue)
    while let slot = next, found.count <= 1_000 {
      if queues.previous(before: slot) != found.last { return [] }
      found.append(slot)
      next = queues.next(after: slot)
    }
    return found
  }
}
