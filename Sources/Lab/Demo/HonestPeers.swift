import Dispatch
import Synchronization
import Wire

/// Honest peers that shake hands with a router at a steady pace, whether it answers or not: some
/// that always come from the same addresses, and some whose every address was never seen before.
///
/// They live in the namespace of the world and end soon after nobody holds this any more.
final class HonestPeers: Sendable {
  /// Where handshakes come from.
  enum Origin: Sendable {
    /// A few addresses in turn.
    case known
    /// An address that was never used before.
    case new
  }

  /// How they fared in one phase.
  struct Tallies: Equatable, Sendable {
    /// Which phase.
    var phase = 0
    /// The peers with the same addresses.
    var known = HandshakeTally()
    /// The peers with new addresses.
    var new = HandshakeTally()
  }

  /// Between the beginnings of two handshakes of one origin.
  private static let pauseNanoseconds = 200 * Nanoseconds.perMillisecond
  /// Addresses used in turn: an address is free again after more than the patience of its peer.
  private static let knownSources: UInt32 = 16
  /// Handshakes of one origin at a time; as many as the patience allows.
  private static let handshakesMax = 16
  /// A peer that waits longer than this for anything counts as turned away.
  private static let patienceNanoseconds = 3 * Nanoseconds.perSecond
  /// Far from the addresses of any flood.
  private static let firstKnownSource: UInt32 = 3_000_000
  /// New addresses start here, each in a /24 of its own.
  private static let firstNewSource: UInt32 = 1_500_000
  private static let newSourceStride: UInt32 = 257

  private let shared = Shared()

  /// What the threads share with their owner.
  private final class Shared: Sendable {
    let tallies = Mutex(Tallies())
    let isStopping = Atomic<Bool>(false)
  }

  /// Starts both peers in `world`, against the router at `target`.
  init(in world: NetworkNamespace, to target: Endpoint, router: RouterFacts) throws(LabError) {
    let shared = shared
    for origin in [Origin.known, .new] {
      // Nobody joins: a handshake in progress ends by its own patience.
      _ = try world.startThread {
        Self.keepPace(origin, to: target, router: router, shared)
      }
    }
  }

  deinit {
    shared.isStopping.store(true, ordering: .relaxed)
  }

  /// Starts to count anew; what began before is not counted any more.
  func startPhase() {
    shared.tallies.withLock { $0 = Tallies(phase: $0.phase + 1) }
  }

  /// How they have fared in this phase.
  var tallies: Tallies { shared.tallies.withLock { $0 } }

  private static func keepPace(
    _ origin: Origin,
    to target: Endpoint,
    router: RouterFacts,
    _ shared: Shared
  ) {
    let free = DispatchSemaphore(value: handshakesMax)
    var number: UInt32 = 0
    while !shared.isStopping.load(ordering: .relaxed) {
      free.wait()
      let source = source(origin, number)
      // A thread inherits the network namespace of the one that starts it.
      _ = LabThread {
        shakeHands(origin, from: source, to: target, router: router, shared)
        free.signal()
      }
      number &+= 1
      Pause.nanoseconds(pauseNanoseconds)
    }
    // A semaphore may not go while it is lower than at its start.
    for _ in 0..<handshakesMax { free.wait() }
    for _ in 0..<handshakesMax { free.signal() }
  }

  private static func source(_ origin: Origin, _ number: UInt32) -> SourceAddress {
    switch origin {
    case .known: AddressPlan.worldSource(firstKnownSource + number % knownSources)
    case .new: AddressPlan.worldSource(firstNewSource &+ number &* newSourceStride)
    }
  }

  private static func shakeHands(
    _ origin: Origin,
    from source: SourceAddress,
    to target: Endpoint,
    router: RouterFacts,
    _ shared: Shared
  ) {
    var options = HandshakeOptions()
    options.patienceNanoseconds = patienceNanoseconds
    let phase = shared.tallies.withLock { $0.phase }
    let result = Initiator.handshake(to: target, from: source, router: router, options: options)
    shared.tallies.withLock { tallies in
      guard tallies.phase == phase else { return }
      switch origin {
      case .known: tallies.known.add(result)
      case .new: tallies.new.add(result)
      }
    }
  }
}
