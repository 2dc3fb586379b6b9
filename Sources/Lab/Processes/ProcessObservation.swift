import Glibc
import Kernel
import Wire

/// What the kernel says about any running process at one moment.
struct ProcessObservation: Equatable, Sendable {
  /// When it was taken.
  let instant: Instant
  /// Processor time since the start, user and system.
  let processorNanoseconds: UInt64
  /// Memory that it holds.
  let residentBytes: UInt64
  /// Open descriptors.
  let openDescriptors: Int

  /// Looks at process `pid` now; nil when it is gone.
  init?(of pid: pid_t) {
    guard let ticks = ProcessTimes.processorTicks(of: pid) else { return nil }
    instant = Clock.now
    processorNanoseconds = ticks * Nanoseconds.perSecond / ProcessTimes.ticksPerSecond
    residentBytes = ProcessTimes.residentBytes(of: pid) ?? 0
    openDescriptors = ProcessTimes.openDescriptors(of: pid)
  }

  /// Share of one core that was used between `earlier` and this moment, in percent.
  func processorPercent(since earlier: ProcessObservation) -> Double {
    let elapsed = instant.nanoseconds(since: earlier.instant)
    guard elapsed > 0 else { return 0 }
    return 100 * Double(processorNanoseconds &- earlier.processorNanoseconds) / Double(elapsed)
  }
}
