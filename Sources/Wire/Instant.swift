/// A moment on the monotonic clock, in nanoseconds since an arbitrary start.
///
/// The clock is read once per wake of a loop, in `Kernel`; everything that decides takes the moment
/// as an argument. Differences saturate, so a clock that steps back counts as no time elapsed.
public struct Instant: Comparable, Sendable, BitwiseCopyable {
  /// Nanoseconds since the clock's start.
  public let nanoseconds: UInt64

  /// A moment `nanoseconds` after the clock's start.
  @_noLocks
  public init(nanoseconds: UInt64) {
    self.nanoseconds = nanoseconds
  }

  /// Nanoseconds from `earlier` to this moment; zero when `earlier` is in fact later.
  @_noLocks
  public func nanoseconds(since earlier: Instant) -> UInt64 {
    nanoseconds > earlier.nanoseconds ? nanoseconds &- earlier.nanoseconds : 0
  }

  /// This moment moved on by `count` nanoseconds, saturating at the end of time.
  @_noLocks
  public func advanced(byNanoseconds count: UInt64) -> Instant {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(count)
    return Instant(nanoseconds: overflow ? .max : sum)
  }

  /// Whether `left` comes before `right`.
  @_noLocks
  public static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

/// Nanoseconds in the units that settings are written in.
public enum Nanoseconds {
  /// A microsecond.
  public static let perMicrosecond: UInt64 = 1_000
  /// A millisecond.
  public static let perMillisecond: UInt64 = 1_000_000
  /// A second.
  public static let perSecond: UInt64 = 1_000_000_000
}
