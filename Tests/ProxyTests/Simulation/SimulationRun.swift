import Filter
import Kernel
import Telemetry
import Wire

@testable import Proxy

/// The real shard in a made-up world, watched turn by turn.
final class SimulationRun {
  let world: SimulatedWorld
  let router: SimulatedRouter
  var shard: Shard<SimulatedNetwork>
  let board = CounterBoard(layout: ShardHandle.layout)
  let matches = MatchBoard(placeCount: MatchPlaces.count)
  let mailbox = PolicyMailbox<Policy>()
  let control = ShardControl()
  let people = PolicyMailbox<PeopleList>()
  let busy = BusySourcesOwner()
  /// What is known of sources from before.
  let standings = StandingTableOwner(capacity: 1_024)
  private let outcomes: EndpointRingReader
  private(set) var peers: [SimulatedPeer] = []
  /// The most handshakes that any policy so far has allowed.
  private var handshakeBound: Int
  private var longestWaitNanoseconds: UInt64
  private var longestDialNanoseconds: UInt64
  private(set) var isRunning = true

  init(
    seed: UInt64,
    kind: RouterKind = .i2pd,
    limits: LimitSettings,
    destination: Destination = .fixed(TestRouter.endpoint),
    known: [SourceAddress] = [],
    rules: RuleBook = RuleBook(),
    refusedFlights: FlightRing? = nil
  ) throws {
    let outcomeRing = EndpointRing()
    outcomes = outcomeRing.makeReader()
    world = SimulatedWorld(seed: seed)
    router = SimulatedRouter(world)
    handshakeBound = Int(limits.handshakesInFlight)
    longestWaitNanoseconds = limits.admissionWaitNanoseconds
    longestDialNanoseconds = limits.dialTimeoutNanoseconds
    let instruments = ShardInstruments(
      counters: board.makeWriter(),
      events: EventRing().makeWriter(),
      mailbox: mailbox,
      control: control,
      people: people,
      busy: busy.sources
    )
    shard = Shard(
      network: SimulatedNetwork(world: world),
      policy: try TestRouter.policy(
        kind,
        limits: limits,
        destination: destination,
        rules: rules,
        refusedFlights: refusedFlights
      ),
      instruments: instruments,
      outcomes: outcomeRing.makeWriter(),
      matches: matches.makeWriter(),
      tables: SharedTables(standings: standings.table),
      seed: seed
    )
    var book = standings.makeWriter()
    for source in known {
      book.note(
        .passed(.handshake),
        of: source,
        StandingLifetimes(),
        now: Instant(nanoseconds: world.now)
      )
    }
  }

  /// What the shard told of peers since this was last asked.
  func takeOutcomes() -> [(source: SourceAddress, outcome: SourceOutcome?)] {
    var taken: [(SourceAddress, SourceOutcome?)] = []
    while let (endpoint, code, _) = outcomes.next() {
      taken.append((endpoint.address, SourceOutcome(code: code)))
    }
    return taken
  }

  /// An address in a network of its own.
  static func address(_ number: Int) -> SourceAddress {
    SourceAddress(ipv4: 0x0a00_0007 + UInt32(number) << 8)
  }

  /// So many seconds in nanoseconds.
  static func seconds(_ count: UInt64) -> UInt64 { count * Nanoseconds.perSecond }

  // MARK: What happens

  /// A peer connects after a while.
  @discardableResult
  func connect(
    _ manner: PeerManner,
    from address: SourceAddress,
    afterNanoseconds delay: UInt64,
    bulkBytes: Int = 2_000
  ) -> SimulatedPeer {
    let source = Endpoint(address: address, port: UInt16(1_024 + peers.count % 60_000))
    let link = SimulatedLink(world, remote: source, isConnecting: false)
    let wallSeconds = TestRouter.wallStart + (world.now + delay) / Nanoseconds.perSecond
    let peer = SimulatedPeer(manner, link, wallSeconds: wallSeconds, bulkBytes: bulkBytes)
    peers.append(peer)
    router.expect(peer)
    world.after(delay) { [unowned self] in
      guard !world.backlogs.isEmpty else { return }
      let isGone = manner != .honest && world.random.happens(5)
      let listener = world.random.number(0...(world.backlogs.count - 1))
      world.backlogs[listener].append(SimulatedWorld.Arrival(link: link, isGone: isGone))
      peer.start()
    }
    return peer
  }

  /// The policy is replaced after a while.
  func reload(
    _ limits: LimitSettings,
    kind: RouterKind = .i2pd,
    proves: Bool = true,
    afterNanoseconds delay: UInt64
  ) throws {
    let policy = PolicyBox(try TestRouter.policy(kind, limits: limits, proves: proves))
    world.after(delay) { [unowned self] in
      handshakeBound = max(handshakeBound, Int(limits.handshakesInFlight))
      longestWaitNanoseconds = max(longestWaitNanoseconds, limits.admissionWaitNanoseconds)
      longestDialNanoseconds = max(longestDialNanoseconds, limits.dialTimeoutNanoseconds)
      if !proves { router.isProven = false }
      // The control thread frees what was given back.
      mailbox.tidy()
      mailbox.put(policy.take())
      world.isWakeRaised = true
    }
  }

  // MARK: Turns

  /// Turns until nothing is left to happen and nobody is held, or the time is over, or something is
  /// wrong; what is wrong.
  func run(atMostSeconds seconds: UInt64) -> String? {
    let end = world.now + seconds * Nanoseconds.perSecond
    while isRunning, world.complaint == nil, world.now < end {
      turn()
      if world.isQuiet, shard.strangers.count == 0, shard.sessions.count == 0 { break }
    }
    return world.complaint
  }

  /// One turn, and a look at everything that must hold after it.
  func turn() {
    isRunning = shard.turn()
    router.checkTurn()
    checkNumbers()
    checkDeadlines()
    checkCounters()
  }

  /// Plays a scenario to its end and reports what was wrong with it, or is left of it when the
  /// shard has gone.
  static func judge(
    _ seed: UInt64,
    _ scenario: () throws -> (run: SimulationRun, complaint: String?)
  ) rethrows {
    let (world, complaint) = try play(scenario)
    Seeds.report(complaint ?? world.leftovers, seed: seed)
  }

  /// A frame of its own: the run ends with it.
  @inline(never)
  private static func play(
    _ scenario: () throws -> (run: SimulationRun, complaint: String?)
  ) rethrows -> (SimulatedWorld, String?) {
    let (run, complaint) = try scenario()
    run.router.forget()
    return (run.world, complaint ?? run.complaintAtTheEnd())
  }

  private func complaintAtTheEnd() -> String? {
    if isRunning {
      if shard.strangers.count > 0 { world.complain("strangers are stuck") }
      if shard.sessions.count > 0 { world.complain("sessions are stuck: \(stuck())") }
      if shard.admission.handshakesInFlight > 0 { world.complain("a place is never given back") }
    }
    if world.idleTurns > 0 { world.complain("\(world.idleTurns) turns neither waited nor worked") }
    return world.complaint
  }

  private func checkNumbers() {
    let held = shard.strangers.count
    let open = shard.sessions.count
    if shard.strangerTimers.count != held { world.complain("strangers without a deadline") }
    if shard.sessionTimers.count != open { world.complain("sessions without a deadline") }
    let queued = (0..<StrangerQueue.count).reduce(0) { $0 + shard.strangerQueues.count($1) }
    if queued != held { world.complain("\(held) strangers, \(queued) in queues") }
    if world.openSockets != held + 2 * open {
      world.complain("\(world.openSockets) sockets for \(held) strangers, \(open) sessions")
    }
    let inFlight = usedSessions().count { shard.sessions[$0].isInFlight }
    if inFlight != shard.admission.handshakesInFlight || inFlight > handshakeBound {
      world.complain("\(inFlight) in flight, \(shard.admission.handshakesInFlight) counted")
    }
  }

  /// Nobody is there longer than a deadline and one tick; the made-up turns are short.
  private func checkDeadlines() {
    let tick = TimerWheel.tickNanoseconds + 5 * Nanoseconds.perMillisecond
    let now = Instant(nanoseconds: world.now)
    for slot in usedStrangers() {
      let age = now.nanoseconds(since: shard.strangers[slot].acceptedAt)
      if age > 60 * Nanoseconds.perSecond { world.complain("a stranger is held for \(age) ns") }
      guard case .waiting = shard.strangers[slot].stage else { continue }
      let wait = now.nanoseconds(since: shard.strangers[slot].provenAt)
      if wait > longestWaitNanoseconds + longestDialNanoseconds + 2 * tick {
        world.complain("a proven peer waits for \(wait) ns")
      }
    }
    for slot in usedSessions() {
      let since = now.nanoseconds(since: shard.sessions[slot].steppedAt)
      guard case .dialling = shard.sessions[slot].stage, since > longestDialNanoseconds + tick
      else { continue }
      world.complain("a dial takes \(since) ns")
    }
  }

  private func checkCounters() {
    let numbers = board.snapshot()
    func sum(_ verdict: Verdict) -> UInt64 {
      Reason.allCases.reduce(0) {
        $0 + numbers.count(verdict: Int(verdict.rawValue), reason: Int($1.rawValue))
      }
    }
    let undecided = shard.strangers.count - shard.strangerQueues.count(StrangerQueue.mimicking)
    var dialling = 0
    var handshaking = 0
    for slot in usedSessions() {
      switch shard.sessions[slot].stage {
      case .dialling: dialling += 1
      case .handshaking(let follower): handshaking += follower.isJudged ? 0 : 1
      case .open: break
      }
    }
    let accounted = sum(.refuse) + sum(.admit) + UInt64(undecided + dialling)
    if numbers[.accepted] != accounted {
      world.complain("\(numbers[.accepted]) accepted, \(accounted) accounted for")
    }
    if sum(.admit) != sum(.fail) + sum(.complete) + UInt64(handshaking) {
      world.complain("\(sum(.admit)) admitted, \(sum(.fail)) failed, \(sum(.complete)) completed")
    }
  }

  /// How often each verdict was given for each reason.
  var verdicts: String {
    let numbers = board.snapshot()
    var words: [String] = []
    for verdict in Verdict.allCases {
      for reason in Reason.allCases {
        let count = numbers.count(verdict: Int(verdict.rawValue), reason: Int(reason.rawValue))
        if count > 0 { words.append("\(verdict) \(reason) \(count)") }
      }
    }
    return words.joined(separator: ", ")
  }

  private func usedStrangers() -> [UInt32] {
    (0..<UInt32(shard.strangers.capacity)).filter {
      shard.strangers.holds($0, generation: shard.strangers.generation($0) & Token.generationMask)
    }
  }

  private func usedSessions() -> [UInt32] {
    (0..<UInt32(shard.sessions.capacity)).filter {
      shard.sessions.holds($0, generation: shard.sessions.generation($0) & Token.generationMask)
    }
  }

  private func stuck() -> String {
    usedSessions().map { "\(shard.sessions[$0].stage)" }.joined(separator: ", ")
  }
}

/// Carries a policy into a closure.
private final class PolicyBox {
  private var policy: Policy?

  init(_ policy: consuming Policy) {
    self.policy = consume policy
  }

  func take() -> Policy {
    guard let policy = policy.take() else { preconditionFailure("taken twice") }
    return policy
  }
}
