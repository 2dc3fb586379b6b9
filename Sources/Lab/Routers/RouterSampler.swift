import Synchronization
import Wire

/// Observes a router at a fixed interval on a thread of its own.
final class RouterSampler: Sendable {
  /// A sampler keeps no more than this: an hour at ten a second.
  static let observationsMax = 36_000

  private let record = Record()
  private let thread = Mutex<LabThread<Void>?>(nil)

  /// Starts to observe `router` every `intervalNanoseconds`.
  init(_ router: LabRouter, intervalNanoseconds: UInt64 = 250 * Nanoseconds.perMillisecond) {
    let record = record
    thread.withLock {
      $0 = LabThread {
        while !record.isStopping.load(ordering: .relaxed) {
          if let observation = router.observe() { record.add(observation) }
          Pause.nanoseconds(intervalNanoseconds)
        }
      }
    }
  }

  deinit {
    stop()
  }

  /// Ends the observation and returns what was seen, the oldest first.
  @discardableResult
  func stop() -> [RouterObservation] {
    record.isStopping.store(true, ordering: .relaxed)
    thread.withLock { $0.take()?.join() }
    return observations
  }

  /// What was seen so far, the oldest first.
  var observations: [RouterObservation] { record.samples.withLock { $0 } }

  /// What the sampler and its thread share.
  private final class Record: Sendable {
    let samples = Mutex<[RouterObservation]>([])
    let isStopping = Atomic<Bool>(false)

    func add(_ observation: RouterObservation) {
      samples.withLock { samples in
        if samples.count < RouterSampler.observationsMax { samples.append(observation) }
      }
    }
  }
}

extension RouterSampler {
  /// The most that was seen of each, and the mean load: the line of a table.
  struct Summary: Equatable, Sendable {
    let seconds: Double
    let processorPercent: Double
    let residentBytesMax: UInt64
    let openDescriptorsMax: Int
    let logBytesPerSecond: Double
  }

  /// Sums up `observations`; nil with fewer than two.
  static func summary(of observations: [RouterObservation]) -> Summary? {
    guard observations.count > 1, let first = observations.first, let last = observations.last
    else { return nil }
    let nanoseconds = last.instant.nanoseconds(since: first.instant)
    return Summary(
      seconds: Double(nanoseconds) / Double(Nanoseconds.perSecond),
      processorPercent: last.processorPercent(since: first),
      residentBytesMax: observations.map(\.residentBytes).max() ?? 0,
      openDescriptorsMax: observations.map(\.openDescriptors).max() ?? 0,
      logBytesPerSecond: last.logBytesPerSecond(since: first)
    )
  }
}
