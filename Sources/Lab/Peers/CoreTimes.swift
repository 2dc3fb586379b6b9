import Wire

/// What the processors did since boot, the kernel's interrupts included.
///
/// A process's own time leaves out what the kernel does for it in interrupts, which is most of the
/// work of a spliced connection. On a quiet machine the difference of two of these shows it all.
struct CoreTimes: Equatable, Sendable {
  let userNanoseconds: UInt64
  let systemNanoseconds: UInt64
  let interruptNanoseconds: UInt64

  /// All that was not idle.
  var busyNanoseconds: UInt64 { userNanoseconds &+ systemNanoseconds &+ interruptNanoseconds }

  /// Reads the times of `core`, or of all cores when nil; nil when there is no such core.
  static func now(core: Int? = nil) -> CoreTimes? {
    let label = core.map { "cpu\($0)" } ?? "cpu"
    let lines = (Files.text("/proc/stat") ?? "").split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix(label + " ") }) else { return nil }
    // proc(5): user, nice, system, idle, iowait, irq, softirq.
    let ticks = line.split(separator: " ").dropFirst().compactMap { UInt64($0) }
    guard ticks.count >= 7 else { return nil }
    let perTick = Nanoseconds.perSecond / ProcessTimes.ticksPerSecond
    return CoreTimes(
      userNanoseconds: (ticks[0] &+ ticks[1]) &* perTick,
      systemNanoseconds: ticks[2] &* perTick,
      interruptNanoseconds: (ticks[5] &+ ticks[6]) &* perTick
    )
  }

  /// What was done between `earlier` and this moment.
  func since(_ earlier: CoreTimes) -> CoreTimes {
    CoreTimes(
      userNanoseconds: userNanoseconds &- earlier.userNanoseconds,
      systemNanoseconds: systemNanoseconds &- earlier.systemNanoseconds,
      interruptNanoseconds: interruptNanoseconds &- earlier.interruptNanoseconds
    )
  }
}
