import Kernel
import Synchronization
import Wire

@testable import Lab

/// A running stand-in for a Java router on a host of the lab, with its files.
final class StandInHost: Sendable {
  /// Its files, in Java I2P's layout.
  let directory: String
  let endpoint: Endpoint
  let facts: RouterFacts
  let counters: JavaInboundCounters
  private let stop = FloodStop()
  private let host: LabHost
  private let thread = Mutex<Joinable?>(nil)

  /// What the stand-in's thread tells the one that waits for it.
  private final class Start: Sendable {
    let outcome = Mutex<Result<(RouterFacts, JavaInboundCounters), LabError>?>(nil)
  }

  /// Starts one that listens on the host's own address.
  init(on host: LabHost) throws {
    let directory = "\(host.namespace.runDirectory)/java-\(host.number)"
    let endpoint = Endpoint(address: host.address, port: 9_111)
    try Files.makeDirectory(directory)
    let (start, stop) = (Start(), stop)
    let serving = try host.namespace.startThread {
      do {
        var standIn = try JavaInboundLimiter.listening(
          at: endpoint,
          networkIdentifier: 99,
          directory: directory
        )
        let facts = (standIn.facts, standIn.counters)
        start.outcome.withLock { $0 = .success(facts) }
        standIn.run(stop: stop)
      } catch {
        start.outcome.withLock { $0 = .failure(LabError.from(error)) }
      }
    }
    let thread = Joinable(serving)
    self.thread.withLock { $0 = thread }
    _ = Pause.until(timeoutNanoseconds: 5 * Nanoseconds.perSecond) {
      start.outcome.withLock { $0 != nil }
    }
    guard let outcome = start.outcome.withLock({ $0 }) else {
      throw LabError("the stand-in does not start")
    }
    (facts, counters) = try outcome.get()
    self.host = host
    self.directory = directory
    self.endpoint = endpoint
  }

  /// A gate before it, not started.
  func gate(_ settings: LabGateSettings) throws -> LabGate {
    try LabGate(
      before: GuardedRouter(
        kind: .java,
        directory: directory,
        endpoint: endpoint,
        namespace: host.namespace
      ),
      settings: settings,
      directory: "\(host.namespace.runDirectory)/gate-\(SerialNumber.next())"
    )
  }

  /// Ends it.
  func close() {
    stop.raise()
    thread.withLock { $0.take() }?.join()
  }
}

/// A pair of stand-ins: the first bare, the second guarded.
struct GuardedStandIn {
  let pair: GuardedPair
  let bare: StandInHost
  let guarded: StandInHost
  let gate: LabGate

  /// Starts both, and the gate before the second.
  init() throws {
    pair = try GuardedPair()
    bare = try StandInHost(on: pair.topology.hosts[0])
    guarded = try StandInHost(on: pair.topology.hosts[1])
    gate = try guarded.gate(LabGateSettings())
    try gate.start()
  }

  /// Ends everything.
  func close() {
    gate.kill()
    bare.close()
    guarded.close()
    pair.close()
  }
}
