internal import Wire

/// One attempt of an endpoint to come in, as Java I2P keeps it: it takes one of few places.
///
/// ```
/// retrySent --SessionRequest--> createdSent --SessionConfirmed--> (a peer)
///    |  5 s                        |  12 s
///    +-----------------------------+--> (given up: the endpoint is banned)
/// ```
struct JavaSSU2State {
  private static let retryNanoseconds = 5 * Nanoseconds.perSecond
  private static let createdNanoseconds = 12 * Nanoseconds.perSecond
  /// SessionCreated goes out again this long after the first time.
  private static let resendMilliseconds: [UInt64] = [1_000, 3_000, 7_000]
  /// A Retry goes out again at the earliest this long after the last.
  private static let retryPauseNanoseconds = 750 * Nanoseconds.perMillisecond

  /// The initiator's header: the identifiers of both ends.
  let header: SSU2Header
  /// The token of our Retry.
  let token: UInt64
  /// How far it is.
  private(set) var phase = Phase.retrySent
  private var phaseBegunAt: Instant
  private var retrySentAt: Instant
  private var resendCount = 0

  /// How far an attempt is.
  enum Phase {
    /// SessionRequest is awaited.
    case retrySent
    /// SessionConfirmed is awaited; what `request` asked was answered.
    case createdSent(SSU2Responder, request: [UInt8])
  }

  /// What time makes of an attempt.
  enum Due {
    /// Nothing.
    case nothing
    /// SessionCreated goes out again.
    case resend([UInt8])
    /// The initiator has given up.
    case abandoned
  }

  /// An attempt whose Retry goes out now.
  init(header: SSU2Header, now: Instant) {
    self.header = header
    token = .random(in: 1...UInt64.max)
    phaseBegunAt = now
    retrySentAt = now
  }

  /// Whether `other` names the same two ends.
  func hasEnds(of other: SSU2Header) -> Bool {
    header.source == other.source && header.destination == other.destination
  }

  /// Whether the Retry may go out again; then it counts as sent.
  mutating func repeatsRetry(now: Instant) -> Bool {
    guard now.nanoseconds(since: retrySentAt) >= Self.retryPauseNanoseconds else { return false }
    retrySentAt = now
    return true
  }

  /// SessionCreated goes out now.
  mutating func answer(_ responder: SSU2Responder, request: [UInt8], now: Instant) {
    phase = .createdSent(responder, request: request)
    phaseBegunAt = now
    resendCount = 0
  }

  /// Keeps what the responder has learned.
  mutating func keep(_ responder: SSU2Responder) {
    guard case .createdSent(_, let request) = phase else { return }
    phase = .createdSent(responder, request: request)
  }

  /// What is due at `now`.
  mutating func due(now: Instant) -> Due {
    let elapsed = now.nanoseconds(since: phaseBegunAt)
    switch phase {
    case .retrySent: return elapsed >= Self.retryNanoseconds ? .abandoned : .nothing
    case .createdSent(let responder, request: _):
      guard elapsed < Self.createdNanoseconds else { return .abandoned }
      guard Self.resendMilliseconds.indices.contains(resendCount),
        elapsed >= Self.resendMilliseconds[resendCount] * Nanoseconds.perMillisecond
      else { return .nothing }
      resendCount += 1
      return .resend(responder.created)
    }
  }
}

/// An established session of the stand-in: data goes in, answers come out.
struct JavaSSU2Peer {
  /// A session without a word for so long is forgotten.
  static let idleNanoseconds = 300 * Nanoseconds.perSecond

  private let header: SSU2Header
  private let keys: SSU2DataKeys
  private let ownIntroductionKey: [UInt8]
  private let theirIntroductionKey: [UInt8]
  private var received = SSU2ReceivedNumbers()
  private var sentCount: UInt32 = 0
  /// When data came last.
  private(set) var heardAt: Instant

  /// What becomes of a session after data.
  struct Step {
    /// A datagram to send; nil: none.
    var reply: [UInt8]?
    /// Whether the session goes on.
    var isOver = false
  }

  /// A session that SessionConfirmed has just opened.
  init(
    header: SSU2Header,
    keys: SSU2DataKeys,
    ownIntroductionKey: [UInt8],
    theirIntroductionKey: [UInt8],
    now: Instant
  ) {
    self.header = header
    self.keys = keys
    self.ownIntroductionKey = ownIntroductionKey
    self.theirIntroductionKey = theirIntroductionKey
    heardAt = now
    received.note(0)
  }

  /// The first data: SessionConfirmed is acknowledged.
  mutating func greeting() -> [UInt8] { seal([received.block]) }

  /// A session's last data.
  mutating func farewell(reason: UInt8) -> [UInt8] {
    seal([received.block, .termination(reason: reason)])
  }

  /// Takes in a datagram; nil when it does not belong to this session.
  mutating func receive(_ datagram: [UInt8], now: Instant) -> Step? {
    guard
      let (short, blocks) = keys.fromInitiator.open(
        datagram,
        destination: header.destination,
        introductionKey: ownIntroductionKey
      )
    else { return nil }
    heardAt = now
    received.note(short.packetNumber)
    var words: [SSU2Block] = []
    for block in blocks {
      switch block {
      case .termination: return Step(reply: nil, isOver: true)
      case .pathChallenge(let question): words.append(.pathResponse(question))
      case .acknowledgement, .padding: continue
      case .dateTime, .routerInfo, .address, .newToken, .pathResponse, .other: break
      }
      if words.isEmpty { words.append(received.block) }
    }
    return Step(reply: words.isEmpty ? nil : seal(words))
  }

  private mutating func seal(_ blocks: [SSU2Block]) -> [UInt8] {
    let short = SSU2ShortHeader(
      destination: header.source,
      packetNumber: sentCount,
      type: SSU2MessageType.data.rawValue,
      flags: 0
    )
    sentCount += 1
    return keys.fromResponder.seal(
      short,
      blocks.flatMap(\.bytes),
      introductionKey: theirIntroductionKey
    )
  }
}
