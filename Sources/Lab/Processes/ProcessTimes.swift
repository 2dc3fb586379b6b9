import Glibc

/// What /proc says about a process's times and sizes.
enum ProcessTimes {
  /// The fields of /proc/PID/stat after the program's name (which may hold spaces); nil when the
  /// process is gone. Field 3 of proc(5), the state, is at index 0.
  static func fields(of pid: pid_t) -> [Substring]? {
    guard let text = Files.text("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else {
      return nil
    }
    return text[text.index(after: end)...].split(whereSeparator: \.isWhitespace)
  }

  /// When the process started, in clock ticks since boot; nil when it is gone.
  static func startTicks(of pid: pid_t) -> UInt64? {
    field(22, of: pid)
  }

  /// Processor time of all threads that live or lived, user and system, in clock ticks.
  static func processorTicks(of pid: pid_t) -> UInt64? {
    guard let user = field(14, of: pid), let system = field(15, of: pid) else { return nil }
    return user &+ system
  }

  /// Processor time of the living threads in nanoseconds, from the scheduler's own account.
  ///
  /// Finer than ticks, but a thread that has ended takes its time with it.
  static func processorNanoseconds(of pid: pid_t) -> UInt64? {
    let threads = Files.names(in: "/proc/\(pid)/task")
    guard !threads.isEmpty else { return nil }
    return threads.reduce(0) { sum, thread in
      let text = Files.text("/proc/\(pid)/task/\(thread)/schedstat") ?? ""
      return sum &+ (text.split(separator: " ").first.flatMap { UInt64($0) } ?? 0)
    }
  }

  /// Clock ticks a second: 100 on every Linux of the last decades.
  static let ticksPerSecond = UInt64(clamping: sysconf(Int32(_SC_CLK_TCK)))

  /// Bytes of memory that the process holds.
  static func residentBytes(of pid: pid_t) -> UInt64? {
    field(24, of: pid).map { $0 &* UInt64(clamping: sysconf(Int32(_SC_PAGESIZE))) }
  }

  /// Open descriptors of the process.
  static func openDescriptors(of pid: pid_t) -> Int {
    Files.names(in: "/proc/\(pid)/fd").count
  }

  /// How often the threads whose names start with `name` went to sleep since their start.
  static func waits(of pid: pid_t, threadsNamed name: String) -> UInt64 {
    let threads = Files.names(in: "/proc/\(pid)/task").map { "/proc/\(pid)/task/\($0)" }
    return threads.filter { Files.text("\($0)/comm")?.hasPrefix(name) == true }
      .reduce(0) { sum, thread in
        let lines = (Files.text("\(thread)/status") ?? "").split(whereSeparator: \.isNewline)
        let line = lines.first { $0.hasPrefix("voluntary_ctxt_switches:") }
        return sum &+ (line?.split(separator: "\t").last.flatMap { UInt64($0) } ?? 0)
      }
  }

  /// Field `number` of /proc/PID/stat as proc(5) counts, from 1.
  private static func field(_ number: Int, of pid: pid_t) -> UInt64? {
    guard let fields = fields(of: pid), fields.count > number - 3 else { return nil }
    return UInt64(fields[number - 3])
  }
}
