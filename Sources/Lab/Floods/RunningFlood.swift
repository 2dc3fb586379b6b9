import Synchronization

/// A flood on a thread of its own in a namespace.
final class RunningFlood: Sendable {
  private let stopper = FloodStop()
  private let outcome = Outcome()
  private let thread: Mutex<LabThread<Void>?>

  private final class Outcome: Sendable {
    let result = Mutex<Result<FloodReport, Flood.Failure>?>(nil)
  }

  /// Starts a flood as `settings` say in `namespace`.
  init(
    _ settings: FloodSettings,
    in namespace: NetworkNamespace,
    progress: FloodProgress? = nil
  ) throws(LabError) {
    let (stopper, outcome) = (stopper, outcome)
    let started = try namespace.startThread {
      let result = Result { () throws(Flood.Failure) in
        try Flood.run(settings, stop: stopper, progress: progress)
      }
      outcome.result.withLock { $0 = result }
    }
    thread = Mutex(consume started)
  }

  deinit {
    stopper.raise()
  }

  /// Ends the flood, waits for it, and says why it did not begin; nil when it did.
  @discardableResult
  func stop() -> Flood.Failure? {
    stopper.raise()
    thread.withLock { $0.take()?.join() }
    guard case .failure(let failure) = outcome.result.withLock({ $0 }) else { return nil }
    return failure
  }

  /// What the flood did; nil before it was stopped, or when it did not begin.
  var report: FloodReport? { outcome.result.withLock { try? $0?.get() } }
}
