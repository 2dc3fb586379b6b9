/// First-in-first-out queues over the slots of one pool: a slot stands in at most one of them.
///
/// Every operation takes the same few steps, wherever in a queue the slot stands.
@safe
struct SlotQueues: ~Copyable {
  private static let none: UInt32 = .max
  private static let nowhere: UInt16 = .max

  private struct Link: BitwiseCopyable {
    var previous: UInt32
    var next: UInt32
    var queue: UInt16
  }

  private struct Ends: BitwiseCopyable {
    var oldest: UInt32
    var newest: UInt32
    var count: Int
  }

  private let links: UnsafeMutablePointer<Link>
  private let ends: UnsafeMutablePointer<Ends>
  private let queueCount: Int

  /// Empty queues over `capacity` slots.
  init(queueCount: Int, capacity: Int) {
    precondition(queueCount > 0 && queueCount < Int(Self.nowhere))
    self.queueCount = queueCount
    unsafe links = .allocate(capacity: capacity)
    unsafe links.initialize(
      repeating: Link(previous: Self.none, next: Self.none, queue: Self.nowhere),
      count: capacity
    )
    unsafe ends = .allocate(capacity: queueCount)
    unsafe ends.initialize(
      repeating: Ends(oldest: Self.none, newest: Self.none, count: 0),
      count: queueCount
    )
  }

  deinit {
    unsafe links.deallocate()
    unsafe ends.deallocate()
  }

  /// The slot that has stood longest in a queue.
  func oldest(_ queue: Int) -> UInt32? { slot(unsafe ends[checked(queue)].oldest) }

  /// The slot that came last to a queue.
  func newest(_ queue: Int) -> UInt32? { slot(unsafe ends[checked(queue)].newest) }

  /// The slot that came to the same queue after this one.
  func next(after slot: UInt32) -> UInt32? { self.slot(unsafe links[Int(slot)].next) }

  /// The slot that came to the same queue before this one.
  func previous(before slot: UInt32) -> UInt32? { self.slot(unsafe links[Int(slot)].previous) }

  /// Whether a slot stands in this queue.
  func stands(_ slot: UInt32, in queue: Int) -> Bool {
    unsafe links[Int(slot)].queue == checked(queue)
  }

  /// Slots in a queue.
  func count(_ queue: Int) -> Int { unsafe ends[checked(queue)].count }

  /// Puts a slot at the end of a queue, out of the one where it stood.
  #if !DEBUG
    @_noLocks
  #endif
  mutating func move(_ slot: UInt32, to queue: Int) {
    leave(slot)
    let newest = unsafe ends[checked(queue)].newest
    enter(slot, queue, after: newest, before: Self.none)
  }

  /// Puts a slot at the beginning of a queue, out of the one where it stood.
  #if !DEBUG
    @_noLocks
  #endif
  mutating func moveToFront(_ slot: UInt32, of queue: Int) {
    leave(slot)
    let oldest = unsafe ends[checked(queue)].oldest
    enter(slot, queue, after: Self.none, before: oldest)
  }

  #if !DEBUG
    @_noLocks
  #endif
  private mutating func enter(
    _ slot: UInt32,
    _ queue: Int,
    after previous: UInt32,
    before next: UInt32
  ) {
    unsafe links[Int(slot)] = Link(previous: previous, next: next, queue: UInt16(queue))
    if previous == Self.none {
      unsafe ends[queue].oldest = slot
    } else {
      unsafe links[Int(previous)].next = slot
    }
    if next == Self.none {
      unsafe ends[queue].newest = slot
    } else {
      unsafe links[Int(next)].previous = slot
    }
    unsafe ends[queue].count &+= 1
  }

  /// Takes a slot out of the queue where it stands, if it stands in one.
  #if !DEBUG
    @_noLocks
  #endif
  mutating func leave(_ slot: UInt32) {
    let link = unsafe links[Int(slot)]
    guard link.queue != Self.nowhere else { return }
    let queue = Int(link.queue)
    if link.previous == Self.none {
      unsafe ends[queue].oldest = link.next
    } else {
      unsafe links[Int(link.previous)].next = link.next
    }
    if link.next == Self.none {
      unsafe ends[queue].newest = link.previous
    } else {
      unsafe links[Int(link.next)].previous = link.previous
    }
    unsafe ends[queue].count &-= 1
    unsafe links[Int(slot)] = Link(previous: Self.none, next: Self.none, queue: Self.nowhere)
  }

  private func checked(_ queue: Int) -> Int {
    precondition(queue >= 0 && queue < queueCount, "no such queue")
    return queue
  }

  private func slot(_ raw: UInt32) -> UInt32? { raw == Self.none ? nil : raw }
}
