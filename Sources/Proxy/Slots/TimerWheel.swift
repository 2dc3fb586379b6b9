internal import Wire

/// Deadlines for the slots of one pool, at most one a slot, kept in a wheel of buckets.
///
/// Setting, moving and clearing one takes a few steps whatever their number. A deadline beyond the
/// wheel's turn waits in its last bucket and is set again from there. A deadline is met by the
/// first look in the tick after its own, so at most one tick late, and never early.
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
  #if !DEBUG
    @_noLocks
  #endif
  mutating func set(_ slot: UInt32, at deadline: Instant) {
    if unsafe deadlines[Int(slot)] == 0 { count &+= 1 }
    unsafe deadlines[Int(slot)] = max(deadline.nanoseconds, 1)
    place(slot)
  }

  /// Clears the deadline of a slot, if it has one.
  #if !DEBUG
    @_noLocks
  #endif
  mutating func clear(_ slot: UInt32) {
    guard unsafe deadlines[Int(slot)] != 0 else { return }
    unsafe deadlines[Int(slot)] = 0
    queues.leave(slot)
    count &-= 1
  }

  /// The next slot whose deadline has passed, which is cleared; nil when none is left.
  #if !DEBUG
    @_noLocks
  #endif
  mutating func expire(_ now: Instant) -> UInt32? {
    let current = now.nanoseconds / Self.tickNanoseconds
    while tick <= current {
      guard let slot = queues.oldest(Self.bucket(tick)) else {
        if tick == current { return nil }
        tick = count == 0 ? current : tick &+ 1
        continue
      }
      guard dueTick(slot) > tick else {
        clear(slot)
        return slot
      }
      place(slot)
    }
    return nil
  }

  private mutating func place(_ slot: UInt32) {
    let farthest = tick &+ UInt64(Self.bucketCount - 1)
    queues.move(slot, to: Self.bucket(min(max(dueTick(slot), tick), farthest)))
  }

  /// The first tick that begins when the deadline has passed.
  private func dueTick(_ slot: UInt32) -> UInt64 {
    let deadline = unsafe deadlines[Int(slot)]
    return (deadline &- 1) / Self.tickNanoseconds &+ 1
  }

  private static func bucket(_ tick: UInt64) -> Int {
    Int(tick & UInt64(bucketCount - 1))
  }
}
