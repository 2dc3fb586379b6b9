/// What a datagram for the router's SSU2 port is, as far as the introduction key shows.
public enum SSU2Look: Equatable, BitwiseCopyable, Sendable {
  /// A TokenRequest, opened: its sender knows the router, and may own its address or not.
  case tokenRequest(SSU2LongHeader)
  /// A SessionRequest; only its header could be read.
  case sessionRequest(SSU2LongHeader)
  /// A message of a peer test, opened.
  case peerTest(SSU2LongHeader)
  /// A hole punched for the router, opened.
  case holePunch(SSU2LongHeader)
  /// A header that only its session can read, or no header at all: nobody else can tell. A live
  /// session's data comes so after a restart of the gate, or from another port of the peer.
  case other(destinationIdentifier: UInt64)
  /// Can't be for the router. `clockSkew` means a message that is otherwise sound.
  case refuse(Reason)
}

/// What the router sent to a peer that is on trial.
public enum SSU2AnswerLook: Equatable, BitwiseCopyable, Sendable {
  /// A Retry: with a token, or as a refusal, whose token is zero.
  case retry(token: UInt64, destinationIdentifier: UInt64, isRejection: Bool)
  /// Anything else.
  case other
}
