internal import Wire

/// How an initiator behaves between the messages: the routers' programs differ there, and what is
/// fatal to one does nothing to the other (measured with i2pd 2.45.1 and Java I2P 2.8.0).
enum SSU2Manner: String, CaseIterable, Sendable {
  /// Every Retry begins anew with a fresh ephemeral key; a TokenRequest is sent once, all else
  /// every second; five seconds in all; a rejection ends it.
  case i2pd
  /// A second Retry with another token ends the attempt; three retransmissions, of a TokenRequest
  /// with other padding; fifteen seconds in all; after a rejection the next attempt begins at once.
  case java

  /// The names for a command line.
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// How long one attempt lasts.
  var patienceNanoseconds: UInt64 {
    switch self {
    case .i2pd: 5 * Nanoseconds.perSecond
    case .java: 15 * Nanoseconds.perSecond
    }
  }

  /// Attempts after a rejected one; i2pd's next comes after 75 seconds.
  var redialsMaximum: Int {
    switch self {
    case .i2pd: 0
    case .java: 3
    }
  }

  /// When a message is sent again.
  ///
  /// - Parameters:
  ///   - count: how often it was sent so far, from 1.
  ///   - stage: what is awaited.
  /// - Returns: from its first sending to its sending number `count` + 1; nil: it is not sent.
  func resendNanoseconds(after count: Int, stage: SSU2Stage) -> UInt64? {
    switch self {
    case .i2pd:
      return stage == .awaitingRetry ? nil : UInt64(count) * Nanoseconds.perSecond
    case .java:
      let offsets: [UInt64] = [1_250, 3_750, 8_750]
      guard offsets.indices.contains(count - 1) else { return nil }
      return offsets[count - 1] * Nanoseconds.perMillisecond
    }
  }

  /// How soon after its last sending a SessionRequest may go out again because the same Retry came
  /// again.
  static let repeatedRetryNanoseconds = 750 * Nanoseconds.perMillisecond

  /// Bytes in the padding block of a TokenRequest.
  var tokenRequestPadding: ClosedRange<Int> {
    switch self {
    case .i2pd: 0...15
    case .java: 0...31
    }
  }

  /// Bytes in the padding block of a SessionRequest.
  var sessionRequestPadding: ClosedRange<Int> { 0...31 }
}

/// How far an SSU2 handshake had come.
enum SSU2Stage: String, Sendable, CaseIterable {
  /// TokenRequest is out.
  case awaitingRetry
  /// SessionRequest is out.
  case awaitingSessionCreated
  /// SessionConfirmed is out.
  case awaitingData
  /// The router accepted us.
  case established
}
