internal import Wire

/// What a `KeyedTable` holds: a record that is found by a secret hash.
public protocol KeyedRecord: BitwiseCopyable {
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
/// A key has two rows of neighbouring places, far apart. A new key takes an empty place in the row
/// that has more of them, or else that of the record in both rows which matters least: with two
/// rows to choose from hardly any record is pushed out before the table is two thirds full. The
/// cost of a look-up never depends on how many sources there are, and a flood of new ones can push
/// out only what lies in the rows it happens to hit.
///
/// Public for the optimiser alone: Swift 6.3.1 fails an assertion where it inlines the end of a
/// table that is not into other modules (a build without `-enable-testing`).
@safe
public struct KeyedTable<Record: KeyedRecord>: ~Copyable {
  private static var placesPerRow: Int { 4 }

  private let records: UnsafeMutablePointer<Record>
  private let rowMask: Int
  /// How many places are not empty.
  private let used: UnsafeMutablePointer<Int>

  /// An empty table of at least `capacity` records.
  init(capacity: UInt32) {
    let size = Int(PowerOfTwo.atLeast(capacity))
    unsafe records = .allocate(capacity: size)
    unsafe records.initialize(repeating: Record(), count: size)
    rowMask = size / Self.placesPerRow - 1
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
    let place = unsafe placeForNew(key, moment)
    if unsafe place.pointee.key == 0 { unsafe used.pointee &+= 1 }
    unsafe place.pointee = Record()
    unsafe place.pointee.key = key
    unsafe place.pointee.begin(milliseconds: moment)
    return unsafe place
  }

  /// The place of `key`'s record; nil when there is none (any more).
  func find(_ key: UInt64) -> UnsafeMutablePointer<Record>? {
    let (first, second) = unsafe rows(key)
    return unsafe find(key, in: first) ?? find(key, in: second)
  }

  private func find(
    _ key: UInt64,
    in row: UnsafeMutablePointer<Record>
  ) -> UnsafeMutablePointer<Record>? {
    for step in 0..<Self.placesPerRow where unsafe row[step].key == key {
      return unsafe row + step
    }
    return nil
  }

  /// The place that a new record gets.
  private func placeForNew(_ key: UInt64, _ moment: UInt32) -> UnsafeMutablePointer<Record> {
    let (first, second) = unsafe rows(key)
    let (one, other) = unsafe (leastWorth(first, moment), leastWorth(second, moment))
    if one.empty != other.empty {
      return unsafe one.empty > other.empty ? first + one.step : second + other.step
    }
    return unsafe one.worth <= other.worth ? first + one.step : second + other.step
  }

  /// Where in a row the record lies that matters least, how much it does, and how many places of
  /// the row are empty.
  private func leastWorth(
    _ row: UnsafeMutablePointer<Record>,
    _ moment: UInt32
  ) -> (step: Int, worth: UInt64, empty: Int) {
    var least = (step: 0, worth: UInt64.max, empty: 0)
    for step in 0..<Self.placesPerRow {
      let worth = unsafe row[step].worth(milliseconds: moment)
      if worth == 0 { least.empty &+= 1 }
      if worth < least.worth { (least.step, least.worth) = (step, worth) }
    }
    return least
  }

  /// The first places of the two rows that `key`'s record may lie in; they differ.
  private func rows(
    _ key: UInt64
  ) -> (UnsafeMutablePointer<Record>, UnsafeMutablePointer<Record>) {
    let first = Int(truncatingIfNeeded: key >> 1) & rowMask
    let second = first ^ (Int(truncatingIfNeeded: key >> 33) & rowMask | 1)
    return unsafe (records + first &* Self.placesPerRow, records + second &* Self.placesPerRow)
  }
}
