/// A fixed number of slots for values that have one owner, each with a generation.
///
/// All memory is taken at the start. A slot's generation changes whenever the slot is emptied, so
/// an event or deadline for a value that has gone is told apart from one for its successor.
@safe
struct SlotPool<Element: ~Copyable>: ~Copyable {
  /// The end of a list of slots.
  static var none: UInt32 { .max }

  /// Slots in all.
  let capacity: Int
  /// Slots in use.
  private(set) var count = 0
  private let elements: UnsafeMutablePointer<Element>
  /// Odd while the slot is in use.
  private let generations: UnsafeMutablePointer<UInt32>
  private let nextFree: UnsafeMutablePointer<UInt32>
  private var firstFree: UInt32

  /// An empty pool.
  init(capacity: Int) {
    precondition(capacity > 0 && capacity < Int(UInt32.max), "slots are numbered by 32 bits")
    self.capacity = capacity
    unsafe elements = .allocate(capacity: capacity)
    unsafe generations = .allocate(capacity: capacity)
    unsafe generations.initialize(repeating: 0, count: capacity)
    unsafe nextFree = .allocate(capacity: capacity)
    for index in 0..<capacity {
      unsafe (nextFree + index).initialize(to: index + 1 < capacity ? UInt32(index + 1) : Self.none)
    }
    firstFree = 0
  }

  deinit {
    for index in 0..<capacity where unsafe generations[index] & 1 == 1 {
      unsafe (elements + index).deinitialize(count: 1)
    }
    unsafe elements.deallocate()
    unsafe generations.deallocate()
    unsafe nextFree.deallocate()
  }

  /// Whether no slot is free.
  var isFull: Bool { firstFree == Self.none }

  /// Puts a value into a free slot, of which there must be one; the slot.
  mutating func insert(_ element: consuming Element) -> UInt32 {
    precondition(!isFull, "the caller makes room first")
    let slot = firstFree
    unsafe firstFree = nextFree[Int(slot)]
    unsafe (elements + Int(slot)).initialize(to: element)
    unsafe generations[Int(slot)] &+= 1
    count &+= 1
    return slot
  }

  /// Takes the value out of its slot.
  mutating func remove(_ slot: UInt32) -> Element {
    precondition(isUsed(slot), "an empty slot")
    unsafe generations[Int(slot)] &+= 1
    unsafe nextFree[Int(slot)] = firstFree
    firstFree = slot
    count &-= 1
    return unsafe (elements + Int(slot)).move()
  }

  /// The value in a slot.
  subscript(slot: UInt32) -> Element {
    _read {
      precondition(isUsed(slot), "an empty slot")
      yield unsafe elements[Int(slot)]
    }
    _modify {
      precondition(isUsed(slot), "an empty slot")
      yield unsafe &elements[Int(slot)]
    }
  }

  /// The generation of a slot. Only as much of it as fits into a token tells it from others.
  func generation(_ slot: UInt32) -> UInt32 {
    unsafe generations[Int(slot)]
  }

  /// Whether the slot exists and holds the value of this generation, or of as much of it as fits
  /// into a token.
  func holds(_ slot: UInt32, generation: UInt32) -> Bool {
    isUsed(slot) && (self.generation(slot) ^ generation) & Token.generationMask == 0
  }

  private func isUsed(_ slot: UInt32) -> Bool {
    guard Int(slot) < capacity else { return false }
    return unsafe generations[Int(slot)] & 1 == 1
  }
}
