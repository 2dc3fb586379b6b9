/// What ranges begin and end with.
typealias RangeKey = FixedWidthInteger & UnsignedInteger & BitwiseCopyable

/// Ranges that cover all keys from zero on, each with a value, laid out for few cache misses.
///
/// The starts of the ranges are sorted, and so is every level above: its keys are the first keys of
/// the cache lines below. A look-up reads one line of each level and then the value. Nothing
/// changes after `init`.
@safe
struct RangeTree<Key: RangeKey, Value: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  /// Levels: 16 or 8 keys a line, and two million ranges.
  private static var levelsMaximum: Int { 8 }
  private static var lineBytes: Int { 64 }
  private static var width: Int { lineBytes / MemoryLayout<Key>.stride }

  /// How many ranges there are.
  let count: Int
  private let keys: UnsafeMutablePointer<Key>
  private let values: UnsafeMutablePointer<Value>
  private let levelCount: Int
  /// Where each level begins in `keys`, from the ranges themselves upwards.
  private var levelStarts: InlineArray<8, Int> = InlineArray(repeating: 0)
  private let keyCapacity: Int

  /// The bytes of memory that the tree takes.
  var byteCount: Int {
    keyCapacity * MemoryLayout<Key>.stride + count * MemoryLayout<Value>.stride
  }

  /// The ranges that begin at `starts`, which rise from zero, with their `values`.
  init(starts: borrowing [Key], values ranges: borrowing [Value]) {
    precondition(starts.first == 0 && starts.count == ranges.count, "ranges begin at zero")
    count = starts.count
    var capacity = 0
    var levels = 0
    var size = starts.count
    while true {
      precondition(levels < Self.levelsMaximum, "more ranges than levels are for")
      levelStarts[levels] = capacity
      levels += 1
      capacity += Self.lines(size) * Self.width
      guard size > Self.width else { break }
      size = Self.lines(size)
    }
    levelCount = levels
    keyCapacity = capacity
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: capacity * MemoryLayout<Key>.stride,
      alignment: Self.lineBytes
    )
    unsafe keys = memory.bindMemory(to: Key.self, capacity: capacity)
    unsafe keys.initialize(repeating: .max, count: capacity)
    unsafe values = .allocate(capacity: count)
    for index in 0..<count {
      unsafe keys[index] = starts[index]
      unsafe (values + index).initialize(to: ranges[index])
    }
    size = count
    for level in 1..<max(levels, 1) {
      size = Self.lines(size)
      let below = levelStarts[level - 1]
      for line in 0..<size {
        unsafe keys[levelStarts[level] + line] = keys[below + line * Self.width]
      }
    }
  }

  deinit {
    unsafe keys.deallocate()
    unsafe values.deallocate()
  }

  private static func lines(_ count: Int) -> Int { (count + width - 1) / width }

  /// The value of the range that `key` lies in.
  @inline(always)
  func value(of key: Key) -> Value {
    // The empty places of the last lines hold the greatest key: nothing else finds them.
    guard key < .max else { return unsafe values[count &- 1] }
    var place = 0
    var level = levelCount
    while level > 0 {
      level &-= 1
      let start = place &* Self.width
      let line = unsafe keys + (levelStarts[level] &+ start)
      var notAbove = 0
      for index in 0..<Self.width {
        notAbove &+= unsafe line[index] <= key ? 1 : 0
      }
      // The first key of a line is never above: it led here.
      place = start &+ notAbove &- 1
    }
    return unsafe values[place]
  }
}
