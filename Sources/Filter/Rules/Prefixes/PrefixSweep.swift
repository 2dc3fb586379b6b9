/// A network as the sweep sees it; sorted by first address, then the shorter network first.
protocol PrefixEntry: Comparable, BitwiseCopyable {
  associatedtype Key: RangeKey
  var start: Key { get }
  var end: Key { get }
  var value: UInt16 { get }
}

/// Turns sorted networks, which lie inside each other or apart, into ranges side by side.
enum PrefixSweep {
  /// Calls `begin` for each address from which on another value may hold. Addresses never fall; of
  /// several calls with the same address, the last one counts.
  static func run<Entry: PrefixEntry>(
    _ entries: [Entry],
    _ combine: (UInt16, UInt16) -> UInt16,
    begin: (Entry.Key, UInt16) -> Void
  ) {
    // At most as deep as there are lengths of a network.
    var around: [(end: Entry.Key, value: UInt16)] = []
    begin(0, 0)
    func leave(before start: Entry.Key?) {
      while let innermost = around.last {
        if let start, innermost.end >= start { return }
        around.removeLast()
        guard innermost.end < .max else { continue }
        begin(innermost.end + 1, around.last?.value ?? 0)
      }
    }
    for entry in entries {
      leave(before: entry.start)
      let value = combine(around.last?.value ?? 0, entry.value)
      begin(entry.start, value)
      // One that ends with the one around it takes its place: a network that is given a million
      // times is not a million deep.
      if around.last?.end == entry.end { around.removeLast() }
      around.append((entry.end, value))
    }
    leave(before: nil)
  }
}

/// Collects ranges of IPv4.
struct IPv4Ranges {
  /// Where the ranges begin.
  private(set) var starts: [UInt32] = []
  /// Their values.
  private(set) var values: [UInt16] = []

  /// Begins a range; what was begun at the same address is forgotten.
  mutating func begin(at start: UInt32, _ value: UInt16) {
    if starts.last == start {
      starts.removeLast()
      values.removeLast()
    }
    guard values.last != value else { return }
    starts.append(start)
    values.append(value)
  }
}

/// Collects ranges of IPv6: by the first eight bytes of an address, and where that is not enough,
/// tails of ranges by the last eight.
struct IPv6Ranges {
  /// What is known by the first eight bytes.
  struct Half: BitwiseCopyable, Equatable {
    /// The value when there is no tail, else the number of the tail's first range.
    private let word: UInt32
    /// Ranges of the tail; none when there is no tail.
    let tailCount: UInt32

    /// The value, meaningful without a tail.
    var value: UInt16 { UInt16(truncatingIfNeeded: word) }
    /// The tail's first range, meaningful with a tail.
    var firstTail: UInt32 { word }

    init(value: UInt16) {
      word = UInt32(value)
      tailCount = 0
    }

    init(firstTail: Int, count: Int) {
      word = UInt32(firstTail)
      tailCount = UInt32(count)
    }
  }

  /// A range of the last eight bytes.
  struct Tail: BitwiseCopyable {
    var start: UInt64
    var value: UInt16
  }

  /// Where the ranges begin.
  private(set) var starts: [UInt64] = []
  /// What is known in them.
  private(set) var values: [Half] = []
  /// The ranges of all tails, one tail behind the other.
  private(set) var tails: [Tail] = []

  /// The first eight bytes under way, and the ranges within them.
  private var high: UInt64 = 0
  private var lows: [Tail] = [Tail(start: 0, value: 0)]

  /// Begins a range; what was begun at the same address is forgotten.
  mutating func begin(at start: UInt128, _ value: UInt16) {
    let nextHigh = UInt64(truncatingIfNeeded: start >> 64)
    let low = UInt64(truncatingIfNeeded: start)
    if nextHigh != high {
      let carried = close(before: nextHigh)
      high = nextHigh
      lows.removeAll(keepingCapacity: true)
      if low > 0 { lows.append(Tail(start: 0, value: carried)) }
    } else if lows.last?.start == low {
      lows.removeLast()
    }
    guard lows.last?.value != value else { return }
    lows.append(Tail(start: low, value: value))
  }

  /// Writes what is under way.
  mutating func finish() {
    _ = close(before: nil)
  }

  /// Writes the ranges under way and returns the value that goes on behind them.
  private mutating func close(before next: UInt64?) -> UInt16 {
    guard let last = lows.last else { return 0 }
    guard lows.count > 1 else {
      append(high, Half(value: last.value))
      return last.value
    }
    append(high, Half(firstTail: tails.count, count: lows.count))
    tails += lows
    if high < .max, next != high + 1 { append(high + 1, Half(value: last.value)) }
    return last.value
  }

  private mutating func append(_ start: UInt64, _ half: Half) {
    guard values.last != half else { return }
    starts.append(start)
    values.append(half)
  }
}
