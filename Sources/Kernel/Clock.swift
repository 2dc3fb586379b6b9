internal import CLinux
public import Wire

/// The machine's clocks. Read once per wake of a loop; everything that decides gets the value.
public enum Clock {
  /// The moment on the monotonic clock.
  public static var now: Instant {
    @_noLocks get { Instant(nanoseconds: linux_monotonic_nanoseconds()) }
  }

  /// Seconds since 1970 on the wall clock, as handshakes carry it.
  public static var wallSeconds: UInt64 {
    @_noLocks get { linux_wall_seconds() }
  }

  /// Nanoseconds since 1970 on the wall clock, as captures carry it.
  public static var wallNanoseconds: UInt64 {
    @_noLocks get { linux_wall_nanoseconds() }
  }

  /// Whether somebody keeps the wall clock right.
  public enum WallClockState: Sendable {
    /// A time service has set it, lately.
    case kept
    /// No time service has set it for hours, or ever.
    case adrift
  }

  /// Whether somebody keeps the wall clock right, as the kernel knows (adjtimex(2)).
  public static func wallClockState() throws(Errno) -> WallClockState {
    try Errno.check(linux_wall_clock_is_kept()) == 1 ? .kept : .adrift
  }
}
