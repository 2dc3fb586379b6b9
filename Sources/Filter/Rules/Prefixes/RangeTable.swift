/// What ranges begin and end with.
typealias RangeKey = FixedWidthInteger & UnsignedInteger & BitwiseCopyable

/// Ranges that cover all keys from zero on, each with a value, laid out for few cache misses.
///
/// The space between the first and the last border is cut into equal parts, about one for each
/// eight ranges, and an index says where the ranges of each part begin: a look-up reads a place of
/// the index and searches what lies between two of them. Where ranges crowd in a few parts, it
/// takes more steps, and never more than one for each bit of their number. Nothing changes after
/// `init`.
@safe
struct RangeTable<Key: RangeKey, Value: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  private struct Cell: BitwiseCopyable {
    var start: Key
    var value: Value
  }

  /// Ranges that a part of the space holds in the middle.
  private static var rangesPerPart: Int { 8 }
  /// Parts of the space at most, a power of two.
  private static var partBitsMaximum: Int { 18 }

  private let cells: UnsafeMutablePointer<Cell>
  private let count: Int
  /// For each part the last range that does not begin behind the part's first key, and the last
  /// range of all.
  private let index: UnsafeMutablePointer<UInt32>
  private let partCount: Int
  /// Where the first part begins: the first border.
  private let base: Key
  /// Bits of a key within its part.
  private let shift: Key

  /// The bytes of memory that the table takes.
  var byteCount: Int {
    count * MemoryLayout<Cell>.stride + (partCount + 1) * MemoryLayout<UInt32>.stride
  }

  /// The ranges that begin at `starts`, which rise from zero, with their `values`.
  init(starts: borrowing [Key], values: borrowing [Value]) {
    precondition(starts.first == 0 && starts.count == values.count, "ranges begin at zero")
    count = starts.count
    unsafe cells = .allocate(capacity: count)
    for place in 0..<count {
      unsafe (cells + place).initialize(to: Cell(start: starts[place], value: values[place]))
    }
    base = count > 1 ? starts[1] : 0
    let span = starts[count - 1] - base
    var bits = 0
    while bits < Self.partBitsMaximum, count >> bits > Self.rangesPerPart { bits += 1 }
    let spanBits = Key.bitWidth - span.leadingZeroBitCount
    shift = Key(max(0, min(spanBits - bits, Key.bitWidth - 1)))
    partCount = Int(span &>> shift) + 1
    unsafe index = .allocate(capacity: partCount + 1)
    var last = 0
    for part in 0..<partCount {
      let first = base + Key(part) &<< shift
      while last + 1 < count, starts[last + 1] <= first { last += 1 }
      unsafe (index + part).initialize(to: UInt32(last))
    }
    unsafe (index + partCount).initialize(to: UInt32(count - 1))
  }

  deinit {
    unsafe cells.deallocate()
    unsafe index.deallocate()
  }

  /// The value of the range that `key` lies in.
  @inline(always)
  func value(of key: Key) -> Value {
    guard key >= base else { return unsafe cells[0].value }
    let part = (key &- base) &>> shift
    guard part < Key(truncatingIfNeeded: partCount) else { return unsafe cells[count &- 1].value }
    var first = unsafe Int(index[Int(truncatingIfNeeded: part)])
    var size = unsafe Int(index[Int(truncatingIfNeeded: part) &+ 1]) &- first &+ 1
    while size > 1 {
      let half = size >> 1
      first = unsafe cells[first &+ half].start <= key ? first &+ half : first
      size &-= half
    }
    return unsafe cells[first].value
  }
}
