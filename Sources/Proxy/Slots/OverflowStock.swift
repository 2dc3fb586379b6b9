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
    precondition(spareCapacity > 0 && spareCapacity <= capacity)
    self.capacity = capacity
    self.spareCapacity = spareCapacity
    unsafe spares = .allocate(capacity: spareCapacity)
  }

  deinit {
    unsafe spares.deinitialize(count: spareCount)
    unsafe spares.deallocate()
  }

  /// Whether the next `take` brings one: makes one beforehand when none lies ready.
  mutating func canLend(_ network: inout World) -> Bool {
    guard lent < capacity else { return false }
    guard spareCount == 0 else { return true }
    guard let fresh = network.makeOverflow() else { return false }
    unsafe spares.initialize(to: fresh)
    spareCount = 1
    return true
  }

  /// An empty overflow; nil when all are lent out or there is no descriptor for another.
  mutating func take(_ network: inout World) -> World.Overflow? {
    guard canLend(&network) else { return nil }
    spareCount &-= 1
    lent &+= 1
    return unsafe (spares + spareCount).move()
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
