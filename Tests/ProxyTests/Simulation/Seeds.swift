import Filter
import Glibc
import Testing

/// Where random tests get their seeds: from `SALLYPORT_SEED` when it is set, so that a failure can
/// be repeated; else a fixed list, and one that is new each time.
enum Seeds {
  static func list(_ count: Int) -> [UInt64] {
    if let text = getenv("SALLYPORT_SEED"), let seed = UInt64(String(cString: text)) {
      return [seed]
    }
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let fresh = UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    return (1...UInt64(count)).map { $0 } + [fresh]
  }

  /// Reports what went wrong and how to see it again.
  static func report(_ complaint: String?, seed: UInt64) {
    guard let complaint else { return }
    Issue.record("SALLYPORT_SEED=\(seed): \(complaint)")
  }
}
