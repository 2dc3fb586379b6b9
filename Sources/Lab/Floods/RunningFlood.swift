import Synchronization

/// A flood on a thread of its own in a namespace.
final class RunningFlood<Report: Sendable>: Sendable {
  private let stopper: FloodStop
  private let outcome = Outcome()
  private let thread: Mutex<LabThread<Void>?>

  private final class Outcome: Sendable {
    let result = Mutex<Result<Report, Flood.Failure>?>(nil)
  }

  /// Starts `flood` in `namespace`.
  fileprivate init(
    in namespace: NetworkNamespace,
    _ flood: @escaping @Sendable (FloodStop) -> Result<Report, Flood.Failure>
  ) throws(LabError) {
    let (stopper, outcome) = (FloodStop(), outcome)
    let started = try namespace.startThread {
      let result = flood(stopper)
      outcome.result.withLock { $0 = result }
    }
    self.stopper = stopper
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
  var report: Report? { outcome.result.withLock { try? $0?.get() } }
}

extension RunningFlood where Report == FloodReport {
  /// Starts a flood of connections as `settings` say in `namespace`.
  convenience init(
    _ settings: FloodSettings,
    in namespace: NetworkNamespace,
    progress: FloodProgress? = nil
  ) throws(LabError) {
    try self.init(in: namespace) { stop in
      Result { () throws(Flood.Failure) in
        try Flood.run(settings, stop: stop, progress: progress)
      }
    }
  }
}

extension RunningFlood where Report == DatagramFloodReport {
  /// Starts a flood of datagrams as `settings` say in `namespace`.
  convenience init(
    _ settings: DatagramFloodSettings,
    in namespace: NetworkNamespace,
    progress: FloodProgress? = nil
  ) throws(LabError) {
    try self.init(in: namespace) { stop in
      Result { () throws(Flood.Failure) in
        try DatagramFlood.run(settings, stop: stop, progress: progress)
      }
    }
  }
}
