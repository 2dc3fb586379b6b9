internal import Wire

/// The bounds of one turn of a shard's loop, and of what it holds beside the settings.
enum ShardBounds {
  /// Connections accepted in one turn.
  static let acceptsPerTurn = 128
  /// Proofs of strangers with a blemish in one turn: about a millisecond.
  static let deferredProofsPerTurn = 16
  /// Admissions from each of the waiting queues that are tried in one turn, and the slots that are
  /// looked at for them.
  static let admissionsPerTurn = 64
  static let waitersPerTurn = 512
  /// Deadlines of strangers, and of sessions, met in one turn: a few milliseconds.
  static let deadlinesPerTurn = 512
  /// Bytes read at once, and what one turn moves for one session in one direction.
  static let bufferBytes = 65_536
  static let readsPerTurn = 16
  /// Sessions with more to move that are served in one turn.
  static let busySessionsPerTurn = 64
  /// Whole buffers in a row from which on a direction is spliced.
  static let fullReadsBeforeSplice: UInt8 = 2
  /// Overflow pipes of a shard; a direction that finds none is copied at its receiver's pace.
  static let overflows = 512
  /// Of those, empty ones kept for the next session that needs one.
  static let spareOverflows = 32
  /// Strangers that make room at a time when descriptors run out.
  static let strangersShedAtOnce = 32
  /// How long a listener rests when descriptors ran out and no stranger could make room.
  static let acceptPauseNanoseconds: UInt64 = 100 * Nanoseconds.perMillisecond
  /// The least time between two reports of the same trouble.
  static let tellAgainNanoseconds: UInt64 = 10 * Nanoseconds.perSecond
  /// How long the router is left alone after it refused a connection.
  static let redialNanoseconds: UInt64 = 250 * Nanoseconds.perMillisecond
  /// How long a peer that has closed its direction may wait for the router to close.
  static let lingerNanoseconds: UInt64 = 30 * Nanoseconds.perSecond
  /// How long after the router's close its reset is waited for: it is sent in the same moment.
  static let resetWaitNanoseconds: UInt64 = 2 * Nanoseconds.perMillisecond
  /// How long a router may keep silent on message 3 before that is taken for a yes: a bad one it
  /// answers by closing, within 10 ms (i2pd and Java I2P).
  static let confirmationNanoseconds: UInt64 = 2 * Nanoseconds.perSecond
  /// How long data must flow until a session counts as a lasting one, and how often that is told of
  /// one that goes on.
  static let lastingNanoseconds: UInt64 = 180 * Nanoseconds.perSecond
  static let lastingAgainNanoseconds: UInt64 = 3_600 * Nanoseconds.perSecond
  /// One of so many sessions is kept for known sources.
  static let knownSessionShare = 8
  /// How long a handshake that was judged too slow is followed on: routers end it by themselves,
  /// i2pd within 43 seconds.
  static let slowNanoseconds: UInt64 = 60 * Nanoseconds.perSecond
  /// The longest wait for events.
  static let longestWaitMilliseconds: Int32 = 1_000

  /// How long a handshake must have stalled before it may be broken off for a better peer.
  static func stallNanoseconds(isBlemished: Bool) -> UInt64 {
    isBlemished ? 300 * Nanoseconds.perMillisecond : 1_500 * Nanoseconds.perMillisecond
  }
}
