import Filter
import Wire

/// A peer that wants a session, in the manner of i2pd or of Java I2P: how often it asks, what a
/// second Retry does to it, when it dials again.
struct MadeUpInitiator {
  /// Something to happen to it later.
  struct Timer {
    /// What.
    enum Kind {
      case dial
      case repeatTokenRequest
      case repeatSessionRequest(delay: UInt64)
      case giveUp
    }

    let kind: Kind
    let attempt: Int
    let request: Int
  }

  private enum Phase {
    case idle
    case asking
    case requesting
    case established
  }

  static let second = Nanoseconds.perSecond
  private static let javaDelays: [UInt64] = [1_250, 3_750, 8_750]

  let manner: RouterKind
  var endpoint: Endpoint
  private(set) var attempts = 0
  /// Tokens that were shown to it in this attempt.
  private(set) var retries = 0
  private var phase = Phase.idle
  private(set) var destination: UInt64 = 0
  private var source: UInt64 = 0
  private var token: UInt64 = 0
  private var request = 0
  private var ephemeral: UInt64 = 0
  private var requestBytes: [UInt8] = []
  private var requestSentAt: UInt64 = 0

  /// A packet of its present attempt was lost on the way.
  var hasLoss = false
  /// Failed attempts of which no packet was lost.
  private(set) var failuresWithoutLoss = 0
  /// Why attempts failed.
  private(set) var failures: [String] = []

  init(_ manner: RouterKind, at endpoint: Endpoint) {
    self.manner = manner
    self.endpoint = endpoint
  }

  var isEstablished: Bool { phase == .established }

  /// What it does when a timer is up.
  mutating func fire(_ timer: Timer, _ world: inout Errands) {
    if case .dial = timer.kind { return dial(&world) }
    guard timer.attempt == attempts else { return }
    switch timer.kind {
    case .dial: break
    case .repeatTokenRequest:
      if phase == .asking { askForToken(&world) }
    case .repeatSessionRequest(let delay):
      guard phase == .requesting, timer.request == request else { return }
      sendRequest(&world)
      if manner == .i2pd { repeatRequest(after: delay, &world) }
    case .giveUp:
      let isDue = manner == .i2pd || timer.request == request
      guard phase == .asking || (phase == .requesting && isDue) else { return }
      fail("silence", redialAfter: manner == .i2pd ? 75 * Self.second : 300 * Self.second, &world)
    }
  }

  /// What it does with what it hears.
  mutating func hear(_ packet: Packet, _ world: inout Errands) {
    if case .sessionCreated(let key) = packet.note {
      guard phase == .requesting, key == ephemeral else { return }
      phase = .established
      return sendData(&world)
    }
    guard phase == .asking || phase == .requesting, case .plain = packet.note,
      let (header, _) = PlainDatagram.open(packet.bytes), header[12] == 9,
      DatagramForge.word(header[0..<8]) == source
    else { return }
    hearRetry(DatagramForge.word(header[24..<32]), &world)
  }

  private mutating func hearRetry(_ offered: UInt64, _ world: inout Errands) {
    guard offered != 0 else {
      let soon = world.random(200...1_600) * Nanoseconds.perMillisecond
      return fail("refused", redialAfter: manner == .i2pd ? 75 * Self.second : soon, &world)
    }
    retries += 1
    guard phase == .requesting, manner == .java else { return begin(offered, &world) }
    guard offered == token else {
      let soon = world.random(600...1_700) * Nanoseconds.perMillisecond
      return fail("token mismatch", redialAfter: soon, &world)
    }
    if world.now >= requestSentAt + 750 * Nanoseconds.perMillisecond { sendRequest(&world) }
  }

  /// Data of the session from wherever it is now.
  mutating func sendData(_ world: inout Errands) {
    let bytes = DatagramForge.data(destination: destination, &world.generator)
    world.send(Packet(bytes: bytes, note: .data(destination: destination), peer: endpoint))
  }

  private mutating func dial(_ world: inout Errands) {
    attempts += 1
    retries = 0
    hasLoss = false
    phase = .asking
    destination = world.generator.next() | 1
    source = world.generator.next() & ~1 | 2
    askForToken(&world)
    if manner == .i2pd { return later(5 * Self.second, .giveUp, &world) }
    for delay in Self.javaDelays {
      later(delay * Nanoseconds.perMillisecond, .repeatTokenRequest, &world)
    }
    later(15 * Self.second, .giveUp, &world)
  }

  private mutating func askForToken(_ world: inout Errands) {
    let bytes = DatagramForge.tokenRequest(
      destination: destination,
      source: source,
      &world.generator
    )
    let note = PacketNote.tokenRequest(destination: destination, source: source)
    world.send(Packet(bytes: bytes, note: note, peer: endpoint))
  }

  /// Each new token begins a new request, with a key of its own. i2pd's five seconds go on.
  private mutating func begin(_ offered: UInt64, _ world: inout Errands) {
    token = offered
    phase = .requesting
    request += 1
    ephemeral = world.generator.next()
    requestBytes = DatagramForge.sessionRequest(
      destination: destination,
      source: source,
      token: token,
      &world.generator
    )
    sendRequest(&world)
    guard manner == .java else {
      return repeatRequest(after: Self.second, &world)
    }
    for delay in Self.javaDelays {
      repeatRequest(after: delay * Nanoseconds.perMillisecond, &world)
    }
    later(15 * Self.second, .giveUp, &world)
  }

  private mutating func sendRequest(_ world: inout Errands) {
    requestSentAt = world.now
    let note = PacketNote.sessionRequest(
      destination: destination,
      source: source,
      token: token,
      ephemeral: ephemeral
    )
    world.send(Packet(bytes: requestBytes, note: note, peer: endpoint))
  }

  private mutating func repeatRequest(after delay: UInt64, _ world: inout Errands) {
    later(delay, .repeatSessionRequest(delay: delay), &world)
  }

  private mutating func fail(_ why: String, redialAfter delay: UInt64, _ world: inout Errands) {
    failures.append(why)
    if !hasLoss { failuresWithoutLoss += 1 }
    phase = .idle
    later(delay, .dial, &world)
  }

  private func later(_ delay: UInt64, _ kind: Timer.Kind, _ world: inout Errands) {
    world.timers.append((world.now + delay, Timer(kind: kind, attempt: attempts, request: request)))
  }
}

/// What an initiator wants done: it acts on no world by itself.
struct Errands {
  let now: UInt64
  var generator: SeededGenerator
  var packets: [Packet] = []
  var timers: [(UInt64, MadeUpInitiator.Timer)] = []

  mutating func send(_ packet: Packet) {
    packets.append(packet)
  }

  mutating func random(_ range: ClosedRange<UInt64>) -> UInt64 {
    UInt64.random(in: range, using: &generator)
  }
}
