import Kernel
import Synchronization
import Wire

/// Honest peers and bots behind one address, as a carrier puts them there.
enum CarrierNATBench {
  /// How the bots look beside the honest peers.
  enum Stack: String, CaseIterable, Sendable {
    /// Their first packets differ.
    case other
    /// Nothing tells them apart but what they do.
    case same
  }

  /// What comes from one address.
  struct Scene: Sendable {
    /// Honest peers, each of whom shakes hands once.
    var peers = 200
    /// Over how long they come.
    var spreadNanoseconds = 10 * Nanoseconds.perSecond
    /// Bots, and how often each of them connects.
    var bots = 50
    var connectionsPerSecondOfABot = 10.0
    /// What the bots do.
    var kind = FloodKind.garbage
    /// How they look.
    var stack = Stack.other
  }

  /// The address that all of them share.
  static let address = SourceAddress(ipv4: 0x0b55_0101)
  /// Honest peers that come before the bots: a carrier's address is never new.
  private static let peersBefore = 8
  private static let patienceNanoseconds = 10 * Nanoseconds.perSecond
  private static let honestPercent = 99.0

  /// Measures all of it at a router and a gate of its own.
  static func run(_ settings: BenchSettings) throws -> [BenchLine] {
    var lines: [BenchLine] = []
    for kind in [FloodKind.garbage, .stratum, .silent] {
      for stack in Stack.allCases {
        let router = try BenchRouter(guardedWith: [:])
        defer { router.stop() }
        var scene = Scene()
        scene.kind = kind
        scene.stack = stack
        scene.spreadNanoseconds = UInt64(settings.floodSeconds * 1e9)
        let (tally, flood) = try play(scene, at: router.router, from: router.network.world)
        lines.append(
          BenchLine(
            name: "carrier-nat",
            value: tally.percent,
            unit: "% honest",
            bound: .valueAtLeast(honestPercent),
            note: "\(kind.rawValue), \(stack.rawValue) stack: \(tally.established) of "
              + "\(tally.tried) beside \(Int(flood.attemptsPerSecond)) connections/s of bots, "
              + "median \(Int(tally.medianMilliseconds ?? 0)) ms, the worst "
              + "\(Int(tally.worstMilliseconds)) ms"
          )
        )
      }
    }
    return lines
  }

  /// What became of the honest peers of a scene at `router`, all of it from `world`.
  static func play(
    _ scene: Scene,
    at router: LabRouter,
    from world: NetworkNamespace
  ) throws -> (HandshakeTally, FloodReport) {
    let facts = try RouterFacts.read(directory: router.directory)
    let target = router.endpoint
    var tally = try knock(peersBefore, every: 0, target, facts, from: world)
    let (stop, progress) = (FloodStop(), FloodProgress())
    let flood = flood(scene, target)
    let thread = LabThread { () -> Result<FloodReport, any Error> in
      Result { try world.run { try Flood.run(flood, stop: stop, progress: progress) } }
    }
    _ = Pause.until(timeoutNanoseconds: 5 * Nanoseconds.perSecond) { progress.attempted > 0 }
    let rest = scene.peers - peersBefore
    let outcome = Result {
      try knock(
        rest,
        every: scene.spreadNanoseconds / UInt64(max(rest, 1)),
        target,
        facts,
        from: world
      )
    }
    stop.raise()
    let report = try thread.join().get()
    tally = tally + (try outcome.get())
    return (tally, report)
  }

  private static func flood(_ scene: Scene, _ target: Endpoint) -> FloodSettings {
    var flood = FloodSettings(
      kind: scene.kind,
      target: target,
      sources: FloodSources(network: SourcePrefix(address, length: 32), count: 1),
      ratePerSecond: Double(scene.bots) * scene.connectionsPerSecondOfABot,
      durationNanoseconds: scene.spreadNanoseconds + patienceNanoseconds
    )
    flood.whenFull = .dropOldest
    flood.hasOtherStack = scene.stack == .other
    return flood
  }

  /// Lets `count` peers shake hands once each, from the one address, one each `interval`,
  /// two at a time at most.
  private static func knock(
    _ count: Int,
    every interval: UInt64,
    _ target: Endpoint,
    _ facts: RouterFacts,
    from world: NetworkNamespace
  ) throws -> HandshakeTally {
    let knocking = Knocking(count)
    let start = Clock.now
    let body: @Sendable () -> Void = {
      while let number = knocking.next() {
        let due = start.advanced(byNanoseconds: UInt64(number) * interval)
        Pause.nanoseconds(due.nanoseconds(since: Clock.now))
        var options = HandshakeOptions()
        options.patienceNanoseconds = patienceNanoseconds
        knocking.add(
          Initiator.handshake(to: target, from: address, router: facts, options: options)
        )
      }
    }
    let first = try world.startThread(body)
    let second = try world.startThread(body)
    first.join()
    second.join()
    return knocking.tally
  }

  /// Who is still to knock, and what became of the others.
  private final class Knocking: Sendable {
    private let left: Atomic<Int>
    private let count: Int
    private let tallies = Mutex(HandshakeTally())

    init(_ count: Int) {
      self.count = count
      left = Atomic(count)
    }

    /// The number of the next peer; nil after the last.
    func next() -> Int? {
      let left = left.wrappingSubtract(1, ordering: .relaxed).oldValue
      return left > 0 ? count - left : nil
    }

    func add(_ result: HandshakeResult) { tallies.withLock { $0.add(result) } }

    var tally: HandshakeTally { tallies.withLock { $0 } }
  }
}
