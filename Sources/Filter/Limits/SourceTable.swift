internal import Wire

/// Records of sources in a table of fixed size.
///
/// A key has a window of neighbouring places. A new key takes an empty place in its window, or that
/// of the record there which matters least: nothing open, no failures, longest unused. The cost of
/// a look-up so never depends on how many sources there are, and a flood of new ones can push out
/// only what lies in the windows it happens to hit.
@safe
struct SourceTable: ~Copyable {
  private static let window = 8

  private let records: UnsafeMutablePointer<SourceRecord>
  private let mask: Int

  /// An empty table of at least `capacity` records.
  init(capacity: UInt32) {
    let size = Int(PowerOfTwo.atLeast(capacity))
    unsafe records = .allocate(capacity: size)
    unsafe records.initialize(repeating: SourceRecord(), count: size)
    mask = size - 1
  }

  deinit {
    unsafe records.deallocate()
  }

  /// The place of `key`'s record, which is made if there was none; its failures are decayed.
  func place(_ key: UInt64, now: Instant) -> UnsafeMutablePointer<SourceRecord> {
    let moment = now.wrappingMilliseconds
    var least = unsafe records + (Int(truncatingIfNeeded: key >> 1) & mask)
    var leastWorth = UInt64.max
    for step in 0..<Self.window {
      let candidate = unsafe records + ((Int(truncatingIfNeeded: key >> 1) &+ step) & mask)
      if unsafe candidate.pointee.key == key {
        unsafe candidate.pointee.decay(moment)
        unsafe candidate.pointee.usedMilliseconds = moment
        return unsafe candidate
      }
      let worth = unsafe Self.worth(candidate.pointee, moment)
      if worth < leastWorth {
        leastWorth = worth
        unsafe least = candidate
      }
    }
    unsafe least.pointee = SourceRecord()
    unsafe least.pointee.key = key
    unsafe least.pointee.usedMilliseconds = moment
    unsafe least.pointee.halvedMilliseconds = moment
    return unsafe least
  }

  /// The place of `key`'s record; nil when there is none (any more).
  func find(_ key: UInt64) -> UnsafeMutablePointer<SourceRecord>? {
    for step in 0..<Self.window {
      let candidate = unsafe records + ((Int(truncatingIfNeeded: key >> 1) &+ step) & mask)
      if unsafe candidate.pointee.key == key { return unsafe candidate }
    }
    return nil
  }

  /// How much would be lost with a record: open connections first, then completions and failures,
  /// then how lately it was used.
  private static func worth(_ record: SourceRecord, _ now: UInt32) -> UInt64 {
    guard record.key != 0 else { return 0 }
    let isOpen: UInt64 = record.halfOpen > 0 || record.inFlight > 0 ? 1 << 62 : 0
    let isKnown = record.completions > 0 || record.failures > 0 || record.asked > 0
    let isTelling: UInt64 = isKnown ? 1 << 61 : 0
    return isOpen | isTelling | UInt64(UInt32.max &- (now &- record.usedMilliseconds)) &+ 1
  }
}
