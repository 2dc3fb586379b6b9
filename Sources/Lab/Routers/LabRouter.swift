import Glibc
import Kernel
import Synchronization
import Wire

/// A real router in a namespace of its own, with its files in a directory of the run.
final class LabRouter: Sendable {
  /// Its place in the network, from 1.
  let number: Int
  /// Its address and namespace.
  let host: LabHost
  /// router.info, the keys, the netDb: what i2pd calls its data directory.
  let directory: String
  /// How it is configured.
  let configuration: RouterConfiguration

  private let state = Mutex<LabProcess?>(nil)

  init(
    host: LabHost,
    settings: RouterSettings,
    isFloodfill: Bool,
    runDirectory: String
  ) throws(LabError) {
    number = host.number
    self.host = host
    directory = "\(runDirectory)/r\(host.number)"
    configuration = RouterConfiguration(
      settings: settings,
      host: host,
      directory: directory,
      isFloodfill: isFloodfill
    )
    try Files.makeDirectory("\(directory)/tunnels.d")
    try Files.write(configuration.text, to: "\(directory)/i2pd.conf")
    try Files.write("", to: "\(directory)/tunnels.conf")
  }

  /// Where it lives.
  var namespace: NetworkNamespace { host.namespace }
  /// The address that it publishes.
  var address: SourceAddress { host.address }
  /// Where it listens for NTCP2.
  var port: UInt16 { configuration.settings.portNTCP2 }
  /// Where it listens for SSU2.
  var portSSU2: UInt16 { configuration.settings.portSSU2 }
  /// The NTCP2 endpoint that it publishes.
  var endpoint: Endpoint { Endpoint(address: address, port: port) }
  /// The SSU2 endpoint that it publishes.
  var endpointSSU2: Endpoint { Endpoint(address: address, port: portSSU2) }
  /// The file with its signed addresses and keys.
  var routerInfoPath: String { "\(directory)/router.info" }
  /// The process id; nil while it is stopped.
  var pid: pid_t? { state.withLock { $0.flatMap { $0.isRunning ? $0.pid : nil } } }

  /// Its hash; nil before its first start.
  var identity: RouterIdentity? {
    Files.bytes(routerInfoPath).flatMap(RouterIdentity.init(startOf:))
  }

  /// Whether router.info is there to its last byte; i2pd writes it in place.
  var hasWholeRouterInfo: Bool {
    guard let bytes = Files.bytes(routerInfoPath) else { return false }
    return (try? RouterInfo(bytes)) != nil
  }

  /// How long a router may take to write its files or to open its port.
  static let startTimeoutNanoseconds = 15 * Nanoseconds.perSecond
  /// How long a router may take to end; Debian's unit gives it 30 s.
  static let stopTimeoutNanoseconds = 30 * Nanoseconds.perSecond

  /// Starts the router; it must be stopped.
  func start() throws(LabError) {
    let settings = configuration.settings
    let options = SpawnOptions(
      core: number == 1 ? settings.coreOfFirst : settings.coreOfOthers,
      openDescriptorsMax: settings.openDescriptorsMax
    )
    let process = try namespace.spawn(
      configuration.arguments,
      label: "r\(number)",
      options: options
    )
    state.withLock { $0 = process }
  }

  /// Waits until the router listens on its ports.
  func waitUntilListening() throws(LabError) {
    try wait(for: "listen at \(endpoint)") { isListening }
  }

  /// Waits until the router has written `names`, not empty, into its directory.
  func waitForFiles(_ names: [String]) throws(LabError) {
    try wait(for: "write \(names.joined(separator: ", "))") {
      names.allSatisfy { (Files.size("\(directory)/\($0)") ?? 0) > 0 }
    }
  }

  /// Ends the router as systemd would: SIGTERM, and SIGKILL when it hangs.
  @discardableResult
  func stop() -> ProcessEnding? {
    end { $0.terminate(graceNanoseconds: Self.stopTimeoutNanoseconds) }
  }

  /// Ends the router at once, as a crash would.
  @discardableResult
  func kill() -> ProcessEnding? {
    end { $0.kill() }
  }

  /// Stops and starts the router, and waits until it listens again.
  func restart() throws(LabError) {
    stop()
    try start()
    try waitUntilListening()
  }

  /// What the router wrote to its log.
  func log(lastBytes limit: Int = 4_000) -> String {
    String(
      decoding: (Files.bytes(configuration.logPath) ?? []).suffix(limit),
      as: UTF8.self
    )
  }

  /// Whether it runs, or how it ended and what it said then.
  private var whereabouts: String {
    guard let process = state.withLock({ $0 }) else { return "was not started" }
    guard let ending = process.ending else { return "runs" }
    return "has ended (\(ending)) with \"\(process.output())\""
  }

  private func end(_ body: (LabProcess) -> ProcessEnding) -> ProcessEnding? {
    let process = state.withLock { process in
      defer { process = nil }
      return process
    }
    return process.map(body)
  }

  private func wait(for what: String, _ condition: () -> Bool) throws(LabError) {
    // Asked once a round: i2pd writes its files in place, so what is there may go for a moment.
    var isDone = false
    _ = Pause.until(timeoutNanoseconds: Self.startTimeoutNanoseconds) {
      isDone = condition()
      return isDone || pid == nil
    }
    guard isDone else {
      throw LabError(
        "router \(number) does not \(what), \(whereabouts); its log ends with:\n\(log())"
      )
    }
  }
}
