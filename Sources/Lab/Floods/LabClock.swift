internal import Glibc
internal import Wire

/// Waiting, for threads that have nothing else to do.
enum LabClock {
  /// Sleeps; a signal does not cut it short.
  static func sleep(nanoseconds: UInt64) {
    var left = timespec(
      tv_sec: Int(nanoseconds / Nanoseconds.perSecond),
      tv_nsec: Int(nanoseconds % Nanoseconds.perSecond)
    )
    while true {
      var rest = timespec()
      guard unsafe nanosleep(&left, &rest) != 0 else { return }
      left = rest
    }
  }
}
