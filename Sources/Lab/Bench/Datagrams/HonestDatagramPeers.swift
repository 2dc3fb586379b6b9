import Dispatch
import Kernel
import Synchronization
import Wire

/// Newcomers that open SSU2 sessions at a steady pace, whether the router answers or not: every one
/// from an endpoint that was never seen, in the manners of both routers by turns, one of four of
/// them from a network that floods come from.
final class HonestDatagramPeers: Sendable {
  /// How newcomers behave.
  struct Plan: Sendable {
    /// Between the beginnings of two.
    var intervalNanoseconds = 200 * Nanoseconds.perMillisecond
    /// How long an attempt lasts; i2pd's own is the same, Java I2P's three times as long.
    var patienceNanoseconds = 5 * Nanoseconds.perSecond
    /// Attempts of a newcomer in i2pd's manner.
    var attemptsI2PD = 1
    /// Attempts of a newcomer in Java I2P's manner: a second Retry ends the first of them.
    var attemptsJava = 2
    /// Between two attempts of a newcomer.
    var pauseNanoseconds: UInt64 = 0

    /// Attempts of a newcomer.
    func attempts(_ manner: SSU2Manner) -> Int {
      switch manner {
      case .i2pd: attemptsI2PD
      case .java: attemptsJava
      }
    }
  }

  /// How those of one manner fared.
  struct Tally: Equatable, Sendable {
    /// Newcomers, and their times to the first data of the router, all attempts included.
    var sessions = HandshakeTally()
    /// Newcomers whose first attempt was enough.
    var atFirst = 0
    /// How the others ended, by the end's words.
    var failures: [String: Int] = [:]
  }

  /// How they fared in one phase.
  struct Tallies: Equatable, Sendable {
    /// Which phase.
    var phase = 0
    /// Those that behave as i2pd does.
    var i2pd = Tally()
    /// Those that behave as Java I2P does.
    var java = Tally()

    /// All of them.
    var all: HandshakeTally { i2pd.sessions + java.sessions }
  }

  /// Newcomers at a time; as many as patience and attempts allow.
  private static let newcomersMax = 64
  private static let firstSource: UInt32 = 0x0b51_0001
  /// Networks (/24) of the newcomers, each of one at a time.
  private static let networks: UInt32 = 11_000

  private let plan: Plan
  private let target: Endpoint
  private let router: SSU2RouterFacts
  private let state = Mutex(Tallies())
  private let isStopping = Atomic<Bool>(false)
  private let thread = Mutex<LabThread<Void>?>(nil)

  /// Starts them in `world`, against the router at `target`.
  init(
    in world: NetworkNamespace,
    to target: Endpoint,
    router: SSU2RouterFacts,
    plan: Plan = Plan()
  ) throws(LabError) {
    self.plan = plan
    self.target = target
    self.router = router
    try thread.withLock { thread throws(LabError) in
      thread = try world.startThread { [self] in keepPace() }
    }
  }

  /// Starts to count anew; who began before is not counted any more.
  func startPhase() {
    state.withLock { $0 = Tallies(phase: $0.phase + 1) }
  }

  /// How they have fared in this phase so far.
  var tallies: Tallies { state.withLock { $0 } }

  /// Lets no more begin, waits for those that have, and says how all of the phase fared.
  @discardableResult
  func stop() -> Tallies {
    isStopping.store(true, ordering: .relaxed)
    thread.withLock { $0.take()?.join() }
    return tallies
  }

  private func keepPace() {
    let free = DispatchSemaphore(value: Self.newcomersMax)
    var number: UInt32 = 0
    let start = Clock.now
    while !isStopping.load(ordering: .relaxed) {
      free.wait()
      let (source, manner) = newcomer(number)
      // A thread inherits the network namespace of the one that starts it.
      _ = LabThread { [self] in
        call(from: source, manner)
        free.signal()
      }
      number &+= 1
      let next = start.advanced(byNanoseconds: UInt64(number) &* plan.intervalNanoseconds)
      Pause.nanoseconds(next.nanoseconds(since: Clock.now))
    }
    // A semaphore may not go while it is lower than at its start; all have ended then.
    for _ in 0..<Self.newcomersMax { free.wait() }
    for _ in 0..<Self.newcomersMax { free.signal() }
  }

  private func newcomer(_ number: UInt32) -> (Endpoint, SSU2Manner) {
    let manner = SSU2Manner.allCases[Int(number) % SSU2Manner.allCases.count]
    // Ports differ, since few addresses of a flooding network are left to the honest.
    let port = UInt16(10_000 + number % 50_000)
    let isInside = number % 8 == 5 || number % 8 == 6
    let address =
      isInside
      ? BenchSources.insideFlood(number)
      : SourceAddress(ipv4: Self.firstSource &+ number % Self.networks &* 256)
    return (Endpoint(address: address, port: port), manner)
  }

  private func call(from source: Endpoint, _ manner: SSU2Manner) {
    let phase = tallies.phase
    let start = Clock.now
    var options = SSU2HandshakeOptions()
    options.manner = manner
    options.identity = SSU2Identity()
    options.patienceNanoseconds = plan.patienceNanoseconds
    var attempt = 1
    while true {
      let begun = Clock.now.nanoseconds(since: start)
      let result = SSU2Initiator.handshake(
        to: target,
        from: source,
        router: router,
        options: options
      )
      let established = result.establishedAfterNanoseconds.map { begun &+ $0 }
      let isIn = result.end == .established
      if isIn || attempt >= plan.attempts(manner) || isStopping.load(ordering: .relaxed) {
        return note(isIn ? established : nil, attempt, result.end.words, manner, phase: phase)
      }
      attempt += 1
      Pause.nanoseconds(plan.pauseNanoseconds)
    }
  }

  private func note(
    _ established: UInt64?,
    _ attempt: Int,
    _ end: String,
    _ manner: SSU2Manner,
    phase: Int
  ) {
    state.withLock { tallies in
      guard tallies.phase == phase else { return }
      switch manner {
      case .i2pd: tallies.i2pd.add(established, attempt, end)
      case .java: tallies.java.add(established, attempt, end)
      }
    }
  }
}

extension SSU2HandshakeEnd {
  /// In words for tables.
  fileprivate var words: String {
    switch self {
    case .established: "established"
    case .rejected(let reason, let stage): "rejection \(reason) (\(stage.rawValue))"
    case .secondRetry: "a second Retry"
    case .terminated(let reason): "termination \(reason)"
    case .silence(let stage): "silence (\(stage.rawValue))"
    case .refused: "nobody there"
    case .failed(let error, _): "\(error)"
    case .left: "leaving"
    }
  }
}

extension HonestDatagramPeers.Tally {
  /// Adds a newcomer that got its session after so many nanoseconds at its `attempt`, or that ended
  /// by `end`.
  mutating func add(_ established: UInt64?, _ attempt: Int, _ end: String) {
    sessions.add(establishedAfter: established)
    if established == nil {
      failures[end, default: 0] += 1
    } else if attempt == 1 {
      atFirst += 1
    }
  }

  /// `148/150 (120 at first)`, and how the others ended.
  var text: String {
    let ends = failures.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    return "\(sessions.established)/\(sessions.tried) (\(atFirst) at first)"
      + (ends.isEmpty ? "" : ", ended by " + ends.joined(separator: ", "))
  }
}

extension HonestDatagramPeers.Tallies {
  /// `i2pd manner 75/75 (75 at first); Java manner 75/75 (12 at first)`.
  var text: String { "i2pd manner \(i2pd.text); Java manner \(java.text)" }
}
