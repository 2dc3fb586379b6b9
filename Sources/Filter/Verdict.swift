/// What was decided about a connection, in rising order of how far it got.
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

  /// The word that people and other programs read.
  public var word: StaticString {
    switch self {
    case .refuse: "refuse"
    case .admit: "admit"
    case .fail: "fail"
    case .complete: "complete"
    case .observe: "observe"
    }
  }
}
