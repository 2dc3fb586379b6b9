/// The buckets of every histogram: one per power of two.
///
/// Bucket `i` counts durations up to `upperBoundNanoseconds(i)` and above the bound before; the
/// last one counts all that is longer.
public enum DurationBuckets {
  /// The first bound is 2^10 nanoseconds, about a microsecond.
  static let smallestExponent = 10
  /// The last bound is 2^36 nanoseconds, about 69 seconds.
  static let largestExponent = 36
  /// How many buckets there are, the unbounded one included.
  public static let count = 28

  /// The longest duration that bucket `index` counts; nil for the last one, which has no bound.
  public static func upperBoundNanoseconds(_ index: Int) -> UInt64? {
    precondition(index >= 0 && index < count, "a bucket outside of the list")
    return index == count - 1 ? nil : 1 << UInt64(smallestExponent + index)
  }

  /// The bucket that counts a duration.
  #if !DEBUG
    @_noLocks
  #endif
  public static func index(ofNanoseconds nanoseconds: UInt64) -> Int {
    guard nanoseconds > 1 else { return 0 }
    let exponent = UInt64.bitWidth &- (nanoseconds &- 1).leadingZeroBitCount
    if exponent <= smallestExponent { return 0 }
    if exponent > largestExponent { return count &- 1 }
    return exponent &- smallestExponent
  }
}
