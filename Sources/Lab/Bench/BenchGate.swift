import Glibc
import Kernel
import Wire

/// A real `sallyport run` that is measured: one shard on one core, its files in a directory of its
/// own.
final class BenchGate: Sendable {
  /// What it guards and how.
  struct Settings: Sendable {
    /// The router's program, as the configuration names it: `i2pd`, `java`.
    var kind = "java"
    /// The directory with the router's files.
    var routerDirectory: String
    /// The router's published address.
    var endpoint: Endpoint
    /// What a first flight is proven with: `full`, `public`.
    var proof = "full"
    /// The rules; nil: none.
    var rules: String?
    /// Lines of `[limits]`.
    var limits: [String: Int] = [:]
    /// The core that it stays on.
    var core: Int? = BenchSettings.proxyCore
  }

  /// The process id.
  let pid: pid_t

  private let process: LabProcess
  private let directory: String

  /// How long a gate may take to listen, and to end.
  private static let timeoutNanoseconds = 10 * Nanoseconds.perSecond

  /// Starts a gate in `namespace` with its files below `runDirectory`, and returns when it answers
  /// on its admin socket.
  static func start(
    _ settings: Settings,
    in namespace: NetworkNamespace
  ) throws(LabError) -> BenchGate {
    let directory = "\(namespace.runDirectory)/gate-\(SerialNumber.next())"
    try Files.makeDirectory("\(directory)/rules.d")
    if let rules = settings.rules { try Files.write(rules, to: "\(directory)/rules.d/bench.toml") }
    try Files.write(text(settings, directory), to: "\(directory)/sallyport.toml")
    let process = try namespace.spawn(
      [
        try program(), "run", "--config", "\(directory)/sallyport.toml", "--log", "stderr",
      ],
      label: "gate-\(SerialNumber.next())",
      options: SpawnOptions(core: settings.core)
    )
    let gate = BenchGate(process, directory)
    let isThere = Pause.until(timeoutNanoseconds: timeoutNanoseconds) {
      !process.isRunning || gate.page() != nil
    }
    guard isThere, process.isRunning else {
      throw LabError("the gate does not start: \(process.output())")
    }
    return gate
  }

  private init(_ process: LabProcess, _ directory: String) {
    self.process = process
    self.directory = directory
    pid = process.pid
  }

  /// Ends the gate, its kernel rules with it.
  func stop() {
    process.terminate(graceNanoseconds: Self.timeoutNanoseconds)
  }

  /// The sum of the numbers whose line in the gate's page starts with `prefix` and contains `part`.
  func sum(of prefix: String, with part: String = "") -> UInt64 {
    (page() ?? "").split(separator: "\n").reduce(0) { sum, line in
      guard line.hasPrefix(prefix), part.isEmpty || line.contains(part) else { return sum }
      return sum &+ (line.split(separator: " ").last.flatMap { UInt64($0) } ?? 0)
    }
  }

  /// Connections that got this verdict so far.
  func verdicts(_ verdict: String, reason: String? = nil) -> UInt64 {
    sum(
      of: "sallyport_verdicts_total{",
      with: "verdict=\"\(verdict)\"" + (reason.map { ",reason=\"\($0)\"" } ?? "")
    )
  }

  /// All verdicts so far, for messages.
  var verdictLines: String {
    (page() ?? "").split(separator: "\n").filter {
      $0.hasPrefix("sallyport_verdicts_total{") && !$0.hasSuffix(" 0")
    }.joined(separator: "; ")
  }

  private func page() -> String? {
    UnixSocketText.read("\(directory)/admin.sock")
  }

  private static func program() throws(LabError) -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { throw .lastCall("cannot read /proc/self/exe") }
    let own = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let path = own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/sallyport"
    guard Files.isExecutable(path) else {
      throw LabError("\(path) is missing: build the whole package first")
    }
    return path
  }

  private static func text(_ settings: Settings, _ directory: String) -> String {
    let limits = settings.limits.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }
    return """
      [router]
      kind = "\(settings.kind)"
      directory = "\(settings.routerDirectory)"
      proof = "\(settings.proof)"
      [[gate]]
      transport = "ntcp2"
      address = "\(settings.endpoint.address)"
      port = \(settings.endpoint.port)
      [rules]
      directory = "\(directory)/rules.d"
      [admin]
      socket = "\(directory)/admin.sock"
      http = ""
      [state]
      directory = "\(directory)"
      [process]
      shards = 1
      [limits]
      \(limits.joined())
      """
  }
}
