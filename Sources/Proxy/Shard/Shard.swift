internal import Filter
internal import Kernel
internal import Telemetry
internal import Wire

/// One thread's share of the gate: accepts, limits, looks, proves, admits and relays.
///
/// Comes in: events of the network, and a policy through the mailbox. Goes out: connections to the
/// router, counters. Shares nothing with other shards. The rooms are its extensions, in the order
/// in which a connection passes them: `Shard+Accept`, `+Look`, `+Prove`, `+Admit`, `+Handshake`,
/// `+Relay`; those who are refused go to `+Mimic`.
@safe
struct Shard<World: Network & ~Copyable>: ~Copyable {
  var network: World
  var policy: Policy
  /// What people said, replaced apart from the policy.
  var people = PeopleList()
  var judge: Judge
  var admission: Admission
  var mimicry: Mimicry

  var strangers: SlotPool<Stranger<World.Socket>>
  var strangerQueues: SlotQueues
  var strangerTimers: TimerWheel
  var sessions: SlotPool<Session<World.Socket, World.Overflow>>
  var sessionQueues: SlotQueues
  /// One queue: sessions with more to move than one turn allows, whatever queue they stand in else.
  var busySessions: SlotQueues
  var sessionTimers: TimerWheel
  var overflows: OverflowStock<World>

  let counters: CounterWriter
  let matches: MatchWriter
  let events: EventRingWriter
  let outcomes: EndpointRingWriter
  let mailbox: PolicyMailbox<Policy>
  let control: ShardControl
  let peopleMailbox: PolicyMailbox<PeopleList>
  let busy: BusySources?
  let desk: QuestionDesk
  /// Where bytes lie while they are looked at or copied: one for all connections.
  let buffer: UnsafeMutableRawPointer

  var now: Instant
  var wallSeconds: UInt64
  var acceptsAgainAt: Instant?
  var descriptorsToldAgainAt: Instant
  /// Whether the last turn left deadlines for the next one.
  var hasLateDeadlines = false
  /// Whether the router takes connections.
  var reach: RouterReach
  /// Sessions whose connection to the router is being set up.
  var dialled = 0
  var isDraining = false

  /// A shard that has everything it will ever need.
  init(
    network: consuming World,
    policy: consuming Policy,
    instruments: consuming ShardInstruments<Policy>,
    outcomes: consuming EndpointRingWriter = EndpointRing().makeWriter(),
    matches: consuming MatchWriter = MatchBoard(placeCount: MatchPlaces.count).makeWriter(),
    tables: SharedTables = SharedTables(),
    desk: QuestionDesk = QuestionDesk(),
    seed: UInt64
  ) {
    let settings = policy.law.limits
    let start = network.now
    now = start
    wallSeconds = network.wallSeconds
    reach = RouterReach(now: start)
    descriptorsToldAgainAt = start
    self.network = network
    judge = Judge(policy.law, tables: tables, now: start)
    let facts = policy.law.handshake.facts
    admission = Admission(
      kind: facts.kind,
      inFlightMaximum: settings.handshakesInFlight
    )
    mimicry = Mimicry(
      kind: facts.kind,
      version: facts.version,
      seed: seed,
      now: start
    )
    let strangerCount = Int(settings.heldStrangers)
    strangers = SlotPool(capacity: strangerCount)
    strangerQueues = SlotQueues(queueCount: StrangerQueue.count, capacity: strangerCount)
    strangerTimers = TimerWheel(capacity: strangerCount, now: start)
    let sessionCount = Int(settings.openSessions)
    sessions = SlotPool(capacity: sessionCount)
    sessionQueues = SlotQueues(queueCount: SessionQueue.count, capacity: sessionCount)
    busySessions = SlotQueues(queueCount: 1, capacity: sessionCount)
    sessionTimers = TimerWheel(capacity: sessionCount, now: start)
    overflows = OverflowStock(
      capacity: ShardBounds.overflows,
      spareCapacity: ShardBounds.spareOverflows
    )
    unsafe buffer = .allocate(byteCount: ShardBounds.bufferBytes, alignment: 4_096)
    self.policy = policy
    mailbox = instruments.mailbox
    control = instruments.control
    peopleMailbox = instruments.people
    busy = instruments.busy
    counters = instruments.counters
    self.matches = matches
    self.desk = desk
    events = instruments.events
    self.outcomes = outcomes
  }

  deinit {
    unsafe buffer.deallocate()
  }

  /// Turns until it is told to stop and all sessions have ended, or it is told to stop at once.
  mutating func run() {
    while turn() {}
  }

  /// One turn of the loop: waits for events, handles them, meets deadlines; whether to go on.
  mutating func turn() -> Bool {
    let count = network.wait(timeoutMilliseconds: waitMilliseconds())
    now = network.now
    wallSeconds = network.wallSeconds
    control.beat()
    takePolicy()
    answerQuestion()
    for index in 0..<count {
      handle(network.event(index))
    }
    meetDeadlines()
    serveBusySessions()
    endClosedSessions()
    proveDeferred()
    admitWaiting()
    showGauges()
    return goesOn()
  }

  private mutating func handle(_ event: Event) {
    let token = Token(rawValue: event.token)
    switch token.kind {
    case .listener: acceptAll(Int(token.slot))
    case .wake: network.acknowledgeWake()
    case .stranger:
      guard strangers.holds(token.slot, generation: token.generation) else { return countStale() }
      strangerIsReady(token.slot, event.readiness)
    case .sessionPeer:
      guard sessions.holds(token.slot, generation: token.generation) else { return countStale() }
      peerIsReady(token.slot, event.readiness)
    case .sessionRouter:
      guard sessions.holds(token.slot, generation: token.generation) else { return countStale() }
      routerIsReady(token.slot, event.readiness)
    case .flow, nil: preconditionFailure("an event with a token of nobody")
    }
  }

  private func countStale() {
    counters.add(1, to: .staleEvents)
  }

  private mutating func takePolicy() {
    if let newer = peopleMailbox.take() { people = newer }
    guard var newer = mailbox.take() else { return }
    let old = policy.law.handshake.facts
    let facts = newer.law.handshake.facts
    judge.reload(newer.law)
    if facts.kind != old.kind || facts.version != old.version {
      mimicry = Mimicry(kind: facts.kind, version: facts.version, seed: mimicry.seed(), now: now)
    }
    admission.reload(kind: facts.kind, inFlightMaximum: newer.law.limits.handshakesInFlight)
    swap(&policy, &newer)
    mailbox.giveBack(newer)
  }

  private mutating func goesOn() -> Bool {
    switch control.wish {
    case .run: return true
    case .stop: return false
    case .drain:
      if !isDraining {
        isDraining = true
        network.stopListening()
      }
      return sessions.count > 0
    }
  }

  /// No wait while there is work that no event announces.
  private func waitMilliseconds() -> Int32 {
    let hasDeferred =
      strangerQueues.count(StrangerQueue.deferred(.crowded)) > 0
      || strangerQueues.count(StrangerQueue.deferred(.failing)) > 0
    if hasDeferred || hasLateDeadlines || busySessions.count(0) > 0 { return 0 }
    if sessionQueues.count(SessionQueue.ending) > 0 { return 1 }
    let ticking = strangerTimers.count > 0 || sessionTimers.count > 0 || acceptsAgainAt != nil
    guard ticking else { return ShardBounds.longestWaitMilliseconds }
    let untilNextTick = TimerWheel.tickNanoseconds &- now.nanoseconds % TimerWheel.tickNanoseconds
    return Int32(truncatingIfNeeded: untilNextTick / Nanoseconds.perMillisecond &+ 1)
  }

  private func showGauges() {
    counters.set(.held, to: UInt64(strangers.count))
    counters.set(.reading, to: UInt64(readingCount))
    counters.set(.open, to: UInt64(sessions.count))
    // Whoever has a place among the handshakes is no session yet, or failed to become one.
    let underWay = admission.handshakesInFlight
    counters.set(.handshakesInFlight, to: UInt64(clamping: underWay - dialled))
    counters.set(.dialled, to: UInt64(clamping: dialled))
    counters.set(.sessions, to: UInt64(clamping: sessions.count - underWay))
    counters.set(.sourceRecords, to: UInt64(judge.limits.recordCount))
    counters.set(.replayRecords, to: UInt64(judge.replayRecordCount))
  }

  private var readingCount: Int {
    strangerQueues.count(StrangerQueue.reading) &+ strangerQueues.count(StrangerQueue.readingKnown)
  }

  /// Tells what became of somebody who was let through. Without room it is lost: it will be told of
  /// another one.
  func tell(_ outcome: SourceOutcome, of source: Endpoint) {
    outcomes.write(source, code: outcome.code, at: now)
  }

  /// Counts a verdict about a peer.
  func count(_ verdict: Verdict, _ reason: Reason, _ source: Endpoint) {
    counters.count(verdict: Int(verdict.rawValue), reason: Int(reason.rawValue))
    busy?.note(verdict, reason, source.address, now: now)
  }
}
