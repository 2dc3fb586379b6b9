internal import Wire

/// What is remembered of one address, network or site that sends datagrams, in 56 bytes.
struct DatagramSource: KeyedRecord {
  /// The key that found this record; zero when the place is empty.
  var key: UInt64 = 0
  /// TokenRequests that it may leave without a proof.
  var requests = TokenBucket()
  /// An address: what it may leave beyond that while it is known.
  var known = TokenBucket()
  /// Cookies that it may return.
  var echoes = TokenBucket()
  /// An address: whatever else it may send. A network: challenges that are sent to it.
  var others = TokenBucket()
  /// Whether it is asked for cookies.
  var stage = StageSwitch()
  /// Milliseconds of the moment when the record was last used, wrapping around.
  var usedMilliseconds: UInt32 = 0

  mutating func begin(milliseconds: UInt32) {
    usedMilliseconds = milliseconds
  }

  mutating func touch(milliseconds: UInt32) {
    usedMilliseconds = milliseconds
  }

  /// What was used last is worth most.
  func worth(milliseconds: UInt32) -> UInt64 {
    key == 0 ? 0 : UInt64(UInt32.max &- (milliseconds &- usedMilliseconds)) &+ 1
  }
}
