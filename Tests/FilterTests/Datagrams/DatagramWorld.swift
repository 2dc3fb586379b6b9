import Filter
import Testing
import Wire

/// How a network treats datagrams.
struct NetworkManner {
  /// Of a thousand datagrams, so many are lost.
  var lostOfThousand = 0
  /// Of a thousand, so many come twice.
  var doubledOfThousand = 0
  /// Milliseconds on the way: what differs reorders.
  var delayMilliseconds: ClosedRange<UInt64> = 20...80
}

/// A flood of one kind at a steady pace.
struct Flood {
  /// What it sends.
  enum Kind: CaseIterable {
    /// Sound TokenRequests from sources that are made up.
    case tokenRequests
    /// SessionRequests with made-up tokens, from sources that are made up.
    case madeUpTokens
    /// What honest peers sent, again, from their address or another one.
    case replays
    /// Random bytes.
    case junk
    /// Sound peer tests.
    case peerTests
  }

  let kinds: [Kind]
  let perSecond: UInt64
  let from: UInt64
  let until: UInt64
}

/// Honest peers, a flood, a network, the kernel's sets of endpoints, the gate and a made-up router,
/// all in one made-up time.
final class DatagramWorld {
  private enum Event {
    case arrives(Packet)
    case reaches(Packet)
    case timer(Int, MadeUpInitiator.Timer)
    case flood(Int)
    case control((DatagramWorld) -> Void)
  }

  static let second = Nanoseconds.perSecond
  static let start: UInt64 = 700_000 * second

  let kind: RouterKind
  let seed: UInt64
  private(set) var now = DatagramWorld.start
  private(set) var peers: [MadeUpInitiator] = []
  private(set) var router: MadeUpRouter
  private(set) var verdicts: [Verdict: [Reason: Int]] = [:]
  private(set) var stages: Set<OverloadStage> = []
  /// Datagrams of floods that the gate let through.
  private(set) var floodPassed = 0

  private let limits: DatagramLimits
  private let network: NetworkManner
  private var gate: SSU2Gate
  private var generator: SeededGenerator
  private var queue = EventQueue<Event>()
  private var places: [Endpoint: Int] = [:]
  private var admitted: [Endpoint: UInt64] = [:]
  private var pending: [Endpoint: UInt64] = [:]
  private var proven: [Endpoint: UInt64] = [:]
  private var recorded: [Packet] = []
  private var floods: [Flood] = []
  private var floodPool: [Packet] = []
  private let answer = UnsafeMutableRawBufferPointer.allocate(
    byteCount: SSU2Bounds.longestRetry,
    alignment: 8
  )

  init(
    _ kind: RouterKind,
    seed: UInt64,
    network: NetworkManner = NetworkManner(),
    limits: DatagramLimits = DatagramLimits()
  ) {
    self.kind = kind
    self.seed = seed
    self.network = network
    self.limits = limits
    generator = SeededGenerator(seed: seed)
    router = MadeUpRouter(kind)
    gate = Self.gate(kind, limits, seed: seed, now: now)
  }

  deinit {
    answer.deallocate()
  }

  private static func gate(
    _ kind: RouterKind,
    _ limits: DatagramLimits,
    seed: UInt64,
    now: UInt64
  ) -> SSU2Gate {
    SSU2Gate(
      facts: DatagramJudge.facts(kind),
      limits: limits,
      seed: seed,
      now: Instant(nanoseconds: now)
    )
  }

  // What tests arrange.

  /// A peer that dials `after` milliseconds, from an address of a network of its own.
  func addPeer(_ manner: RouterKind, after milliseconds: UInt64) {
    let index = peers.count
    let address = SourceAddress(ipv4: 0x2d00_0000 + UInt32(index) * 0x0000_0301)
    let endpoint = Endpoint(address: address, port: 9_000 + UInt16(index))
    peers.append(MadeUpInitiator(manner, at: endpoint))
    places[endpoint] = index
    let timer = MadeUpInitiator.Timer(kind: .dial, attempt: 0, request: 0)
    schedule(.timer(index, timer), after: milliseconds * Nanoseconds.perMillisecond)
  }

  func addFlood(_ kinds: [Flood.Kind], perSecond: UInt64, fromSecond: UInt64, untilSecond: UInt64) {
    floods.append(
      Flood(
        kinds: kinds,
        perSecond: perSecond,
        from: now + fromSecond * Self.second,
        until: now + untilSecond * Self.second
      )
    )
    schedule(.flood(floods.count - 1), after: fromSecond * Self.second)
  }

  /// Does something at a time.
  func at(second: UInt64, _ body: @escaping (DatagramWorld) -> Void) {
    schedule(.control(body), after: second * Self.second)
  }

  /// The gate begins anew, with the endpoints that it told to be proven.
  func restartGate() {
    gate = Self.gate(kind, limits, seed: generator.next(), now: now)
    for (endpoint, moment) in proven {
      let ago = now - moment
      gate.restore(endpoint, provenAgoNanoseconds: ago, now: Instant(nanoseconds: now))
    }
  }

  func restartRouter() {
    router.restart()
    admitted = [:]
    pending = [:]
  }

  /// A peer that had a session dials again.
  func redial(_ index: Int, after milliseconds: UInt64) {
    let timer = MadeUpInitiator.Timer(kind: .dial, attempt: 0, request: 0)
    schedule(.timer(index, timer), after: milliseconds * Nanoseconds.perMillisecond)
  }

  /// A peer goes on with its session from another port, and sends `count` datagrams.
  func move(_ index: Int, count: Int) {
    places[peers[index].endpoint] = nil
    let old = peers[index].endpoint
    peers[index].endpoint = Endpoint(address: old.address, port: old.port ^ 0x4000)
    places[peers[index].endpoint] = index
    for _ in 0..<count { act(index) { $0.sendData(&$1) } }
  }

  /// Lets things happen until nothing is left to, or until a time.
  func run(untilSecond: UInt64) {
    let end = Self.start + untilSecond * Self.second
    while let (moment, event) = queue.next(upTo: end) {
      now = moment
      handle(event)
    }
    now = max(now, end)
  }

  var isAdmitted: (Endpoint) -> Bool {
    { [admitted, now] in admitted[$0].map { $0 > now } ?? false }
  }

  func count(_ verdict: Verdict, _ reason: Reason? = nil) -> Int {
    let reasons = verdicts[verdict] ?? [:]
    return reason.map { reasons[$0] ?? 0 } ?? reasons.values.reduce(0, +)
  }

  // What happens.

  private func handle(_ event: Event) {
    switch event {
    case .arrives(let packet): arrive(packet)
    case .reaches(let packet):
      guard let index = places[packet.peer] else { return }
      act(index) { $0.hear(packet, &$1) }
    case .timer(let index, let timer): act(index) { $0.fire(timer, &$1) }
    case .flood(let index): flood(index)
    case .control(let body): body(self)
    }
  }

  private func act(_ index: Int, _ body: (inout MadeUpInitiator, inout Errands) -> Void) {
    var errands = Errands(now: now, generator: generator)
    body(&peers[index], &errands)
    generator = errands.generator
    for packet in errands.packets {
      if recorded.count < 4_000 { recorded.append(packet) }
      carry(packet) { .arrives($0) }
    }
    for (moment, timer) in errands.timers { schedule(.timer(index, timer), after: moment - now) }
  }

  /// The network between peers and the gate's host.
  private func carry(_ packet: Packet, _ event: (Packet) -> Event) {
    guard Int.random(in: 0..<1_000, using: &generator) >= network.lostOfThousand else {
      if let index = places[packet.peer] { peers[index].hasLoss = true }
      return
    }
    let isDoubled = Int.random(in: 0..<1_000, using: &generator) < network.doubledOfThousand
    for _ in 0..<(isDoubled ? 2 : 1) {
      let delay = UInt64.random(in: network.delayMilliseconds, using: &generator)
      let fraction = UInt64.random(in: 0..<Nanoseconds.perMillisecond, using: &generator)
      schedule(event(packet), after: delay * Nanoseconds.perMillisecond + fraction)
    }
  }

  /// What the kernel does with a datagram from outside.
  private func arrive(_ packet: Packet) {
    if let until = admitted[packet.peer], until > now { return reachRouter(packet) }
    let moment = Instant(nanoseconds: now)
    let verdict = packet.bytes.withUnsafeBytes { bytes in
      gate.arrive(
        bytes,
        from: packet.peer,
        now: moment,
        wallSeconds: DatagramForge.wallSeconds,
        answer: answer
      )
    }
    verdicts[verdict.verdict, default: [:]][verdict.reason, default: 0] += 1
    stages.insert(gate.stage(now: moment))
    while let endpoint = gate.takeProven() { proven[endpoint] = now }
    switch verdict {
    case .refuse: break
    case .trial:
      pending[packet.peer] = now + 10 * Self.second
      deliver(packet)
    case .admit:
      admit(packet.peer)
      deliver(packet)
    case .challenge(let count, _), .reject(let count, _):
      let most = SSU2Bounds.longestAnswer(to: packet.bytes.count, from: packet.peer.address)
      #expect(count > 0 && count <= most, "seed \(seed): a longer answer")
      let bytes = Array(answer.prefix(count))
      carry(Packet(bytes: bytes, note: .plain, peer: packet.peer)) { .reaches($0) }
    }
  }

  private func admit(_ endpoint: Endpoint) {
    pending[endpoint] = nil
    admitted[endpoint] = now + 180 * Self.second
  }

  /// What the gate lets through.
  private func deliver(_ packet: Packet) {
    if packet.isFlood { floodPassed += 1 }
    reachRouter(packet)
  }

  private func reachRouter(_ packet: Packet) {
    for answer in router.receive(packet, now: now, &generator) {
      sendFromRouter(answer)
    }
  }

  /// What the kernel does with a datagram of the router.
  private func sendFromRouter(_ packet: Packet) {
    let isAdmitted = admitted[packet.peer].map { $0 > now } ?? false
    let isPending = pending[packet.peer].map { $0 > now } ?? false
    if isPending, !isAdmitted {
      let verdict = packet.bytes.withUnsafeBytes {
        gate.answered($0, to: packet.peer, now: Instant(nanoseconds: now))
      }
      if case .release = verdict { admit(packet.peer) }
    } else {
      admit(packet.peer)
    }
    carry(packet) { .reaches($0) }
  }

  private func schedule(_ event: Event, after delay: UInt64) {
    queue.add(event, at: now + delay)
  }

  // Floods.

  private func flood(_ index: Int) {
    let flood = floods[index]
    guard now < flood.until else { return }
    let kind = flood.kinds.randomElement(using: &generator) ?? .junk
    arrive(floodPacket(kind))
    let pace = Self.second / flood.perSecond
    schedule(.flood(index), after: UInt64.random(in: pace / 2...pace * 3 / 2, using: &generator))
  }

  private func floodPacket(_ kind: Flood.Kind) -> Packet {
    let word = generator.next()
    let stranger = Endpoint(
      address: word & 1 == 0
        ? SourceAddress(ipv4: 0x4000_0000 | UInt32(truncatingIfNeeded: word >> 32) & 0x3fff_ffff)
        : SourceAddress(high: 0x2600_0000_0000_0000 | word >> 8, low: word &* 31),
      port: UInt16(truncatingIfNeeded: word >> 16) | 1_024
    )
    if kind == .replays, let old = recorded.randomElement(using: &generator) {
      // On its way it was seen by someone who can write any source on it. Who does that while the
      // peer dials can break its handshake, with the gate or without it: Java I2P bans an endpoint
      // whose recorded request it gets, and i2pd begins anew with each Retry.
      let isDone = places[old.peer].map { peers[$0].isEstablished } ?? false
      let peer = word & 2 == 0 || self.kind == .java || !isDone ? stranger : old.peer
      return Packet(bytes: old.bytes, note: old.note, peer: peer, isFlood: true)
    }
    let (bytes, note) = forge(kind)
    return Packet(bytes: bytes, note: note, peer: stranger, isFlood: true)
  }

  /// A few hundred different datagrams are as good as millions: sources differ each time.
  private func forge(_ kind: Flood.Kind) -> ([UInt8], PacketNote) {
    let (destination, source, token) = (
      generator.next() | 1, generator.next() & ~1 | 2, generator.next()
    )
    switch kind {
    case .tokenRequests:
      let note = PacketNote.tokenRequest(destination: destination, source: source)
      return (
        DatagramForge.tokenRequest(destination: destination, source: source, &generator), note
      )
    case .madeUpTokens:
      let note = PacketNote.sessionRequest(
        destination: destination,
        source: source,
        token: token | 1,
        ephemeral: 0
      )
      let bytes = DatagramForge.sessionRequest(
        destination: destination,
        source: source,
        token: token | 1,
        &generator
      )
      return (bytes, note)
    case .peerTests:
      return (PlainDatagram.peerTest(5).bytes, .plain)
    case .replays, .junk:
      return (
        DatagramForge.noise(Int.random(in: 20...1_480, using: &generator), &generator), .plain
      )
    }
  }
}

/// Events in the order of their moments; those of one moment in the order in which they were added.
struct EventQueue<Event> {
  private var heap: [(moment: UInt64, number: UInt64, event: Event)] = []
  private var added: UInt64 = 0

  mutating func add(_ event: Event, at moment: UInt64) {
    added += 1
    heap.append((moment, added, event))
    var child = heap.count - 1
    while child > 0, isBefore(child, (child - 1) / 2) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func next(upTo end: UInt64) -> (moment: UInt64, event: Event)? {
    guard let first = heap.first, first.moment <= end else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < heap.count }
      guard let least = children.min(by: { isBefore($0, $1) }), isBefore(least, parent) else {
        return (first.moment, first.event)
      }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    (heap[left].moment, heap[left].number) < (heap[right].moment, heap[right].number)
  }
}
