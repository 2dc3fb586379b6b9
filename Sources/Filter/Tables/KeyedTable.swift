internal import Wire

/// What a `KeyedTable` holds: a record that is found by a secret hash.
protocol KeyedRecord: BitwiseCopyable {
  /// An empty place.
  init()
  /// The key that found this record; zero when the place is empty.
  var key: UInt64 { get set }
  /// The record was just made.
  mutating func begin(milliseconds: UInt32)
  /// The record is used again: time does to it what it does.
  mutating func touch(milliseconds: UInt32)
  /// How much would be lost with this record; zero for an empty place alone.
  func worth(milliseconds: UInt32) -> UInt64
}

/// Records of sources in a table of fixed size.
///
/// A key has a window of neighbouring places. A new key takes an empty place in its window, or that
/// of the record there which matters least. The cost of a look-up so never depends on how many
/// sources there are, and a flood of new ones can push out only what lies in the windows it happens
/// to hit.
@safe
struct KeyedTable<Record: KeyedRecord>: ~Copyable {
  private static var window: Int { 8 }

  private let records: UnsafeMutablePointer<Record>
  private let mask: Int
  /// How many places are not empty.
  private let used: UnsafeMutablePointer<Int>

  /// An empty table of at least `capacity` records.
  init(capacity: UInt32) {
    let size = Int(PowerOfTwo.atLeast(capacity))
    unsafe records = .allocate(capacity: size)
    unsafe records.initialize(repeating: Record(), count: size)
    mask = size - 1
    unsafe used = .allocate(capacity: 1)
    unsafe used.initialize(to: 0)
  }

  deinit {
    unsafe records.deallocate()
    unsafe used.deallocate()
  }

  /// Records in the table: one stays until another takes its place, however old it is.
  var count: Int { unsafe used.pointee }

  /// The place of `key`'s record, which is made if there was none.
  func place(_ key: UInt64, now: Instant) -> UnsafeMutablePointer<Record> {
    let moment = now.wrappingMilliseconds
    if let record = unsafe find(key) {
      unsafe record.pointee.touch(milliseconds: moment)
      return unsafe record
    }
    var least = unsafe place(key, step: 0)
    var leastWorth = UInt64.max
    for step in 0..<Self.window {
      let candidate = unsafe place(key, step: step)
      let worth = unsafe candidate.pointee.worth(milliseconds: moment)
      if worth < leastWorth {
        leastWorth = worth
        unsafe least = candidate
      }
    }
    if unsafe least.pointee.key == 0 { unsafe used.pointee &+= 1 }
    unsafe least.pointee = Record()
    unsafe least.pointee.key = key
    unsafe least.pointee.begin(milliseconds: moment)
    return unsafe least
  }

  /// The place of `key`'s record; nil when there is none (any more).
  func find(_ key: UInt64) -> UnsafeMutablePointer<Record>? {
    for step in 0..<Self.window {
      let candidate = unsafe place(key, step: step)
      if unsafe candidate.pointee.key == key { return unsafe candidate }
    }
    return nil
  }

  /// One of the places that `key`'s record may have.
  private func place(_ key: UInt64, step: Int) -> UnsafeMutablePointer<Record> {
    unsafe records + ((Int(truncatingIfNeeded: key >> 1) &+ step) & mask)
  }
}
