internal import Wire

/// Deadlines for the slots of one pool, at most one a slot, kept in a wheel of buckets.
///
/// Setting, moving and clearing one takes a few steps whatever their number. A deadline beyond the
/// wheel's turn waits in its last bucket and is set again from there. A deadline is met at most one
/// tick late.
@safe
struct TimerWheel: ~Copyable {
  /// The time that one bucket stands for.
  static let tickNanoseconds: UInt64 = 1 << 26
  private static let bucketCount = 1_024

  private var queues: SlotQueues
  private let deadlines: UnsafeMutablePointer<UInt64>
  private var tick: UInt64
  /// Deadlines that are set.
  private(set) var count = 0

  /// A wheel without deadlines.
  init(capacity: Int, now: Instant) {
    queues = SlotQueues(queueCount: Self.bucketCount, capacity: capacity)
    unsafe deadlines = .allocate(capacity: capacity)
    unsafe deadlines.initialize(repeating: 0, count: capacity)
    tick = now.nanoseconds / Self.tickNanoseconds
  }

  deinit {
    unsafe deadlines.deallocate()
  }

  /// Sets or moves the deadline of a slot.
  mutating func set(_ slot: UInt32, at deadline: Instant) {
    if unsafe deadlines[Int(slot)] == 0 { count &+= 1 }
    unsafe deadlines[Int(slot)] = max(deadline.nanoseconds, 1)
    place(slot, deadline.nanoseconds)
  }

  /// Clears the deadline of a slot, if it has one.
  mutating func clear(_ slot: UInt32) {
    guard unsafe deadlines[Int(slot)] != 0 else { return }
    unsafe deadlines[Int(slot)] = 0
    queues.leave(slot)
    count &-= 1
  }

  /// The next slot whose deadline has passed, which is cleared; nil when none is left.
  mutating func expire(_ now: Instant) -> UInt32? {
    let current = now.nanoseconds / Self.tickNanoseconds
    while tick <= current {
      let bucket = Int(tick & UInt64(Self.bucketCount - 1))
      guard let slot = queues.oldest(bucket) else {
        if tick == current { return nil }
        tick = count == 0 ? current : tick &+ 1
        continue
      }
      let deadline = unsafe deadlines[Int(slot)]
      if deadline / Self.tickNanoseconds <= tick, deadline <= now.nanoseconds {
        clear(slot)
        return slot
      }
      if tick == current, deadline / Self.tickNanoseconds <= tick { return nil }
      place(slot, deadline)
    }
    return nil
  }

  private mutating func place(_ slot: UInt32, _ deadline: UInt64) {
    let wanted = max(deadline / Self.tickNanoseconds, tick)
    let reachable = min(wanted, tick &+ UInt64(Self.bucketCount - 1))
    queues.move(slot, to: Int(reachable & UInt64(Self.bucketCount - 1)))
  }
}
