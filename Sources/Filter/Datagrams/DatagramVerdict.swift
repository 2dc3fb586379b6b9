/// What is to be done with a datagram from outside.
public enum DatagramVerdict: Equatable, BitwiseCopyable, Sendable {
  /// Nothing: silence.
  case refuse(Reason)
  /// Pass it on; what the router answers is to come back through `SSU2Gate.answered`.
  case trial(Reason)
  /// Pass it on, and from now on the flow goes to the router without the gate.
  case admit(Reason)
  /// Send that many bytes of the answer: a Retry of the gate's own, whose token is a cookie.
  case challenge(Int, Reason)
  /// Send that many bytes of the answer: a Retry that refuses, so that the peer asks again, and
  /// then passes.
  case reject(Int, Reason)

  /// The verdict as it is counted and journalled.
  public var verdict: Verdict {
    switch self {
    case .refuse: .refuse
    case .trial: .trial
    case .admit: .admit
    case .challenge: .challenge
    case .reject: .reject
    }
  }

  /// Why.
  public var reason: Reason {
    switch self {
    case .refuse(let reason), .trial(let reason), .admit(let reason): reason
    case .challenge(_, let reason), .reject(_, let reason): reason
    }
  }
}

/// What is to be done with a datagram of the router to a peer that is on trial.
public enum AnswerVerdict: Equatable, BitwiseCopyable, Sendable {
  /// A Retry: send it on; it changes nothing for the flow.
  case forward(Reason)
  /// The router speaks to that peer for real: send it on, and from now on the flow goes without
  /// the gate.
  case release(Reason)
}
