import Glibc
import Wire

/// Turns Ctrl-C and SIGTERM into an orderly end of every network of this process.
enum Interruption {
  /// Runs `body`; SIGINT, SIGTERM and SIGHUP remove everything that it has made and end the
  /// process with 128 + the signal's number. Call it first: threads inherit the mask.
  static func guarding(_ body: () throws -> Void) throws {
    removeEverythingAtSignals()
    do {
      try body()
    } catch {
      // What fails because everything is being removed is no news; the signal's thread exits.
      while RunGate.isClosed { Pause.nanoseconds(Nanoseconds.perSecond) }
      throw error
    }
  }

  private static func removeEverythingAtSignals() {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&signals, signal) }
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    let mask = signals
    _ = LabThread {
      var mask = mask
      var signal: Int32 = 0
      while unsafe sigwait(&mask, &signal) != 0 {}
      RunGate.close()
      Leftovers.remove { $0.isOwn }
      _exit(128 + signal)
    }
  }
}
