internal import Wire

/// How an admitted handshake ended, or that it did not yet.
public enum HandshakeOutcome: Equatable, BitwiseCopyable, Sendable {
  /// Still under way.
  case underWay
  /// Ended or judged, with the verdict to count.
  case decided(Verdict, Reason)
  /// Became a session after all, when it had been judged a failure for being slow.
  case late
}

/// Follows an admitted NTCP2 handshake by counting bytes, since its contents are opaque from
/// message 2 on (NTCP2 specification, messages 2 and 3).
///
/// ```
/// flight handed over -> answered (router sent) -> message 3 whole -> established (router sent
/// more)
///        |                  |                          |
///  noAnswer, peerLeft  stalled, peerLeft,      peerLeft, routerClosed
///                      routerClosed
/// ```
///
/// Only the router's bytes show that it took message 3: whatever a peer sends behind one of its own
/// making proves nothing.
///
/// A handshake that is too slow is judged once and followed on: it may still become a session.
public struct HandshakeFollower: BitwiseCopyable, Sendable {
  private enum Phase: BitwiseCopyable {
    case handedOver
    case answered
    case confirming
    case decided
  }

  /// A router that refuses message 3 sends one termination frame of at most this many bytes.
  private static let longestTerminationFrame = 64
  /// A router that works answers within milliseconds, and initiators wait ten seconds and more: a
  /// peer that waited so long in vain left a router that hangs.
  private static let patienceNanoseconds = 2 * Nanoseconds.perSecond

  private var phase = Phase.handedOver
  private let isProven: Bool
  private var lateBytesLeft: Int
  private var message3Left: Int
  private var routerBytesAfterMessage3 = 0

  /// Whether it was judged a failure for being slow.
  public private(set) var wasTooSlow = false

  /// Whether its verdict was given: it is counted once.
  public var isJudged: Bool { wasTooSlow || phase == .decided }

  /// The handshake that begins with this flight.
  public init(_ flight: ProvenFlight) {
    isProven = flight.isProven
    lateBytesLeft = flight.lateBytes
    message3Left = flight.message3Length
  }

  /// Bytes that the peer may send now.
  public var peerMaySend: Int { isAnswered ? .max : lateBytesLeft }

  /// Whether the router has answered: only then may the peer speak again.
  public var isAnswered: Bool { phase != .handedOver }

  /// Whether message 3 is whole and the router has yet to show what it makes of it. Without a
  /// proof nobody knows: the router may still wait for the rest of it.
  public var isConfirming: Bool { phase == .confirming && isProven }

  /// Bytes went from the router to the peer.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func routerSent(_ count: Int) -> HandshakeOutcome {
    switch phase {
    case .handedOver:
      phase = .answered
      return .underWay
    case .confirming:
      return confirm(count)
    case .answered, .decided:
      return .underWay
    }
  }

  /// Bytes went from the peer to the router, no more than it may send.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func peerSent(_ count: Int) -> HandshakeOutcome {
    switch phase {
    case .answered:
      message3Left &-= count
      if message3Left <= 0 { phase = .confirming }
    case .handedOver:
      lateBytesLeft &-= count
    case .confirming, .decided:
      break
    }
    return .underWay
  }

  /// The time for the next step is over. A router closes at once on a bad message 3, so one that
  /// kept the connection took it, if it was whole.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func timeIsUp() -> HandshakeOutcome {
    switch phase {
    case .handedOver: return judgeTooSlow(.noAnswer)
    case .answered: return judgeTooSlow(.stalled)
    case .confirming:
      return isProven ? decide(.complete, .established) : judgeTooSlow(.stalled)
    case .decided: return .underWay
    }
  }

  private mutating func judgeTooSlow(_ reason: Reason) -> HandshakeOutcome {
    guard !wasTooSlow else { return .underWay }
    wasTooSlow = true
    return .decided(.fail, reason)
  }

  /// The peer closed or reset its connection, so long after the last step.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func peerClosed(afterNanoseconds waited: UInt64) -> HandshakeOutcome {
    switch phase {
    case .handedOver where waited >= Self.patienceNanoseconds: decide(.fail, .noAnswer)
    case .handedOver, .answered, .confirming: decide(.fail, .peerLeft)
    case .decided: .underWay
    }
  }

  /// The peer spoke when it was not its turn.
  public mutating func peerSpokeEarly() -> HandshakeOutcome {
    phase == .decided ? .underWay : decide(.fail, .earlyBytes)
  }

  /// The router closed or reset its connection.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func routerClosed() -> HandshakeOutcome {
    switch phase {
    case .handedOver: decide(.fail, .noAnswer)
    case .answered, .confirming: decide(.fail, .routerClosed)
    case .decided: .underWay
    }
  }

  private mutating func confirm(_ count: Int) -> HandshakeOutcome {
    routerBytesAfterMessage3 &+= count
    guard routerBytesAfterMessage3 > Self.longestTerminationFrame else { return .underWay }
    return decide(.complete, .established)
  }

  private mutating func decide(_ verdict: Verdict, _ reason: Reason) -> HandshakeOutcome {
    phase = .decided
    guard wasTooSlow else { return .decided(verdict, reason) }
    return verdict == .complete ? .late : .underWay
  }
}
