internal import Kernel
internal import Wire

/// One handshake on an open connection, step by step. A step returns how the handshake ended, or
/// nil when the next step's turn has come.
struct HandshakeRun: ~Copyable {
  /// How long an established connection may take to close after our farewell.
  private static let farewellNanoseconds: UInt64 = 200 * Nanoseconds.perMillisecond
  /// Most frames read while waiting for the one that shows acceptance.
  private static let framesMaximum = 16

  private var connection: LabConnection
  private let router: RouterFacts
  private let options: HandshakeOptions
  private let identity: LabIdentity
  private let start: Instant
  private let connectedAfterNanoseconds: UInt64
  private var stage: HandshakeStage = .firstFlight
  private var messageTwoAfterNanoseconds: UInt64?
  private var establishedAfterNanoseconds: UInt64?
  private var messageTwoLength: Int?

  /// Takes over an open connection.
  init(
    connection: consuming LabConnection,
    router: RouterFacts,
    options: HandshakeOptions,
    start: Instant
  ) {
    self.connection = connection
    self.router = router
    self.options = options
    self.start = start
    identity = options.identity ?? LabIdentity()
    connectedAfterNanoseconds = Clock.now.nanoseconds(since: start)
  }

  /// What the handshake showed, given how it ended.
  func result(_ end: HandshakeEnd) -> HandshakeResult {
    HandshakeResult(
      connectedAfterNanoseconds: connectedAfterNanoseconds,
      messageTwoAfterNanoseconds: messageTwoAfterNanoseconds,
      establishedAfterNanoseconds: establishedAfterNanoseconds,
      messageTwoLength: messageTwoLength,
      end: end,
      observation: connection.observation
    )
  }

  /// Goes as far as the options and the router allow.
  mutating func perform() -> HandshakeEnd {
    let wallSeconds = Clock.wallSeconds
    let payload = MessageThree.payload(
      routerInfo: identity.routerInfo(
        published: options.published,
        networkIdentifier: options.routerInfoNetworkIdentifier ?? router.networkIdentifier,
        wallSeconds: wallSeconds
      ),
      paddingCount: options.messageThreePaddingCount
    )
    let flight = FirstFlight(
      for: router,
      options: options.firstFlight,
      messageThreeLength: payload.count + Primitives.tagLength,
      wallSeconds: wallSeconds
    )
    if let end = sendFirstFlight(flight) { return end }
    if options.firstFlight.hybrid != nil { return awaitHybridAnswer() }
    let answer: MessageTwo
    switch receiveMessageTwo(flight) {
    case .proven(let message): answer = message
    case .ended(let end): return end
    }
    if options.stop == .afterMessageTwo { return depart() }
    let last = MessageThree(
      payload: payload,
      confirming: answer,
      staticPrivateKey: identity.staticPrivateKey,
      fault: options.messageThreeFault
    )
    stage = .awaitingFirstFrame
    if let end = send(last.bytes) { return end }
    var keys = last.keys
    let end = awaitFirstFrame(&keys)
    return end == .established ? bidFarewell(&keys) : end
  }

  private func deadline() -> Instant {
    Clock.now.advanced(byNanoseconds: options.patienceNanoseconds)
  }

  private mutating func send(_ bytes: [UInt8]) -> HandshakeEnd? {
    switch connection.send(bytes, deadline: deadline()) {
    case .all: nil
    case .closed(let form, let after): .closed(form, stage: stage, afterNanoseconds: after)
    case .late: .silence(stage: stage)
    case .failed(let error): .failed(error, stage: stage)
    }
  }

  private enum Receipt {
    case bytes([UInt8])
    case ended(HandshakeEnd)
  }

  private mutating func receive(_ count: Int) -> Receipt {
    ended(connection.receive(count, deadline: deadline()))
  }

  private func ended(_ received: LabConnection.Received) -> Receipt {
    switch received {
    case .bytes(let bytes): .bytes(bytes)
    case .closed(let form, let after):
      .ended(.closed(form, stage: stage, afterNanoseconds: after))
    case .late: .ended(.silence(stage: stage))
    case .failed(let error): .ended(.failed(error, stage: stage))
    }
  }

  private mutating func sendFirstFlight(_ flight: FirstFlight) -> HandshakeEnd? {
    if options.stop == .beforeFirstFlight { return depart() }
    if case .withinFirstFlight(let count) = options.stop {
      return deliver([UInt8](flight.bytes.prefix(count))) ?? depart()
    }
    if let end = deliver(flight.bytes) { return end }
    stage = .awaitingMessageTwo
    return options.stop == .afterFirstFlight ? depart() : nil
  }

  private mutating func deliver(_ bytes: [UInt8]) -> HandshakeEnd? {
    switch options.delivery {
    case .whole:
      return send(bytes)
    case .byteByByte(let pause):
      return deliver(bytes, sizes: bytes.map { _ in 1 }, pauseNanoseconds: pause)
    case .pieces(let sizes, let pause):
      return deliver(bytes, sizes: sizes + [bytes.count], pauseNanoseconds: pause)
    }
  }

  private mutating func deliver(
    _ bytes: [UInt8],
    sizes: [Int],
    pauseNanoseconds: UInt64
  ) -> HandshakeEnd? {
    var rest = bytes[...]
    for size in sizes where !rest.isEmpty {
      if let end = send([UInt8](rest.prefix(size))) { return end }
      rest = rest.dropFirst(size)
      if rest.isEmpty { break }
      if connection.pause(nanoseconds: pauseNanoseconds) == .finished {
        return awaitClose()
      }
    }
    return nil
  }

  private mutating func awaitHybridAnswer() -> HandshakeEnd {
    switch ended(connection.receiveSome(atMost: 1, deadline: deadline())) {
    case .bytes: .answeredHybrid
    case .ended(let end): end
    }
  }

  private enum Answer {
    case proven(MessageTwo)
    case ended(HandshakeEnd)
  }

  private mutating func receiveMessageTwo(_ flight: FirstFlight) -> Answer {
    let sent = connection.lastProgress
    let fixed: [UInt8]
    switch receive(MessageTwo.fixedLength) {
    case .bytes(let bytes): fixed = bytes
    case .ended(let end): return .ended(end)
    }
    guard var answer = MessageTwo(fixed, answering: flight, router: router) else {
      return .ended(.unauthentic(stage: stage))
    }
    switch receive(answer.paddingLength) {
    case .bytes(let padding): answer.finish(padding: padding)
    case .ended(let end): return .ended(end)
    }
    messageTwoAfterNanoseconds = Clock.now.nanoseconds(since: sent)
    messageTwoLength = MessageTwo.fixedLength + answer.paddingLength
    stage = .messageTwo
    return .proven(answer)
  }

  private mutating func awaitFirstFrame(_ keys: inout DataPhaseKeys) -> HandshakeEnd {
    for _ in 0..<Self.framesMaximum {
      let masked: [UInt8]
      switch receive(2) {
      case .bytes(let bytes): masked = bytes
      case .ended(let end): return end
      }
      let sealed: [UInt8]
      switch receive(keys.fromResponder.unmask(masked[0], masked[1])) {
      case .bytes(let bytes): sealed = bytes
      case .ended(let end): return end
      }
      guard let frame = keys.fromResponder.open(sealed), let blocks = FrameBlock.parse(frame) else {
        return .unauthentic(stage: stage)
      }
      for block in blocks {
        switch block {
        case .routerInfo, .message:
          establishedAfterNanoseconds = Clock.now.nanoseconds(since: start)
          stage = .established
          return .established
        case .termination(let reason): return .terminated(reason: reason)
        case .other: continue
        }
      }
    }
    return .silence(stage: stage)
  }
}

extension HandshakeRun {
  /// Leaves at the current stage as the options ask.
  private mutating func depart() -> HandshakeEnd {
    switch options.departure {
    case .waitForClose: return awaitClose()
    case .finish: return .left(stage: stage)
    case .reset:
      connection.resetOnClose()
      return .left(stage: stage)
    }
  }

  /// Reads and forgets until the router closes or patience ends.
  private mutating func awaitClose() -> HandshakeEnd {
    let end = deadline()
    while true {
      if case .ended(let end) = ended(connection.receiveSome(atMost: 65_536, deadline: end)) {
        return end
      }
    }
  }

  /// Ends our direction and reads on a little: a close with unread bytes would be an RST, and an
  /// RST takes our last frame with it.
  private mutating func bidFarewell(_ keys: inout DataPhaseKeys) -> HandshakeEnd {
    var farewellNanoseconds = Self.farewellNanoseconds
    switch options.farewell {
    case .closeAtOnce: break
    case .sendMessageFirst:
      _ = send(keys.fromInitiator.seal(FirstMessage.blocks(wallSeconds: Clock.wallSeconds)))
    case .stay(let nanoseconds):
      if let end = read(until: Clock.now.advanced(byNanoseconds: nanoseconds)) { return end }
      farewellNanoseconds = options.patienceNanoseconds
    }
    connection.finish()
    _ = read(until: Clock.now.advanced(byNanoseconds: farewellNanoseconds))
    return .established
  }

  /// Reads and forgets until `deadline`; how the connection ended if it did before.
  private mutating func read(until deadline: Instant) -> HandshakeEnd? {
    while true {
      switch connection.receiveSome(atMost: 65_536, deadline: deadline) {
      case .bytes: continue
      case .late: return nil
      case .closed(let form, let after):
        return .closed(form, stage: stage, afterNanoseconds: after)
      case .failed(let error): return .failed(error, stage: stage)
      }
    }
  }
}

/// The smallest message a peer can send that wants something of the router.
enum FirstMessage {
  /// A frame's blocks: the time, and a DeliveryStatus message (I2NP type 10).
  static func blocks(wallSeconds: UInt64) -> [UInt8] {
    let seconds = UInt32(truncatingIfNeeded: wallSeconds)
    let time = [UInt8(0), 0, 4] + BigEndian.bytes(seconds)
    let message =
      [10] + Primitives.randomBytes(4) + BigEndian.bytes(seconds &+ 30)
      + Primitives.randomBytes(4) + BigEndian.bytes(wallSeconds &* 1000)
    return time + [3] + BigEndian.bytes(UInt16(message.count)) + message
  }
}
