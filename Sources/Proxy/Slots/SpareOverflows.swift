/// A few empty overflows kept for the next session that needs one, since making a pipe is dear.
@safe
struct SpareOverflows<Overflow: ~Copyable>: ~Copyable {
  private let memory: UnsafeMutablePointer<Overflow>
  private let capacity: Int
  private var count = 0

  /// Room for `capacity` overflows.
  init(capacity: Int) {
    self.capacity = capacity
    unsafe memory = .allocate(capacity: capacity)
  }

  deinit {
    unsafe memory.deinitialize(count: count)
    unsafe memory.deallocate()
  }

  /// Takes one, if there is one.
  mutating func take() -> Overflow? {
    guard count > 0 else { return nil }
    count &-= 1
    return unsafe (memory + count).move()
  }

  /// Keeps an empty overflow, or lets it go when there are enough.
  mutating func keep(_ overflow: consuming Overflow) {
    guard count < capacity else { return }
    unsafe (memory + count).initialize(to: overflow)
    count &+= 1
  }
}
