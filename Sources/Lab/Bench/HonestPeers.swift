import Kernel
import Synchronization
import Wire

/// Honest initiators that knock at a router at a steady pace, and what became of them.
final class HonestPeers: Sendable {
  /// Where an initiator comes from.
  enum Origin: String, CaseIterable, Sendable {
    /// Always the same address.
    case returning
    /// An address never seen, far from a flood.
    case outside
    /// An address never seen, in a network (/24) that a flood comes from.
    case inside
  }

  /// What became of the initiators of one origin, or of all.
  struct Tally: Equatable, Sendable {
    var tried = 0
    var established = 0
    var milliseconds: [Double] = []

    /// `12/12`.
    var text: String { "\(established)/\(tried)" }
    /// The middle of the times to the router's first frame.
    var median: Double? { milliseconds.isEmpty ? nil : Median.of(milliseconds) }
    /// The longest of them.
    var worst: Double? { milliseconds.max() }

    static func + (left: Tally, right: Tally) -> Tally {
      Tally(
        tried: left.tried + right.tried,
        established: left.established + right.established,
        milliseconds: left.milliseconds + right.milliseconds
      )
    }
  }

  /// How often one of them knocks: each waits for the one before it.
  static let intervalNanoseconds = 200 * Nanoseconds.perMillisecond
  private static let patienceNanoseconds = 5 * Nanoseconds.perSecond

  private let isStopping = Atomic<Bool>(false)
  private let tallies = Mutex<[Origin: Tally]>([:])
  private let serial: Serial
  private let thread = Mutex<LabThread?>(nil)

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
  func stop() -> [Origin: Tally] {
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
    tallies.withLock { tallies in
      tallies[origin, default: Tally()].tried += 1
      guard let time = result.establishedAfterNanoseconds else { return }
      tallies[origin, default: Tally()].established += 1
      tallies[origin, default: Tally()].milliseconds.append(Double(time) / 1e6)
    }
  }

  /// 11.80.0.5; 11.81.0.0 and on, a network for each; the unused end of the flood's last network.
  private func address(_ origin: Origin) -> SourceAddress {
    switch origin {
    case .returning: return SourceAddress(ipv4: 0x0b50_0005)
    case .outside: return SourceAddress(ipv4: 0x0b51_0001 &+ serial.take() &* 256)
    case .inside:
      let floodEnd = 0x0b40_0000 + UInt32(BenchSources.floodCount)
      let unused = 255 - floodEnd % 256
      return SourceAddress(ipv4: floodEnd &+ 1 &+ serial.take() % max(unused - 1, 1))
    }
  }
}

extension [HonestPeers.Origin: HonestPeers.Tally] {
  /// All origins together.
  var all: HonestPeers.Tally { values.reduce(HonestPeers.Tally(), +) }

  /// `returning 4/4, outside 4/4, inside 4/4`.
  var text: String {
    HonestPeers.Origin.allCases.map { "\($0.rawValue) \(self[$0]?.text ?? "0/0")" }
      .joined(separator: ", ")
  }
}
