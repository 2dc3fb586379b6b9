internal import Kernel

/// How far a handshake had come.
enum HandshakeStage: String, Sendable, CaseIterable {
  /// TCP connects.
  case connecting
  /// Message 1 is on its way out.
  case firstFlight
  /// Message 1 is out, message 2 awaited.
  case awaitingMessageTwo
  /// Message 2 is in.
  case messageTwo
  /// Message 3 is out, the router's first frame awaited.
  case awaitingFirstFrame
  /// The router accepted us.
  case established
}

/// How the other side closed.
enum CloseForm: String, Sendable {
  /// FIN.
  case finish
  /// FIN, and RST right behind: bytes of ours were never read.
  case finishThenReset
  /// RST alone.
  case reset
}

/// How a handshake ended.
enum HandshakeEnd: Equatable, Sendable {
  /// The router's RouterInfo or first message came in a frame that only the router could seal.
  case established
  /// Nobody listens.
  case refused
  /// The system refused a call of ours.
  case failed(Errno, stage: HandshakeStage)
  /// The router closed.
  case closed(CloseForm, stage: HandshakeStage, afterNanoseconds: UInt64)
  /// The router neither spoke nor closed while our patience lasted.
  case silence(stage: HandshakeStage)
  /// An answer that does not belong to our handshake: from something that is not the router, or
  /// from i2pd 2.45 when our clock is wrong, which then answers before it has read our padding.
  case unauthentic(stage: HandshakeStage)
  /// The router ended the connection in its own words, e.g. 17 for a foreign network or address.
  case terminated(reason: UInt8)
  /// We left, as the options asked.
  case left(stage: HandshakeStage)
  /// Bytes came in answer to a hybrid message 1; its key has no private half, so the lab ends here.
  case answeredHybrid
}

/// What one handshake showed. All times count from the end of our own previous step.
struct HandshakeResult: Sendable {
  /// From the call to the completed TCP connection; nil: never.
  var connectedAfterNanoseconds: UInt64?
  /// From message 1 to the whole of message 2; nil: never.
  var messageTwoAfterNanoseconds: UInt64?
  /// From the call to the first authentic frame of the router; nil: never.
  var establishedAfterNanoseconds: UInt64?
  /// Bytes of message 2, padding included.
  var messageTwoLength: Int?
  /// How it ended.
  var end: HandshakeEnd
  /// What somebody without keys saw of it.
  var observation: Observation
}

/// What a stranger can observe of a connection: enough to tell a bare router from a guarded one, if
/// they can be told apart at all.
struct Observation: Sendable, Equatable {
  /// How the other side closed; nil: it did not.
  var close: CloseForm?
  /// From our last byte (or from the connection) to the close; nil: it did not close.
  var closedAfterNanoseconds: UInt64?
  /// Bytes that came.
  var bytesReceived = 0
  /// Bytes that we sent.
  var bytesSent = 0

  /// The first difference that a stranger could see between two observations.
  ///
  /// - Parameters:
  ///   - other: the other observation.
  ///   - toleranceNanoseconds: how far apart two closes may be and still look alike.
  /// - Returns: the difference, `.none` when there is none.
  func difference(from other: Observation, toleranceNanoseconds: UInt64) -> ObservedDifference {
    guard close == other.close else { return .closeForm }
    guard (bytesReceived == 0) == (other.bytesReceived == 0) else { return .answer }
    guard let mine = closedAfterNanoseconds, let theirs = other.closedAfterNanoseconds else {
      return closedAfterNanoseconds == other.closedAfterNanoseconds ? .none : .closeTime
    }
    let apart = mine > theirs ? mine - theirs : theirs - mine
    return apart <= toleranceNanoseconds ? .none : .closeTime
  }
}

/// What tells two observations apart.
enum ObservedDifference: Sendable {
  /// Nothing.
  case none
  /// One closed with FIN, the other with RST or not at all.
  case closeForm
  /// One answered, the other did not.
  case answer
  /// The closes are further apart than the tolerance.
  case closeTime
}
