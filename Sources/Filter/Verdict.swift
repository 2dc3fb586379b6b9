/// What was decided about a connection or a datagram.
///
/// The words are a contract: the same in the journal, in the metrics and in `why`.
public enum Verdict: UInt8, CaseIterable, Sendable, BitwiseCopyable {
  /// Not let through to the router.
  case refuse
  /// Let through: the router was dialled and has the first flight.
  case admit
  /// Let through, but the handshake did not become a session.
  case fail
  /// Let through, and the handshake became a session.
  case complete
  /// A rule on probation matched: nothing was done about it.
  case observe
  /// A datagram was let through, and the router's answer to it is watched.
  case trial
  /// A datagram was answered in the router's place, with a token that proves the endpoint when it
  /// comes back.
  case challenge
  /// A datagram was answered in the router's place with a refusal, so that the peer comes again.
  case reject

  /// The word that people and other programs read.
  public var word: StaticString {
    switch self {
    case .refuse: "refuse"
    case .admit: "admit"
    case .fail: "fail"
    case .complete: "complete"
    case .observe: "observe"
    case .trial: "trial"
    case .challenge: "challenge"
    case .reject: "reject"
    }
  }
}
