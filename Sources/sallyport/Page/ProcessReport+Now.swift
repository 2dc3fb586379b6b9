internal import Glibc
internal import Kernel
internal import Telemetry
internal import Wire

extension ProcessReport {
  /// More than /proc/self/statm ever holds.
  private static let statmBytes = 256

  /// What this process uses now.
  static var now: ProcessReport {
    var report = ProcessReport()
    var time = timespec()
    if unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 {
      report.cpuNanoseconds =
        UInt64(clamping: time.tv_sec) &* Nanoseconds.perSecond &+ UInt64(clamping: time.tv_nsec)
    }
    report.residentBytes = residentPages.map { $0 &* UInt64(clamping: getpagesize()) } ?? 0
    report.descriptorLimit = UInt64(clamping: DescriptorLimit.current)
    return report
  }

  /// The second number of /proc/self/statm (proc(5)).
  private static var residentPages: UInt64? {
    let bytes = try? BoundedFile.read("/proc/self/statm", maximumBytes: statmBytes)
    let words = bytes.map { String(decoding: $0, as: UTF8.self).split(separator: " ") } ?? []
    return words.count > 1 ? UInt64(words[1]) : nil
  }
}
