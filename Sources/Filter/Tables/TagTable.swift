/// Secret hashes in buckets of eight, each hash with two buckets to choose from: which slots hold
/// what, while the values lie in arrays of their own beside it.
///
/// A new tag goes into the emptier of its buckets, so up to its capacity the table as good as never
/// runs out of room for one; beyond it, who takes whose slot is up to the table's owner, who has
/// sixteen slots to choose from. A look-up reads two cache lines, however full the table is.
@safe
struct TagTable: ~Copyable {
  /// Slots that a tag may lie in.
  static let choices = 16
  private static let bucketSlots = 8
  /// Slots for each tag of the capacity: half of them stay free.
  private static let slotsPerTag = 2

  /// Slots, of which half are meant to be used.
  let slotCount: Int
  /// Slots that are used.
  private(set) var count = 0
  private let tags: UnsafeMutablePointer<UInt64>
  private let bucketCount: UInt64

  /// An empty table for `capacity` tags.
  init(capacity: UInt32) {
    precondition(capacity <= 1 << 30, "a table of more than 2^30 entries")
    slotCount = Self.slots(capacity: capacity)
    bucketCount = UInt64(slotCount / Self.bucketSlots)
    unsafe tags = .allocate(capacity: slotCount)
    unsafe tags.initialize(repeating: 0, count: slotCount)
  }

  /// Slots of a table for `capacity` tags.
  static func slots(capacity: UInt32) -> Int {
    let wanted = Int(capacity) * slotsPerTag
    return max((wanted + bucketSlots - 1) / bucketSlots, 2) * bucketSlots
  }

  deinit {
    unsafe tags.deallocate()
  }

  /// The tag in `slot`; zero when it is empty.
  func tag(_ slot: Int) -> UInt64 {
    unsafe tags[slot]
  }

  /// The slot of `tag`, which is not zero; nil when it is not there.
  func find(_ tag: UInt64) -> Int? {
    for choice in 0..<Self.choices {
      let slot = slot(tag, choice: choice)
      if unsafe tags[slot] == tag { return slot }
    }
    return nil
  }

  /// A free slot for `tag`, in the emptier of its buckets; nil when both are full.
  func freeSlot(_ tag: UInt64) -> Int? {
    let one = freeSlots(tag, choices: 0..<Self.bucketSlots)
    let other = freeSlots(tag, choices: Self.bucketSlots..<Self.choices)
    return one.count >= other.count ? one.last : other.last
  }

  private func freeSlots(_ tag: UInt64, choices: Range<Int>) -> (last: Int?, count: Int) {
    var free: (last: Int?, count: Int) = (nil, 0)
    for choice in choices {
      let slot = slot(tag, choice: choice)
      if unsafe tags[slot] == 0 { free = (slot, free.count &+ 1) }
    }
    return free
  }

  /// One of the slots that `tag` may lie in; `choice` is 0 ..< `choices`.
  func slot(_ tag: UInt64, choice: Int) -> Int {
    let half = choice < Self.bucketSlots ? tag & 0xffff_ffff : tag >> 32
    let bucket = Int((half &* bucketCount) >> 32)
    return bucket &* Self.bucketSlots &+ (choice & (Self.bucketSlots &- 1))
  }

  /// Puts `tag` into `slot`; zero empties it.
  mutating func put(_ tag: UInt64, in slot: Int) {
    let was = unsafe tags[slot] != 0
    unsafe tags[slot] = tag
    count &+= (tag != 0 ? 1 : 0) &- (was ? 1 : 0)
  }
}
