import CLinux
import Glibc

/// A network namespace that `ip netns` knows by name.
struct NetworkNamespace: Hashable, Sendable {
  /// The name for `ip netns exec NAME ...`.
  let name: String
  /// The directory for the output of processes that are started here.
  let runDirectory: String

  /// Where `ip netns` keeps its names.
  static let directory = "/run/netns"

  /// The file that holds the namespace.
  var path: String { "\(Self.directory)/\(name)" }

  /// Runs `body` on a thread of its own inside the namespace and returns what it returns.
  ///
  /// Sockets keep the namespace in which they were made, so a descriptor may be handed out.
  func run<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) throws(LabError) -> Value {
    let path = path
    let thread = LabThread { () -> Result<Value, LabError> in
      Self.enter(path).flatMap { Result { try body() }.mapError(LabError.from) }
    }
    return try thread.join().get()
  }

  /// Starts `body` on a thread of its own inside the namespace and goes on without it.
  ///
  /// Throws when the namespace cannot be entered; the body then does not run.
  func startThread(_ body: @escaping @Sendable () -> Void) throws(LabError) -> LabThread<Void> {
    _ = try run {}
    let path = path
    return LabThread {
      guard case .success = Self.enter(path) else { return }
      body()
    }
  }

  /// Starts a program (`arguments[0]` is its full path) inside the namespace; its output goes to
  /// `label`.log in the run's directory.
  func spawn(
    _ arguments: [String],
    label: String,
    options: SpawnOptions = .plain
  ) throws(LabError) -> LabProcess {
    try RunGate.whileOpen { () throws(LabError) in
      try LabProcess(
        arguments,
        namespacePath: path,
        outputPath: "\(runDirectory)/\(label).log",
        options: options
      )
    }
  }

  /// Sets a value below /proc/sys of this namespace: `net.ipv4.ip_forward`.
  func setKernelParameter(_ name: String, to value: String) throws(LabError) {
    let path = "/proc/sys/" + name.split(separator: ".").joined(separator: "/")
    try run { try Files.write(value, to: path) }
  }

  private static func enter(_ path: String) -> Result<Void, LabError> {
    guard unsafe linux_enter_network_namespace(path) == 0 else {
      return .failure(.lastCall("cannot enter the namespace \(path)"))
    }
    return .success(())
  }
}
