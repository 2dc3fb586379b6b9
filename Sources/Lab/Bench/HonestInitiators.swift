import Kernel
import Synchronization
import Wire

/// Honest initiators that knock at a router at a steady pace, and what became of them.
final class HonestInitiators: Sendable {
  /// Where an initiator comes from.
  enum Origin: String, CaseIterable, Sendable {
    /// Always the same address.
    case returning
    /// An address never seen, far from a flood.
    case outside
    /// An address never seen, in a network (/24) that a flood comes from.
    case inside
  }

  /// How often one of them knocks: each waits for the one before it.
  static let intervalNanoseconds = 200 * Nanoseconds.perMillisecond
  private static let patienceNanoseconds = 5 * Nanoseconds.perSecond

  private let isStopping = Atomic<Bool>(false)
  private let tallies = Mutex<[Origin: HandshakeTally]>([:])
  private let serial: Serial
  private let thread = Mutex<LabThread<Void>?>(nil)

  /// Numbers for addresses that no initiator of a run has used before.
  final class Serial: Sendable {
    private let next = Atomic<UInt32>(0)

    /// Another number.
    func take() -> UInt32 { next.wrappingAdd(1, ordering: .relaxed).oldValue }
  }

  /// Starts to knock at `router` from `world`.
  init(at router: LabRouter, from world: NetworkNamespace, _ serial: Serial) throws {
    self.serial = serial
    let facts = try RouterFacts.read(directory: router.directory)
    let target = router.endpoint
    try thread.withLock { thread throws(LabError) in
      thread = try world.startThread { [self] in knockUntilStopped(target, facts) }
    }
  }

  /// Ends the knocking; what became of all.
  func stop() -> HonestTallies {
    isStopping.store(true, ordering: .relaxed)
    thread.withLock { $0.take()?.join() }
    return tallies.withLock { $0 }
  }

  private func knockUntilStopped(_ target: Endpoint, _ facts: RouterFacts) {
    var turn = 0
    while !isStopping.load(ordering: .relaxed) {
      let start = Clock.now
      knock(Origin.allCases[turn % Origin.allCases.count], target, facts)
      turn += 1
      let used = Clock.now.nanoseconds(since: start)
      if used < Self.intervalNanoseconds { Pause.nanoseconds(Self.intervalNanoseconds - used) }
    }
  }

  private func knock(_ origin: Origin, _ target: Endpoint, _ facts: RouterFacts) {
    var options = HandshakeOptions()
    options.patienceNanoseconds = Self.patienceNanoseconds
    let result = Initiator.handshake(
      to: target,
      from: address(origin),
      router: facts,
      options: options
    )
    tallies.withLock { $0[origin, default: HandshakeTally()].add(result) }
  }

  /// 11.80.0.5; 11.81.0.0 and on, a network for each; what the flood leaves out of its networks.
  private func address(_ origin: Origin) -> SourceAddress {
    switch origin {
    case .returning: return SourceAddress(ipv4: 0x0b50_0005)
    case .outside: return SourceAddress(ipv4: 0x0b51_0001 &+ serial.take() &* 256)
    case .inside: return BenchSources.insideFlood(serial.take())
    }
  }
}

/// What became of the initiators of each origin.
typealias HonestTallies = [HonestInitiators.Origin: HandshakeTally]

extension HonestTallies {
  /// All origins together.
  var all: HandshakeTally { values.reduce(HandshakeTally(), +) }

  /// `returning 4/4, outside 4/4, inside 4/4`.
  var text: String {
    HonestInitiators.Origin.allCases.map { origin in
      let tally = self[origin] ?? HandshakeTally()
      return "\(origin.rawValue) \(tally.established)/\(tally.tried)"
    }.joined(separator: ", ")
  }
}

extension HandshakeTally {
  /// The share that was accepted, in percent; of none, zero.
  var percent: Double { 100 * Double(established) / Double(max(tried, 1)) }
  /// The middle of the times to the router's first frame; nil without any.
  var medianMilliseconds: Double? { medianNanoseconds.map { Double($0) / 1e6 } }
  /// The longest of them; zero without any.
  var worstMilliseconds: Double { Double(worstNanoseconds ?? 0) / 1e6 }
}
