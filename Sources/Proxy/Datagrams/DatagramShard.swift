internal import Filter
internal import Kernel
internal import Telemetry
internal import Wire

/// One thread's share of an SSU2 gate: takes datagrams, asks `SSU2Gate` what they are worth, and
/// performs the answer.
///
/// Comes in: events and datagrams of the network, and a policy through the mailbox. Goes out:
/// datagrams to router and peers, counters, proven endpoints. Shares nothing with other shards:
/// the kernel brings all that one network sends, and the router's answers to it, to one of them.
/// The rooms are its extensions: `+Receive` (peers), `+Witness` (the router's answers), and in
/// proxy mode `+Flows`, since the kernel keeps the flows only of what it diverted itself.
@safe
struct DatagramShard<World: DatagramNetwork & ~Copyable>: ~Copyable {
  var network: World
  var policy: DatagramPolicy
  /// What people said, replaced apart from the policy.
  var people = PeopleList()
  var gate: SSU2Gate
  /// Flows in proxy mode; of no use where the kernel keeps them.
  var flows: FlowTable<World.Link>

  let counters: CounterWriter
  let events: EventRingWriter
  let proven: EndpointRingWriter
  let mailbox: PolicyMailbox<DatagramPolicy>
  let control: ShardControl
  let peopleMailbox: PolicyMailbox<PeopleList>
  let busy: BusySources?
  /// Where the gate's own answers are written: one at a time.
  let answer: UnsafeMutableRawBufferPointer

  var now: Instant
  var wallSeconds: UInt64
  /// The stage that was told last.
  var stage = OverloadStage.calm
  /// Since when the router refuses datagrams.
  var routerAwaySince: Instant?
  var descriptorsToldAgainAt: Instant

  /// A shard that has everything it will ever need, and knows endpoints that were proven in an
  /// earlier life; what is known of sources is read from `standings`.
  init(
    network: consuming World,
    policy: DatagramPolicy,
    instruments: consuming ShardInstruments<DatagramPolicy>,
    proven: consuming EndpointRingWriter,
    known: [KnownEndpoint],
    standings: StandingTable? = nil,
    seed: UInt64
  ) {
    let start = network.now
    now = start
    wallSeconds = network.wallSeconds
    descriptorsToldAgainAt = start
    self.network = network
    self.policy = policy
    gate = SSU2Gate(
      facts: policy.facts,
      limits: policy.limits,
      standings: standings,
      seed: seed,
      now: start
    )
    for peer in known {
      gate.restore(peer.endpoint, provenAgoNanoseconds: peer.provenAgoNanoseconds, now: start)
    }
    flows = FlowTable(capacity: policy.way.isDiverted ? 1 : Int(policy.flows.flows))
    self.proven = proven
    mailbox = instruments.mailbox
    control = instruments.control
    peopleMailbox = instruments.people
    busy = instruments.busy
    counters = instruments.counters
    events = instruments.events
    unsafe answer = .allocate(byteCount: DatagramBounds.answerBytes, alignment: 16)
  }

  deinit {
    unsafe answer.deallocate()
  }

  /// Turns until it is told to stop.
  mutating func run() {
    while turn() {}
  }

  /// One turn of the loop: waits for events, handles them, tells what happened; whether to go on.
  mutating func turn() -> Bool {
    let count = network.wait(timeoutMilliseconds: waitMilliseconds())
    now = network.now
    wallSeconds = network.wallSeconds
    control.beat()
    takePolicy()
    for index in 0..<count {
      handle(network.event(index))
    }
    countLost(network.flush())
    endSilentFlows()
    tellStage()
    tellProven()
    showGauges()
    return goesOn()
  }

  private mutating func handle(_ event: Event) {
    let token = Token(rawValue: event.token)
    switch token.kind {
    case .listener: serveDoor(Int(token.slot))
    case .wake: network.acknowledgeWake()
    case .flow:
      guard flows.holds(token.slot, generation: token.generation) else {
        return counters.add(1, to: .staleEvents)
      }
      serveLink(token.slot)
    case .stranger, .sessionPeer, .sessionRouter, nil:
      preconditionFailure("an event with a token of nobody")
    }
  }

  /// Takes batches at a door, at most one turn's share; what is left makes another event.
  private mutating func serveDoor(_ index: Int) {
    for _ in 0..<DatagramBounds.batchesPerTurn {
      switch network.receive(door: index) {
      case .empty: return
      // An answer of the gate's own that nobody took: the datagrams behind it still wait.
      case .refused: continue
      case .datagrams(let count):
        switch network.door(index) {
        case .peers: takePeers(count, door: index)
        case .router: takeAnswers(count)
        }
      }
    }
  }

  private mutating func takePolicy() {
    if let newer = peopleMailbox.take() { people = newer }
    guard let newer = mailbox.take() else { return }
    gate.reload(facts: newer.facts, limits: newer.limits, now: now)
    policy = newer
  }

  /// A diverted gate has nothing to drain: the kernel's flows go on without it.
  private func goesOn() -> Bool {
    switch control.wish {
    case .run: true
    case .drain: !policy.way.isDiverted && flows.count > 0
    case .stop: false
    }
  }

  /// Flows that are silent are looked after once a second; nothing else needs the time.
  private func waitMilliseconds() -> Int32 { DatagramBounds.longestWaitMilliseconds }

  private mutating func endSilentFlows() {
    for _ in 0..<DatagramBounds.expiriesPerTurn {
      guard flows.expire(now: now, policy.flows) else { return }
    }
  }

  private mutating func tellStage() {
    let current = gate.stage(now: now)
    guard current != stage else { return }
    events.write(.stageChanged(from: stage.rawValue, to: current.rawValue), at: now)
    stage = current
  }

  /// Hands proven endpoints over, as long as somebody takes them; the others wait in the gate.
  private mutating func tellProven() {
    for _ in 0..<DatagramBounds.provenPerTurn {
      guard proven.hasRoom, let endpoint = gate.takeProven() else { return }
      proven.write(endpoint, code: SourceOutcome.passed(.proven).code, at: now)
    }
  }

  private func showGauges() {
    counters.set(.stage, to: UInt64(stage.rawValue))
    counters.set(.provenEndpoints, to: UInt64(gate.provenCount))
    counters.set(.flows, to: UInt64(flows.count))
    counters.set(.sourceRecords, to: UInt64(gate.sourceRecordCount))
    counters.set(.witnessedTokens, to: UInt64(gate.witnessedTokenCount))
    counters.set(.cookieRecords, to: UInt64(gate.cookieRecordCount))
  }

  /// Counts a verdict.
  func count(_ verdict: Verdict, _ reason: Reason) {
    counters.count(verdict: Int(verdict.rawValue), reason: Int(reason.rawValue))
  }

  /// Counts datagrams that the kernel did not take.
  func countLost(_ count: UInt64) {
    guard count > 0 else { return }
    counters.add(count, to: .unsent)
  }
}
