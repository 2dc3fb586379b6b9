import Glibc
import Kernel
import Synchronization
import Wire

/// How a process of the lab ended.
enum ProcessEnding: Equatable, Sendable {
  /// It returned; zero means success.
  case exited(code: Int32)
  /// A signal ended it.
  case signalled(signal: Int32)

  /// Reads the status word of `waitpid`.
  init(status: Int32) {
    let signal = status & 0x7f
    self = signal == 0 ? .exited(code: (status >> 8) & 0xff) : .signalled(signal: signal)
  }
}

/// How a process is started beside its arguments.
struct SpawnOptions: Equatable, Sendable {
  /// The core it stays on; nil lets the kernel choose.
  var core: Int?
  /// Its limit of open descriptors; nil leaves the lab's own.
  var openDescriptorsMax: Int?
  /// What it may do.
  var privileges = Privileges.own

  /// What a process may do.
  enum Privileges: Equatable, Sendable {
    /// All that the lab itself may.
    case own
    /// An unprivileged user's rights, and CAP_NET_RAW: what a gate's service unit grants.
    case networkRawOnly

    /// Debian's `nobody` and `nogroup`.
    static let unprivilegedUser: UInt32 = 65_534
  }

  /// The default: any core, the lab's own limits.
  static let plain = SpawnOptions()

  /// The programs that set all this up and then become the real one.
  ///
  /// `setpriv` comes first, so that the death of the lab kills the child from its first moment.
  func launchers(in toolbox: Toolbox) -> [String] {
    var words = [toolbox.setpriv, "--pdeathsig", "KILL"]
    if let openDescriptorsMax {
      words += [toolbox.prlimit, "--nofile=\(openDescriptorsMax):\(openDescriptorsMax)"]
    }
    if let core { words += [toolbox.taskset, "-c", "\(core)"] }
    if privileges == .networkRawOnly { words += Self.lettingGo(in: toolbox) }
    return words
  }

  /// Last, since nothing that needs rights can follow; a change of user forgets the parent-death
  /// signal, so it is asked for again.
  private static func lettingGo(in toolbox: Toolbox) -> [String] {
    let user = "\(Privileges.unprivilegedUser)"
    return [
      toolbox.setpriv, "--reuid", user, "--regid", user, "--clear-groups",
      "--bounding-set", "-all,+net_raw", "--inh-caps", "-all,+net_raw",
      "--ambient-caps", "+net_raw", "--pdeathsig", "KILL",
    ]
  }
}

/// A child process: it is killed when nobody holds it any more, and when the lab itself dies.
final class LabProcess: Sendable {
  /// The kernel's number; it may be reused by others once `ending` is not nil.
  let pid: pid_t
  /// The program, for messages.
  let name: String
  /// The file with what it wrote.
  let outputPath: String

  private let knownEnding = Mutex<ProcessEnding?>(nil)

  /// Starts `arguments` (the first is an absolute path); see `NetworkNamespace.spawn`.
  init(
    _ arguments: [String],
    namespacePath: String? = nil,
    outputPath: String,
    options: SpawnOptions = .plain
  ) throws(LabError) {
    let launchers = options.launchers(in: try Toolbox.found())
    name = arguments.first?.split(separator: "/").last.map(String.init) ?? "process"
    self.outputPath = outputPath
    pid = try Spawner.shared.spawn(
      launchers + arguments,
      namespacePath: namespacePath,
      outputPath: outputPath
    )
  }

  deinit {
    kill()
  }

  /// How the process ended; nil while it runs.
  var ending: ProcessEnding? {
    knownEnding.withLock { Self.reap(pid, &$0) }
  }

  /// Whether the process still runs.
  var isRunning: Bool { ending == nil }

  /// Sends a signal, unless the process is gone already.
  func send(_ signal: Int32) {
    knownEnding.withLock { known in
      guard Self.reap(pid, &known) == nil else { return }
      Glibc.kill(pid, signal)
    }
  }

  /// Waits for the end; nil when the process still runs after `timeoutNanoseconds`.
  func wait(timeoutNanoseconds: UInt64) -> ProcessEnding? {
    var ending: ProcessEnding?
    _ = Pause.until(timeoutNanoseconds: timeoutNanoseconds, intervalNanoseconds: 1_000_000) {
      ending = self.ending
      return ending != nil
    }
    return ending
  }

  /// Asks the process to end, and kills it when it has not done so within the grace.
  @discardableResult
  func terminate(graceNanoseconds: UInt64 = 5 * Nanoseconds.perSecond) -> ProcessEnding {
    send(SIGTERM)
    return wait(timeoutNanoseconds: graceNanoseconds) ?? kill()
  }

  /// Ends the process at once.
  @discardableResult
  func kill() -> ProcessEnding {
    send(SIGKILL)
    while true {
      // Nothing outlives SIGKILL but a process in uninterruptible sleep, which ends as well.
      if let ending = wait(timeoutNanoseconds: Nanoseconds.perSecond) { return ending }
    }
  }

  /// What the process wrote, its last `limit` bytes.
  func output(lastBytes limit: Int = 2_000) -> String {
    String(decoding: (Files.bytes(outputPath) ?? []).suffix(limit), as: UTF8.self)
  }

  private static func reap(_ pid: pid_t, _ known: inout ProcessEnding?) -> ProcessEnding? {
    if known != nil { return known }
    var status: Int32 = 0
    let result = unsafe waitpid(pid, &status, WNOHANG)
    if result == pid { known = ProcessEnding(status: status) }
    if result < 0, errno == ECHILD { known = .exited(code: -1) }
    return known
  }
}
