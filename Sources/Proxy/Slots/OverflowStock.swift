/// The overflows of a shard: bounded in number, with a few empty ones kept since making one is
/// dear.
@safe
struct OverflowStock<World: Network & ~Copyable>: ~Copyable {
  private let spares: UnsafeMutablePointer<World.Overflow>
  private let spareCapacity: Int
  private var spareCount = 0
  private var lent = 0
  private let capacity: Int

  /// A stock of at most `capacity` overflows, of which it keeps `spareCapacity` ready.
  init(capacity: Int, spareCapacity: Int) {
    precondition(spareCapacity <= capacity)
    self.capacity = capacity
    self.spareCapacity = spareCapacity
    unsafe spares = .allocate(capacity: spareCapacity)
  }

  deinit {
    unsafe spares.deinitialize(count: spareCount)
    unsafe spares.deallocate()
  }

  /// Whether there may be one to lend.
  var canLend: Bool { lent < capacity }

  /// An empty overflow; nil when all are lent out or there is no descriptor for another.
  mutating func take(_ network: inout World) -> World.Overflow? {
    guard lent < capacity else { return nil }
    if spareCount > 0 {
      spareCount &-= 1
      lent &+= 1
      return unsafe (spares + spareCount).move()
    }
    guard let fresh = network.makeOverflow() else { return nil }
    lent &+= 1
    return fresh
  }

  /// Takes an overflow back; one that still holds bytes is let go with them.
  mutating func giveBack(_ overflow: consuming World.Overflow, _ network: borrowing World) {
    precondition(lent > 0, "an overflow that was not lent")
    lent &-= 1
    guard spareCount < spareCapacity, network.count(overflow) == 0 else { return }
    unsafe (spares + spareCount).initialize(to: overflow)
    spareCount &+= 1
  }
}
