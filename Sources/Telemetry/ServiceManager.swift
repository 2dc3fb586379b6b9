internal import CSystemd
public import Wire

/// Tells systemd how this service is doing (sd_notify(3)).
///
/// Everything is a no-op when no service manager asked to be told.
public enum ServiceManager {
  /// What became of a message.
  public enum Delivery: Equatable, Sendable {
    /// The service manager has it.
    case delivered
    /// Nobody asked to be told.
    case unsupervised
    /// It could not be sent; the system's error number.
    case failed(errorNumber: Int32)
  }

  /// The gates are open.
  @discardableResult
  public static func ready(status: String) -> Delivery {
    notify("READY=1\nSTATUS=\(oneLine(status))")
  }

  /// A reload has begun; `ready` says when it is over.
  @discardableResult
  public static func reloading(at now: Instant) -> Delivery {
    // The moment is what a unit with Type=notify-reload needs to tell this reload from the one
    // before.
    notify("RELOADING=1\nMONOTONIC_USEC=\(now.nanoseconds / Nanoseconds.perMicrosecond)")
  }

  /// The service has begun to stop.
  @discardableResult
  public static func stopping() -> Delivery {
    notify("STOPPING=1")
  }

  /// One line for `systemctl status`.
  @discardableResult
  public static func status(_ text: String) -> Delivery {
    notify("STATUS=\(oneLine(text))")
  }

  /// The loops are alive. Only to be called when every one of them has shown that it turns.
  @discardableResult
  public static func watchdog() -> Delivery {
    notify("WATCHDOG=1")
  }

  /// Within which time `watchdog` has to be called again and again; nil if nobody watches.
  public static var watchdogNanoseconds: UInt64? {
    var microseconds: UInt64 = 0
    guard unsafe sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
    let (nanoseconds, overflow) =
      microseconds.multipliedReportingOverflow(by: Nanoseconds.perMicrosecond)
    return overflow ? nil : nanoseconds
  }

  private static func oneLine(_ text: String) -> String {
    JournalField("STATUS", text).value
  }

  private static func notify(_ state: String) -> Delivery {
    let result = unsafe sd_notify(0, state)
    if result == 0 { return .unsupervised }
    return result > 0 ? .delivered : .failed(errorNumber: -result)
  }
}
