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
}
