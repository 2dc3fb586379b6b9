internal import Wire

/// Moments at which connections of a capture are over, the earliest first: a binary heap.
struct DeadlineHeap {
  /// A moment, and which connection it is for.
  struct Entry {
    let at: Instant
    let key: ConnectionKey
    /// The connection's number: the same two ends may meet again.
    let number: Int
  }

  private var entries: [Entry] = []

  /// Adds a moment.
  mutating func push(_ entry: Entry) {
    entries.append(entry)
    var index = entries.count - 1
    while index > 0, entries[index].at < entries[(index - 1) / 2].at {
      entries.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  /// Takes the earliest that is not after `moment`; nil when there is none.
  mutating func pop(until moment: Instant) -> Entry? {
    guard let first = entries.first, first.at <= moment else { return nil }
    let last = entries.removeLast()
    guard !entries.isEmpty else { return first }
    entries[0] = last
    var index = 0
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2]
      where child < entries.count && entries[child].at < entries[least].at { least = child }
      guard least != index else { return first }
      entries.swapAt(index, least)
      index = least
    }
  }
}
