internal import Wire

/// One open connection of a flood.
struct FloodSlot: BitwiseCopyable {
  /// The connection's descriptor; -1: the slot is free.
  var descriptor: Int32 = -1
  /// Counts the slot's owners, so that an event of an earlier one is recognised.
  var generation: UInt32 = 0
  /// Whether TCP completed the connection.
  var progress = Progress.connecting
  /// Whether bytes came.
  var answer = Answer.none
  /// When it was begun.
  var begunAt = Instant(nanoseconds: 0)
  /// When it was completed.
  var connectedAt = Instant(nanoseconds: 0)
  /// When the next byte of a dribble is due.
  var nextByteAt = Instant(nanoseconds: 0)

  /// How far a connection is.
  enum Progress {
    /// The other side's SYN-ACK is awaited.
    case connecting
    /// Both directions are open.
    case connected
  }

  /// What came back.
  enum Answer {
    /// Nothing.
    case none
    /// At least one byte.
    case some
  }
}

/// Slots in the order in which they joined; join, leave and look at the oldest cost the same at any
/// length. A slot is in the queue at most once.
struct SlotQueue {
  private static let none: Int32 = -1
  private var older: [Int32]
  private var newer: [Int32]
  private var oldest: Int32 = none
  private var newest: Int32 = none

  /// An empty queue for slots below `capacity`.
  init(capacity: Int) {
    older = Array(repeating: Self.none, count: capacity)
    newer = Array(repeating: Self.none, count: capacity)
  }

  /// The slot that joined first.
  var first: Int? { oldest == Self.none ? nil : Int(oldest) }

  /// Adds a slot that is not in the queue.
  mutating func append(_ slot: Int) {
    let index = Int32(slot)
    older[slot] = newest
    newer[slot] = Self.none
    if newest == Self.none { oldest = index } else { newer[Int(newest)] = index }
    newest = index
  }

  /// Removes a slot that is in the queue.
  mutating func remove(_ slot: Int) {
    let before = older[slot]
    let after = newer[slot]
    if before == Self.none { oldest = after } else { newer[Int(before)] = after }
    if after == Self.none { newest = before } else { older[Int(after)] = before }
  }
}
