/// Whether the loops turn: the service manager's watchdog is fed by them, not by the control thread
/// that only carries the word.
///
/// A loop with nothing to do turns once a second all the same, so one that does not is stuck.
struct Heartbeat {
  /// The turns of each loop when all of them were last seen to turn.
  private var counted: [UInt64] = []

  /// Whether every loop has turned since this was last true; `turns` are their counts now, in an
  /// order that stays.
  mutating func isFelt(_ turns: [UInt64]) -> Bool {
    let isFirst = counted.count != turns.count
    guard isFirst || zip(turns, counted).allSatisfy({ $0 != $1 }) else { return false }
    counted = turns
    return true
  }
}
