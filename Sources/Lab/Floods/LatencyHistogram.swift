/// Durations in buckets of an eighth of an octave: a twelfth of error at most, fixed memory.
struct LatencyHistogram: Sendable, Equatable {
  private static let bucketsPerOctave: UInt64 = 8
  private static let bucketCount = 64 * 8

  private var counts = [UInt64](repeating: 0, count: bucketCount)
  /// Durations recorded.
  private(set) var count: UInt64 = 0
  /// The longest, exactly.
  private(set) var maximumNanoseconds: UInt64 = 0

  /// Adds one duration.
  mutating func record(nanoseconds: UInt64) {
    counts[Self.bucket(of: nanoseconds)] += 1
    count += 1
    maximumNanoseconds = max(maximumNanoseconds, nanoseconds)
  }

  private static func bucket(of value: UInt64) -> Int {
    guard value >= bucketsPerOctave else { return Int(value) }
    let octave = 63 - value.leadingZeroBitCount
    let step = (value >> UInt64(octave - 3)) & (bucketsPerOctave - 1)
    return (octave - 2) * Int(bucketsPerOctave) + Int(step)
  }

  private static func upperBound(of bucket: Int) -> UInt64 {
    guard bucket >= Int(bucketsPerOctave) else { return UInt64(bucket) }
    let octave = bucket / Int(bucketsPerOctave) + 2
    let step = UInt64(bucket % Int(bucketsPerOctave))
    let width = UInt64(1) << UInt64(octave - 3)
    return (UInt64(1) << UInt64(octave)) &+ (step &+ 1) &* width &- 1
  }

  /// The duration that `fraction` of all stay within; nil when none was recorded.
  func nanoseconds(atFraction fraction: Double) -> UInt64? {
    guard count > 0 else { return nil }
    let rank = UInt64((Double(count) * min(max(fraction, 0), 1)).rounded(.up))
    var passed: UInt64 = 0
    for bucket in counts.indices {
      passed += counts[bucket]
      if passed >= max(rank, 1) { return min(Self.upperBound(of: bucket), maximumNanoseconds) }
    }
    return maximumNanoseconds
  }
}
