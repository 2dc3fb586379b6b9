internal import Kernel
internal import Synchronization
internal import Wire

/// A running stand-in for a Java router's SSU2 side on a host of the lab, with its files.
final class RunningJavaSSU2: Sendable {
  /// Its files, in Java I2P's layout.
  let directory: String
  /// Where it listens.
  let endpoint: Endpoint
  /// What an initiator must know of it.
  let facts: SSU2RouterFacts
  /// What it counts.
  let counters: JavaSSU2Counters
  private let stop = FloodStop()
  private let thread: Mutex<LabThread<Void>?>

  /// What the stand-in's thread tells the one that waits for it.
  private final class Start: Sendable {
    let outcome = Mutex<Result<(SSU2RouterFacts, JavaSSU2Counters), LabError>?>(nil)
  }

  /// Starts one that listens on the host's own address.
  init(
    on host: LabHost,
    port: UInt16 = 9_222,
    settings: JavaSSU2Settings = JavaSSU2Settings()
  ) throws(LabError) {
    let directory = "\(host.namespace.runDirectory)/java-ssu2-\(host.number)"
    let endpoint = Endpoint(address: host.address, port: port)
    try Files.makeDirectory(directory)
    let (start, stop) = (Start(), stop)
    let serving = try host.namespace.startThread {
      do {
        var standIn = try JavaSSU2Inbound.listening(
          at: endpoint,
          networkIdentifier: UInt8(RouterSettings.networkID),
          settings: settings,
          directory: directory
        )
        let facts = (standIn.facts, standIn.counters)
        start.outcome.withLock { $0 = .success(facts) }
        standIn.run(stop: stop)
      } catch {
        start.outcome.withLock { $0 = .failure(LabError.from(error)) }
      }
    }
    _ = Pause.until(timeoutNanoseconds: 5 * Nanoseconds.perSecond) {
      start.outcome.withLock { $0 != nil }
    }
    guard let outcome = start.outcome.withLock({ $0 }) else {
      throw LabError("the stand-in does not start")
    }
    (facts, counters) = try outcome.get()
    self.directory = directory
    self.endpoint = endpoint
    thread = Mutex(consume serving)
  }

  deinit {
    stop.raise()
  }

  /// Ends it and waits for its end.
  func close() {
    stop.raise()
    thread.withLock { $0.take()?.join() }
  }
}
