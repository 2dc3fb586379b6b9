internal import Wire

/// What one attempt at a handshake has to remember between two datagrams.
struct SSU2Attempt {
  /// What is awaited.
  var stage = SSU2Stage.awaitingRetry
  /// The router's identifier, which the initiator chooses.
  var destination = UInt64.random(in: .min ... .max)
  /// Our own identifier.
  var source = UInt64.random(in: .min ... .max)
  /// When we give up.
  let deadline: Instant
  /// The message of this stage, one or two datagrams.
  private(set) var outgoing: [[UInt8]] = []
  /// How often it was sent.
  private(set) var sentCount = 0
  /// When it was sent for the first time.
  private(set) var firstSentAt = Instant(nanoseconds: 0)
  /// When it was sent for the last time.
  private(set) var lastSentAt = Instant(nanoseconds: 0)
  /// When it is sent again before its time; nil: it is not.
  var extraSendAt: Instant?
  /// Our SessionRequest.
  var request: SSU2SessionRequest?
  /// The second mask key by which we recognise SessionCreated.
  var createdMaskKey: [UInt8] = []
  /// Where the token of our SessionRequest comes from.
  var tokenOrigin = TokenOrigin.retry
  /// SessionCreated, to know it when it comes again.
  var created: [UInt8] = []
  /// The session's keys.
  var keys: SSU2DataKeys?

  /// Where a token comes from.
  enum TokenOrigin {
    /// The router's Retry.
    case retry
    /// An earlier session.
    case cache
  }

  /// An attempt that ends at `deadline`.
  init(deadline: Instant) {
    self.deadline = deadline
  }

  /// Takes up the message of a new stage, sent now.
  mutating func begin(_ stage: SSU2Stage, with datagrams: [[UInt8]], now: Instant) {
    self.stage = stage
    outgoing = datagrams
    sentCount = 1
    firstSentAt = now
    lastSentAt = now
    extraSendAt = nil
  }

  /// Notes that the stage's message, or `changed` in its place, was sent again.
  mutating func repeats(now: Instant, changed: [[UInt8]]? = nil) {
    if let changed { outgoing = changed }
    // A sending out of turn does not move the others.
    if extraSendAt == nil { sentCount += 1 }
    lastSentAt = now
    extraSendAt = nil
  }

  /// When something is to be done at the latest: a message sent again, or the end.
  func wake(_ manner: SSU2Manner) -> Instant {
    if let extraSendAt { return min(extraSendAt, deadline) }
    guard let after = manner.resendNanoseconds(after: sentCount, stage: stage) else {
      return deadline
    }
    return min(firstSentAt.advanced(byNanoseconds: after), deadline)
  }
}
