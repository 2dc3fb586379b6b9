import Glibc
import Kernel
import Synchronization
import Wire

/// A real `sallyport run` in front of a router of the lab, with its files in a folder of its own.
///
/// It may be started, killed and started again; its log goes on. Whoever placed it in a network's
/// namespace finds it gone with the network.
final class LabGate: Sendable {
  /// What stands behind it.
  let guarded: GuardedRouter
  /// How it is configured and started.
  let settings: LabGateSettings
  /// Configuration, log and admin socket.
  let directory: String

  private let program: String
  private let state = Mutex<LabProcess?>(nil)

  /// How long a gate may take from its start to the first answer on its admin socket: one that is
  /// not optimised computes its rules' tables for seconds, and other tests run beside it.
  static let startTimeoutNanoseconds = 60 * Nanoseconds.perSecond
  /// How long a gate may take to end: its sessions have 5 s.
  static let stopTimeoutNanoseconds = 10 * Nanoseconds.perSecond

  /// Writes the configuration of a gate in front of `guarded` into `directory`, which is made;
  /// the router's router.info must exist before the gate is started.
  init(
    before guarded: GuardedRouter,
    settings: LabGateSettings = LabGateSettings(),
    directory: String
  ) throws(LabError) {
    self.guarded = guarded
    self.settings = settings
    self.directory = directory
    program =
      if let named = settings.program { named } else { try OwnProgram.sibling("sallyport") }
    let rules =
      if let named = settings.rulesDirectory { named } else { try OwnProgram.rules() }
    try Files.makeDirectory(directory)
    if settings.privileges == .networkRawOnly {
      let nobody = SpawnOptions.Privileges.unprivilegedUser
      guard unsafe chown(directory, nobody, nobody) == 0 else {
        throw .lastCall("cannot give \(directory) to an unprivileged user")
      }
    }
    try writeConfiguration(rulesDirectory: rules)
  }

  /// A gate in front of a router of the lab, its files beside the router's.
  convenience init(
    before router: LabRouter,
    settings: LabGateSettings = LabGateSettings()
  ) throws(LabError) {
    try self.init(
      before: GuardedRouter(router),
      settings: settings,
      directory: "\(router.namespace.runDirectory)/gate-r\(router.number)"
    )
  }

  /// The configuration file.
  var configurationPath: String { "\(directory)/sallyport.toml" }
  /// Where it answers with its numbers.
  var socketPath: String { "\(directory)/admin.sock" }
  /// Where its log goes.
  var logPath: String { "\(directory)/gate.log" }
  /// The process id; nil while it is stopped.
  var pid: pid_t? { state.withLock { $0.flatMap { $0.isRunning ? $0.pid : nil } } }
  /// Everything that it has logged, over all its starts.
  var log: String { Files.text(logPath) ?? "" }

  /// Writes the configuration as the settings ask, `lines` after it.
  func writeConfiguration(
    rulesDirectory: String,
    appending lines: String = ""
  ) throws(LabError) {
    try Files.write(text(rulesDirectory: rulesDirectory) + lines, to: configurationPath)
  }

  /// Starts the gate, which must be stopped, and waits until it answers.
  func start() throws(LabError) {
    let options = SpawnOptions(core: settings.core, privileges: settings.privileges)
    let arguments = [program, "run", "--config", configurationPath, "--log", "stderr"]
    let process = try RunGate.whileOpen { () throws(LabError) in
      try LabProcess(
        arguments,
        namespacePath: guarded.namespace?.path,
        outputPath: logPath,
        options: options
      )
    }
    state.withLock { $0 = process }
    let isThere = Pause.until(timeoutNanoseconds: Self.startTimeoutNanoseconds) {
      (try? status()) != nil || pid == nil
    }
    guard isThere, pid != nil else {
      let end = process.output()
      process.kill()
      throw LabError("the gate does not start; its log ends with:\n\(end)")
    }
  }

  /// Runs the gate's program with `arguments` where the gate lives, e.g. `firewall`, `up`.
  @discardableResult
  func command(_ arguments: String...) throws(LabError) -> String {
    try command(arguments)
  }

  /// The same.
  func command(_ arguments: [String]) throws(LabError) -> String {
    try ToolCommand.run(
      [program] + arguments + ["--config", configurationPath],
      namespacePath: guarded.namespace?.path,
      scratchDirectory: directory
    )
  }

  /// Asks it to read everything again (SIGHUP).
  func reload() {
    state.withLock { $0?.send(SIGHUP) }
  }

  /// Ends the gate as the service manager would: SIGTERM, and SIGKILL when it hangs.
  @discardableResult
  func stop() -> ProcessEnding? {
    end { $0.terminate(graceNanoseconds: Self.stopTimeoutNanoseconds) }
  }

  /// Ends the gate at once, as a crash would.
  @discardableResult
  func kill() -> ProcessEnding? {
    end { $0.kill() }
  }

  /// Keeps it from running until `resume`, so that what comes meanwhile waits in its sockets.
  func pause() {
    state.withLock { $0?.send(SIGSTOP) }
  }

  /// Lets it run again.
  func resume() {
    state.withLock { $0?.send(SIGCONT) }
  }

  /// Its numbers now.
  func status() throws(LabError) -> GateStatus {
    try GateStatus(page: AdminSocketReader.metrics(socketPath))
  }

  /// Looks at its process now; nil while it is stopped.
  func observe() -> ProcessObservation? {
    pid.flatMap(ProcessObservation.init(of:))
  }

  /// Waits until its log contains `text`.
  func waitForLog(_ text: String, timeoutNanoseconds: UInt64) throws(LabError) {
    let isThere = Pause.until(
      timeoutNanoseconds: timeoutNanoseconds,
      intervalNanoseconds: 50 * Nanoseconds.perMillisecond
    ) {
      log.contains(text)
    }
    guard isThere else { throw LabError("the gate's log does not say \"\(text)\":\n\(log)") }
  }

  private func end(_ body: (LabProcess) -> ProcessEnding) -> ProcessEnding? {
    let process = state.withLock { process in
      defer { process = nil }
      return process
    }
    return process.map(body)
  }
}

extension LabGate {
  private func text(rulesDirectory: String) -> String {
    var text = """
      [router]
      kind = "\(guarded.kind.rawValue)"
      directory = "\(guarded.directory)"
      proof = "\(settings.proof.rawValue)"
      \(guarded.ports.map(gateLines).joined(separator: "\n"))
      [rules]
      directory = "\(rulesDirectory)"
      [admin]
      socket = "\(socketPath)"
      http = "\(settings.page.map(\.description) ?? "")"
      [state]
      directory = "\(directory)"
      [process]
      shards = \(settings.shards)
      [limits]

      """
    for (key, value) in settings.limits.sorted(by: { $0.key < $1.key }) {
      text += "\(key) = \(value)\n"
    }
    return text
  }

  private func gateLines(_ port: GuardedRouter.Port) -> String {
    """
    [[gate]]
    transport = "\(port.transport.rawValue)"
    address = "\(port.endpoint.address)"
    port = \(port.endpoint.port)
    \(modeLines)
    """
  }

  private var modeLines: String {
    switch settings.mode {
    case .transparent: "mode = \"transparent\"\nwhen-down = \"\(settings.whenDown.rawValue)\""
    case .proxy(let upstream): "mode = \"proxy\"\nupstream = \"\(upstream)\""
    }
  }
}
