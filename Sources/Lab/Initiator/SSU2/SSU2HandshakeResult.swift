internal import Kernel
internal import Wire

/// How an SSU2 handshake ended.
enum SSU2HandshakeEnd: Equatable, Sendable {
  /// Data came that only the router could seal, after our SessionConfirmed.
  case established
  /// A Retry without a token: the router refuses, e.g. 7 for a wrong clock, 11 for an endpoint that
  /// is banned for now, 17 for a banned one, 19 for a limit.
  case rejected(reason: UInt8, stage: SSU2Stage)
  /// A second Retry with another token, which ends an attempt in Java's manner.
  case secondRetry
  /// The router ended the session in its own words.
  case terminated(reason: UInt8)
  /// Nothing that belongs to us came while our patience lasted.
  case silence(stage: SSU2Stage)
  /// Nobody listens: the router's host said so.
  case refused(stage: SSU2Stage)
  /// The system refused a call of ours.
  case failed(Errno, stage: SSU2Stage)
  /// We left, as the options asked.
  case left(stage: SSU2Stage)
}

/// What one SSU2 handshake showed. All times count from the call.
struct SSU2HandshakeResult: Sendable {
  /// Until the first Retry that belongs to us; nil: never.
  var retryAfterNanoseconds: UInt64?
  /// Until SessionCreated; nil: never.
  var createdAfterNanoseconds: UInt64?
  /// Until the first data of the router; nil: never.
  var establishedAfterNanoseconds: UInt64?
  /// Bytes of the first Retry.
  var retryLength: Int?
  /// Bytes of SessionCreated.
  var createdLength: Int?
  /// The tokens of all Retries in order, zero for a rejection.
  var retryTokens: [UInt64] = []
  /// Attempts after a rejected one.
  var redialCount = 0
  /// Where the router sees us, as its last Retry or SessionCreated says.
  var observedAddress: Endpoint?
  /// A token for the next session.
  var newToken: UInt64?
  /// Datagrams that we sent.
  var sentCount = 0
  /// Bytes of them.
  var sentBytes = 0
  /// Datagrams that came.
  var receivedCount = 0
  /// Bytes of them.
  var receivedBytes = 0
  /// Datagrams that came and did not belong to us.
  var strangeCount = 0
  /// Signs of life that we asked for in an established session.
  var challengeCount = 0
  /// Those that came.
  var responseCount = 0
  /// Those that came after we had moved to another port.
  var movedResponseCount = 0
  /// All datagrams that we sent, when recording.
  var recording: [[UInt8]] = []
  /// From where.
  var source: Endpoint?
  /// How it ended.
  var end: SSU2HandshakeEnd = .silence(stage: .awaitingRetry)
}
