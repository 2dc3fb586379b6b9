internal import Wire

/// One inbound connection of the stand-in: bytes go in, a reply and a fate come out.
///
/// ```
/// firstFlight --proven--> padding --all there--> messageThree --accepted--> dataPhase
///      |  \--padding too long--> hanging                         --message--> useful
///      \--not authentic--> discarding (closes after a random number of bytes)
/// ```
struct JavaPeer {
  /// Java I2P reads on for up to this many bytes after a first flight that is not authentic.
  private static let discardedBytesMaximum = 127

  /// Where it comes from.
  let source: SourceAddress
  /// When it was accepted.
  let acceptedAt: Instant
  /// How far it is.
  private(set) var phase = Phase.firstFlight
  private let routerInfo: [UInt8]
  private var responder: NTCP2Responder
  private var buffer: [UInt8] = []
  private var receivedCount = 0
  private var frameLength: Int?

  /// How far a connection is.
  enum Phase: Equatable {
    /// The first 64 bytes are awaited.
    case firstFlight
    /// The padding of message 1 is awaited.
    case padding(length: Int)
    /// Bytes are read and forgotten until so many have come in all.
    case discarding(until: Int)
    /// Nothing is read until the time is up.
    case hanging
    /// Message 2 is out.
    case messageThree
    /// A peer that has not sent a message yet.
    case dataPhase
    /// A peer that has.
    case useful
  }

  /// What becomes of the connection.
  enum Fate: Equatable {
    /// It stays.
    case stays
    /// The router closes it.
    case closes
    /// The router closes it and refuses its address from now on.
    case closesAndBlocks
  }

  /// What the router does next.
  struct Step {
    /// Bytes to send.
    var reply: [UInt8] = []
    /// What becomes of the connection after them.
    var fate = Fate.stays
  }

  /// A connection just accepted by a router with this identity.
  init(
    source: SourceAddress,
    acceptedAt: Instant,
    identity: LabIdentity,
    routerInfo: [UInt8],
    networkIdentifier: UInt8
  ) {
    self.source = source
    self.acceptedAt = acceptedAt
    self.routerInfo = routerInfo
    responder = NTCP2Responder(identity: identity, networkIdentifier: networkIdentifier)
  }

  /// Takes the bytes that came.
  mutating func receive(
    _ bytes: [UInt8],
    replays: inout ReplaySet,
    counters: JavaInboundCounters,
    now: Instant,
    wallSeconds: UInt64
  ) -> Step {
    buffer += bytes
    receivedCount += bytes.count
    if phase == .firstFlight {
      guard buffer.count >= NTCP2Responder.firstFlightFixedLength else { return Step() }
      let step = takeFirstFlight(
        replays: &replays,
        counters: counters,
        now: now,
        wallSeconds: wallSeconds
      )
      if step.fate != .stays { return step }
    }
    switch phase {
    case .firstFlight: return Step()
    case .hanging:
      buffer.removeAll()
      return Step()
    case .discarding(let total):
      buffer.removeAll()
      return receivedCount >= total ? Step(fate: .closes) : Step()
    case .padding(let length):
      return takePadding(length, counters: counters, wallSeconds: wallSeconds)
    case .messageThree: return takeMessageThree(counters: counters, wallSeconds: wallSeconds)
    case .dataPhase, .useful: return takeFrames(counters: counters)
    }
  }

  private mutating func take(_ count: Int) -> [UInt8] {
    let taken = [UInt8](buffer.prefix(count))
    buffer.removeFirst(taken.count)
    return taken
  }

  private mutating func takeFirstFlight(
    replays: inout ReplaySet,
    counters: JavaInboundCounters,
    now: Instant,
    wallSeconds: UInt64
  ) -> Step {
    let flight = take(NTCP2Responder.firstFlightFixedLength)
    if replays.judge(flight, now: now) == .seen {
      counters.update { $0.replays += 1 }
      return Step(fate: .closes)
    }
    let verdict = responder.judge(firstFlight: flight, wallSeconds: wallSeconds)
    if case .proven(let length) = verdict {
      phase = .padding(length: length)
      return Step()
    }
    counters.update { $0.rejectedFirstFlights += 1 }
    switch verdict {
    case .proven: return Step()
    case .garbage:
      let more = Int.random(in: 0...Self.discardedBytesMaximum)
      phase = .discarding(until: NTCP2Responder.firstFlightFixedLength + more)
      return Step()
    case .hangs:
      phase = .hanging
      return Step()
    case .refused: return Step(fate: .closes)
    case .foreignNetwork: return Step(fate: .closesAndBlocks)
    }
  }

  private mutating func takePadding(
    _ length: Int,
    counters: JavaInboundCounters,
    wallSeconds: UInt64
  ) -> Step {
    guard buffer.count >= length else { return Step() }
    // More than message 1 announced is an error to Java I2P.
    guard buffer.count == length else { return Step(fate: .closes) }
    let answer = responder.answer(padding: take(length), wallSeconds: wallSeconds)
    counters.update { $0.answered += 1 }
    phase = .messageThree
    return Step(reply: answer)
  }

  private mutating func takeMessageThree(
    counters: JavaInboundCounters,
    wallSeconds: UInt64
  ) -> Step {
    guard buffer.count >= responder.messageThreeLength else { return Step() }
    let message = take(responder.messageThreeLength)
    switch responder.judge(messageThree: message, from: source) {
    case .garbage: return Step(fate: .closes)
    case .refused(let reason):
      let block = [4, 0, 9] + [UInt8](repeating: 0, count: 8) + [reason]
      return Step(reply: responder.seal(block), fate: .closesAndBlocks)
    case .accepted:
      counters.update { $0.established += 1 }
      phase = .dataPhase
      let block = [2] + BigEndian.bytes(UInt16(routerInfo.count + 1)) + [0] + routerInfo
      var step = Step(reply: responder.seal(block))
      step.fate = takeFrames(counters: counters).fate
      return step
    }
  }

  private mutating func takeFrames(counters: JavaInboundCounters) -> Step {
    while true {
      if frameLength == nil {
        guard buffer.count >= 2 else { return Step() }
        let masked = take(2)
        frameLength = responder.unmask(masked[0], masked[1])
      }
      guard let length = frameLength, buffer.count >= length else { return Step() }
      frameLength = nil
      guard let blocks = responder.open(take(length)) else { return Step(fate: .closes) }
      for block in blocks {
        if case .termination = block { return Step(fate: .closes) }
        if case .message = block, phase != .useful {
          phase = .useful
          counters.update { $0.useful += 1 }
        }
      }
    }
  }
}

/// First flights seen in the last ten to twenty minutes, by the first eight bytes of the masked
/// key, as Java I2P remembers them.
struct ReplaySet {
  private static let generationNanoseconds = 600 * Nanoseconds.perSecond
  private static let entriesMaximum = 1 << 20
  private var current: Set<UInt64> = []
  private var previous: Set<UInt64> = []
  private var turnedAt: Instant

  /// What the set says of a first flight.
  enum Verdict {
    /// New, and remembered from now on.
    case new
    /// Seen before.
    case seen
  }

  /// An empty set.
  init(now: Instant) {
    turnedAt = now
  }

  /// Judges a first flight and remembers it.
  mutating func judge(_ flight: [UInt8], now: Instant) -> Verdict {
    if now.nanoseconds(since: turnedAt) >= Self.generationNanoseconds
      || current.count >= Self.entriesMaximum
    {
      previous = current
      current = []
      turnedAt = now
    }
    let key = flight.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    if previous.contains(key) { return .seen }
    return current.insert(key).inserted ? .new : .seen
  }
}
