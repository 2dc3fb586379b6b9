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
  /// Where the ranges begin.
  private(set) var starts: [UInt64] = []
  /// Their values, or with the mark the number of a tail.
  private(set) var values: [UInt32] = []
  /// Where in `tailStarts` each tail begins.
  private(set) var tails: [UInt32] = []
  /// Where the ranges of tails begin.
  private(set) var tailStarts: [UInt64] = []
  /// The values of the ranges of tails.
  private(set) var tailValues: [UInt16] = []

  private let tailMark: UInt32
  /// The first eight bytes under way, and the ranges within them.
  private var high: UInt64 = 0
  private var lows: [(start: UInt64, value: UInt16)] = [(0, 0)]

  init(tailMark: UInt32) {
    self.tailMark = tailMark
  }

  /// Begins a range; what was begun at the same address is forgotten.
  mutating func begin(at start: UInt128, _ value: UInt16) {
    let nextHigh = UInt64(truncatingIfNeeded: start >> 64)
    let low = UInt64(truncatingIfNeeded: start)
    if nextHigh != high {
      let carried = close(before: nextHigh)
      high = nextHigh
      lows.removeAll(keepingCapacity: true)
      if low > 0 { lows.append((0, carried)) }
    } else if lows.last?.start == low {
      lows.removeLast()
    }
    guard lows.last?.value != value else { return }
    lows.append((low, value))
  }

  /// Writes what is under way.
  mutating func finish() {
    _ = close(before: nil)
  }

  /// Writes the ranges under way and returns the value that goes on behind them.
  private mutating func close(before next: UInt64?) -> UInt16 {
    guard let last = lows.last else { return 0 }
    guard lows.count > 1 else {
      append(high, UInt32(last.value))
      return last.value
    }
    append(high, tailMark | UInt32(tails.count))
    tails.append(UInt32(tailStarts.count))
    for range in lows {
      tailStarts.append(range.start)
      tailValues.append(range.value)
    }
    if high < .max, next != high + 1 { append(high + 1, UInt32(last.value)) }
    return last.value
  }

  private mutating func append(_ start: UInt64, _ value: UInt32) {
    guard values.last != value else { return }
    starts.append(start)
    values.append(value)
  }
}
