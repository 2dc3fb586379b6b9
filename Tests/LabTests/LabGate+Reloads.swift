import Wire

@testable import Lab

extension LabGate {
  /// How often it has taken everything over anew.
  var reloadCount: Int { log.split(separator: "Reloaded:").count - 1 }

  /// Has it read everything again, and waits until it has taken that over; whether it did.
  func reloadsInTime() -> Bool {
    let before = reloadCount
    reload()
    return Pause.until(
      timeoutNanoseconds: 30 * Nanoseconds.perSecond,
      intervalNanoseconds: 60 * Nanoseconds.perMillisecond
    ) {
      reloadCount > before
    }
  }
}
