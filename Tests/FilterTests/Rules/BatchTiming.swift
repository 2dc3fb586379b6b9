import AllocationCounter
import Glibc

/// What one of many equal things costs, measured in batches on the processor's clock of this
/// thread: other work on the machine shows in some batches and not in the best of them.
struct BatchTiming: CustomStringConvertible {
  /// Nanoseconds of one, in the best batch.
  let best: Double
  /// Nanoseconds of one, in the middle batch.
  let median: Double
  /// What all batches asked of the heap and of reference counts.
  let cost: AllocationCount

  var description: String {
    "\(Int(best.rounded())) ns at best, \(Int(median.rounded())) ns in the middle"
  }

  /// Runs `body` for the numbers 0 to `count`, `size` of them a batch, after a first batch that is
  /// not counted.
  static func measure(
    _ count: Int,
    batch size: Int,
    _ body: (Range<Int>) -> Void
  ) -> BatchTiming {
    let starts = Array(stride(from: 0, to: count, by: size))
    var nanoseconds = Array(repeating: 0.0, count: starts.count)
    body(0..<min(size, count))
    let cost = AllocationCounter.measure {
      var index = 0
      while index < starts.count {
        let range = starts[index]..<min(starts[index] + size, count)
        let began = processorNanoseconds()
        body(range)
        nanoseconds[index] = Double(processorNanoseconds() - began) / Double(range.count)
        index += 1
      }
    }
    nanoseconds.sort()
    return BatchTiming(
      best: nanoseconds[0],
      median: nanoseconds[nanoseconds.count / 2],
      cost: cost
    )
  }

  private static func processorNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
