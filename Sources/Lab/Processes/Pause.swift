import Glibc
import Kernel
import Wire

/// Waiting, on threads that may block.
enum Pause {
  /// Sleeps for `nanoseconds`.
  static func nanoseconds(_ nanoseconds: UInt64) {
    var time = timespec(
      tv_sec: Int(nanoseconds / Nanoseconds.perSecond),
      tv_nsec: Int(nanoseconds % Nanoseconds.perSecond)
    )
    var rest = time
    while unsafe nanosleep(&time, &rest) != 0, errno == EINTR { time = rest }
  }

  /// Asks `condition` every `intervalNanoseconds` until it holds; false when the time is over
  /// first.
  static func until(
    timeoutNanoseconds: UInt64,
    intervalNanoseconds: UInt64 = 5 * Nanoseconds.perMillisecond,
    _ condition: () -> Bool
  ) -> Bool {
    let end = Clock.now.advanced(byNanoseconds: timeoutNanoseconds)
    while !condition() {
      guard Clock.now < end else { return false }
      Pause.nanoseconds(intervalNanoseconds)
    }
    return true
  }
}

extension Instant {
  /// Seconds from this moment until now, for reports.
  var secondsUntilNow: Double {
    Double(Clock.now.nanoseconds(since: self)) / Double(Nanoseconds.perSecond)
  }
}
