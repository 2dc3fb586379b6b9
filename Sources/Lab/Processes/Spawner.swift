import CLinux
import Dispatch
import Glibc
import Kernel
import Synchronization

/// Starts every child process of the lab, on one thread that lives as long as the lab.
///
/// One thread for two reasons: a child inherits the network namespace of the *thread* that starts
/// it, and the parent-death signal that keeps it from being orphaned is sent when that *thread*
/// ends, not when the process does.
final class Spawner: Sendable {
  /// The only one.
  static let shared = Spawner()

  /// What every child sees: nothing of the caller's, so that runs are alike.
  static let environment = [
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG=C", "SWIFT_BACKTRACE=enable=no",
  ]

  private let waiting = Mutex<[SpawnRequest]>([])
  private let wake = DispatchSemaphore(value: 0)

  private init() {
    _ = LabThread { [unowned self] in serve() }
  }

  /// Starts `arguments` (the first is an absolute path) in `namespacePath`, or here when nil, with
  /// nothing as input and `outputPath` as output and error output; returns its process id.
  func spawn(
    _ arguments: [String],
    namespacePath: String?,
    outputPath: String
  ) throws(LabError) -> pid_t {
    let request = SpawnRequest(arguments, namespacePath: namespacePath, outputPath: outputPath)
    waiting.withLock { $0.append(request) }
    wake.signal()
    request.isDone.wait()
    return try request.outcome.withLock { $0 }.get()
  }

  private func serve() {
    while true {
      wake.wait()
      guard let request = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
        continue
      }
      let outcome = Self.perform(request)
      request.outcome.withLock { $0 = outcome }
      request.isDone.signal()
    }
  }

  private static func perform(_ request: SpawnRequest) -> Result<pid_t, LabError> {
    // The main thread never leaves its namespace, so its entry is the way back.
    let home = "/proc/self/ns/net"
    if let path = request.namespacePath {
      guard unsafe linux_enter_network_namespace(path) == 0 else {
        return .failure(.lastCall("cannot enter the namespace \(path)"))
      }
    }
    defer {
      if request.namespacePath != nil {
        let back = unsafe linux_enter_network_namespace(home)
        precondition(back == 0, "a thread that entered a namespace may return")
      }
    }
    return request.start()
  }
}

/// One child to start, and what came of it.
private final class SpawnRequest: Sendable {
  let arguments: [String]
  let namespacePath: String?
  let outputPath: String
  let isDone = DispatchSemaphore(value: 0)
  let outcome = Mutex<Result<pid_t, LabError>>(.failure(LabError("not started yet")))

  init(_ arguments: [String], namespacePath: String?, outputPath: String) {
    precondition(arguments.first?.hasPrefix("/") == true, "programs are started by full path")
    self.arguments = arguments
    self.namespacePath = namespacePath
    self.outputPath = outputPath
  }

  func start() -> Result<pid_t, LabError> {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(
      &actions,
      1,
      outputPath,
      O_WRONLY | O_CREAT | O_APPEND,
      0o644
    )
    unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    unsafe sigemptyset(&noSignals)
    unsafe posix_spawnattr_setsigmask(&attributes, &noSignals)
    // A group of its own: Ctrl-C reaches the lab alone, which then ends its children in order.
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    let flags = Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETPGROUP)
    unsafe posix_spawnattr_setflags(&attributes, flags)

    var pid: pid_t = 0
    let failure = unsafe withCStrings(arguments) { argv in
      unsafe withCStrings(Spawner.environment) { environment in
        unsafe posix_spawn(&pid, arguments[0], &actions, &attributes, argv, environment)
      }
    }
    guard failure == 0 else {
      return .failure(LabError("cannot start \(arguments[0]): \(Errno(rawValue: failure))"))
    }
    return .success(pid)
  }
}

/// Lends `strings` as a null-terminated array of C strings.
private func withCStrings<Result>(
  _ strings: [String],
  _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers = unsafe strings.map { unsafe strdup($0) }
  unsafe pointers.append(nil)
  defer { unsafe pointers.forEach { unsafe free($0) } }
  return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { preconditionFailure("the array ends with nil") }
    return unsafe body(base)
  }
}
