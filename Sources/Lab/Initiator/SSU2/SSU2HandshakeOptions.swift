internal import Wire

/// How one SSU2 handshake is to be done, rightly or wrongly.
struct SSU2HandshakeOptions: Sendable {
  /// How we behave between the messages.
  var manner = SSU2Manner.i2pd
  /// What we do wrong.
  var fault = SSU2Fault.none
  /// Seconds that our clock is ahead; negative: behind.
  var clockOffsetSeconds: Int64 = 0
  /// A token of an earlier session: SessionRequest comes first.
  var cachedToken: UInt64?
  /// Who we are; nil: somebody new.
  var identity: SSU2Identity?
  /// The SSU2 address in our RouterInfo; nil: none, as a firewalled router.
  var published: Endpoint?
  /// Bytes of padding in SessionConfirmed; about 900 make it two datagrams. Nil: no padding block.
  var confirmedPaddingCount: Int?
  /// Where we fall silent and leave; nil: nowhere.
  var stop: Stop?
  /// What we do once we are established.
  var farewell = Farewell.terminate
  /// How long an attempt lasts; nil: as the manner has it.
  var patienceNanoseconds: UInt64?
  /// Attempts after a rejected one; nil: as the manner has it.
  var redialsMaximum: Int?
  /// Whether the result holds all datagrams that we sent.
  var recording = Recording.off

  /// Where an initiator falls silent.
  enum Stop: Sendable {
    /// After the first TokenRequest.
    case afterTokenRequest
    /// After the first Retry was read.
    case afterRetry
    /// After the first SessionRequest.
    case afterSessionRequest
    /// After SessionCreated was read.
    case afterSessionCreated
  }

  /// What an established initiator does.
  enum Farewell: Equatable, Sendable {
    /// Says that the session ends, and leaves.
    case terminate
    /// Leaves without a word.
    case leave
    /// Asks for a sign of life now and then, answers what comes, and terminates.
    case converse(nanoseconds: UInt64, intervalNanoseconds: UInt64)
    /// The same, the second half of it from another port.
    case converseAndMove(nanoseconds: UInt64, intervalNanoseconds: UInt64)
  }

  /// Whether datagrams are kept.
  enum Recording: Sendable {
    /// They are not.
    case off
    /// They are.
    case on
  }
}

/// What an initiator does wrong, each fault in the first message that it concerns.
enum SSU2Fault: String, CaseIterable, Sendable {
  /// Nothing.
  case none
  /// Headers name a network next to the router's.
  case wrongNetwork = "wrong-network"
  /// Headers name version 5.
  case wrongVersion = "wrong-version"
  /// The seal of the TokenRequest is broken.
  case brokenTokenRequest = "broken-token-request"
  /// The seal of the SessionRequest is broken.
  case brokenSessionRequest = "broken-session-request"
  /// Both ends have the same identifier.
  case equalIdentifiers = "equal-identifiers"
  /// The TokenRequest carries no time.
  case noDateTime = "no-date-time"
  /// The SessionRequest's token is zero.
  case zeroToken = "zero-token"
  /// No TokenRequest; the SessionRequest's token is made up.
  case madeUpToken = "made-up-token"
  /// The SessionRequest comes from another port than the TokenRequest.
  case otherPort = "other-port"
  /// The SessionRequest has other identifiers than the TokenRequest.
  case otherIdentifiers = "other-identifiers"

  /// The names for a command line.
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
