internal import Wire

/// The bounds of one turn of a datagram shard's loop.
enum DatagramBounds {
  /// Batches taken from one door, or from one link, before the others have their turn.
  static let batchesPerTurn = 8
  /// Batches taken from one link: one session's bulk must not keep the others waiting.
  static let batchesPerLink = 2
  /// Bytes of the longest answer that the gate itself writes.
  static let answerBytes = 1_500
  /// Flows ended in one turn because they were silent.
  static let expiriesPerTurn = 256
  /// Newly proven endpoints handed over in one turn.
  static let provenPerTurn = 1_024
  /// The longest wait for events; cookies and stages need no timer, since each datagram brings the
  /// moment along.
  static let longestWaitMilliseconds: Int32 = 1_000
}
