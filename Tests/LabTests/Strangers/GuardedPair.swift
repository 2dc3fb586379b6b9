import Kernel
import Synchronization
import Wire

@testable import Lab

/// Two routers of one kind in one network: the first is bare, the second guarded.
final class GuardedPair: Sendable {
  let topology: StarTopology
  /// Sees every packet that reaches the strangers.
  let tap: WireTap
  private let nextNumber = Atomic<UInt32>(1)

  /// A network with two hosts for routers.
  init() throws {
    topology = try StarTopology(hostCount: 2)
    tap = try WireTap(in: topology.world.namespace)
  }

  /// An end of a connection that nobody has used before, in a network of its own.
  func freshEnd() -> Endpoint {
    let (number, _) = nextNumber.add(1, ordering: .relaxed)
    // 1,031 is prime and more than a /24: neighbours in number share no network.
    return Endpoint(address: AddressPlan.worldSource(number &* 1_031), port: 20_000)
  }

  /// Ends everything.
  func close() {
    tap.stop()
    topology.remove()
  }
}

/// A real i2pd pair.
struct I2PDPair {
  let pair: GuardedPair
  let bare: LabRouter
  let guarded: LabRouter
  let gate: LabGate
  let bareFacts: RouterFacts
  let guardedFacts: RouterFacts

  /// Starts both routers, then the gate before the second.
  init() throws {
    let pair = try GuardedPair()
    let routers = try pair.topology.hosts.map { host in
      let router = try LabRouter(
        host: host,
        settings: RouterSettings(),
        isFloodfill: true,
        runDirectory: pair.topology.directory
      )
      try router.start()
      return router
    }
    for router in routers {
      try router.waitForFiles(["router.info", "ntcp2.keys"])
      try router.waitUntilListening()
    }
    (bare, guarded) = (routers[0], routers[1])
    gate = try LabGate(before: guarded)
    try gate.start()
    bareFacts = try RouterFacts.read(directory: bare.directory)
    guardedFacts = try RouterFacts.read(directory: guarded.directory)
    self.pair = pair
  }

  /// Ends everything.
  func close() {
    gate.kill()
    bare.kill()
    guarded.kill()
    pair.close()
  }
}

extension GuardedPair {
  /// A router of the pair.
  struct Target: Sendable {
    let endpoint: Endpoint
    let facts: RouterFacts
  }

  /// Sends all strangers to both routers at the same time; what they saw at the first, and at the
  /// second.
  func send(
    _ strangers: [Stranger],
    toBare bare: Target,
    andGuarded guarded: Target,
    times: CloseTimes,
    patienceNanoseconds: UInt64
  ) throws -> (bare: [Experience], guarded: [Experience]) {
    let thread = LabThread {
      let seen = try? self.send(
        strangers,
        to: bare,
        times: times,
        patienceNanoseconds: patienceNanoseconds
      )
      return seen ?? []
    }
    let second = try send(
      strangers,
      to: guarded,
      times: times,
      patienceNanoseconds: patienceNanoseconds
    )
    return (thread.join(), second)
  }
}

/// What strangers saw at one router.
struct Experience: Sendable {
  let sighting: Sighting
  let closeDelayNanoseconds: UInt64?
}

extension GuardedPair {
  /// Sends all strangers to one router at the same time and says what each of them saw, in order.
  func send(
    _ strangers: [Stranger],
    to target: Target,
    times: CloseTimes,
    patienceNanoseconds: UInt64
  ) throws -> [Experience] {
    let visits = Mutex<[Visit?]>(Array(repeating: nil, count: strangers.count))
    var threads: [Joinable] = []
    for (index, stranger) in strangers.enumerated() {
      let (local, other) = (freshEnd(), freshEnd())
      let thread = try topology.world.namespace.startThread {
        let visit = stranger.visit(
          target.endpoint,
          router: target.facts,
          from: local,
          companionAddress: other.address,
          patienceNanoseconds: patienceNanoseconds
        )
        visits.withLock { $0[index] = visit }
      }
      threads.append(Joinable(thread))
    }
    for thread in threads { thread.join() }
    // What is on the wire is read a moment later.
    Pause.nanoseconds(200 * Nanoseconds.perMillisecond)
    return visits.withLock { $0 }.map { visit in
      guard let visit else { return Experience(sighting: Sighting(), closeDelayNanoseconds: nil) }
      let seen = Sighting.read(visit, tap.packets(to: visit.local), times: times)
      return Experience(sighting: seen.sighting, closeDelayNanoseconds: seen.closeDelayNanoseconds)
    }
  }
}

/// A thread in a list.
final class Joinable: Sendable {
  private let thread: Mutex<LabThread<Void>?>

  init(_ thread: consuming LabThread<Void>) {
    self.thread = Mutex(thread)
  }

  /// Waits for it, once.
  func join() {
    if let thread = thread.withLock({ $0.take() }) { thread.join() }
  }
}
