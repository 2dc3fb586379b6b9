/// The periods of one span: a ring whose memory is bounded by the span.
struct HistoryTier: Sendable {
  let span: HistorySpan
  /// What was added in each period; nil when nobody looked. The place is the period's number,
  /// counted from the history's start, modulo the length.
  private var ring: [Snapshot?]
  /// The number of the newest period that something was added to.
  private(set) var newest: UInt64 = 0

  /// A tier in which nothing has happened.
  init(_ span: HistorySpan) {
    self.span = span
    ring = Array(repeating: nil, count: span.periodCount)
  }

  /// Adds to the period that holds the moment `elapsedNanoseconds` after the history's start.
  ///
  /// Time does not go back: what comes too early belongs to the newest period.
  mutating func add(_ added: Snapshot, elapsedNanoseconds: UInt64) {
    let period = max(elapsedNanoseconds / span.periodNanoseconds, newest)
    let passed = min(period - newest, UInt64(ring.count))
    for step in 0..<passed { ring[place(of: period - step)] = nil }
    newest = period
    let place = place(of: period)
    ring[place] = ring[place].map { $0.joined(with: added) } ?? added
  }

  /// What was added in each period, the oldest first and the newest last.
  var added: [Snapshot?] {
    let next = place(of: newest) + 1
    return Array(ring[next...] + ring[..<next])
  }

  private func place(of period: UInt64) -> Int {
    Int(period % UInt64(ring.count))
  }
}
