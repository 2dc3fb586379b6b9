internal import Synchronization

/// What the stand-in for a Java router's SSU2 side counted.
struct JavaSSU2Report: Sendable, Equatable {
  /// Datagrams that came, whatever they were: what a flood costs the router.
  var received: UInt64 = 0
  /// Datagrams without meaning to it, or with a value that it does not even answer.
  var ignored: UInt64 = 0
  /// TokenRequests without a fault.
  var tokenRequests: UInt64 = 0
  /// SessionRequests whose header is right.
  var sessionRequests: UInt64 = 0
  /// Retries with a token.
  var retries: UInt64 = 0
  /// Refused because too many came this minute, reason 19.
  var refusedByLimiter: UInt64 = 0
  /// Refused because every place was taken, reason 19.
  var refusedWhenFull: UInt64 = 0
  /// Refused because an earlier attempt of this endpoint was given up, reason 11.
  var refusedAsBanned: UInt64 = 0
  /// Refused because of a wrong clock, reason 7.
  var refusedClocks: UInt64 = 0
  /// Refusals that were not sent: an endpoint gets two in three minutes.
  var silentRefusals: UInt64 = 0
  /// SessionRequests with a token that no state has.
  var unknownTokens: UInt64 = 0
  /// States that ended because a token or a seal was wrong.
  var destroyed: UInt64 = 0
  /// SessionCreated sent, without repetitions.
  var created: UInt64 = 0
  /// Peers accepted after SessionConfirmed.
  var established: UInt64 = 0
  /// Peers refused after SessionConfirmed.
  var refusedPeers: UInt64 = 0
  /// Attempts that were given up: their endpoints are banned.
  var abandoned: UInt64 = 0
  /// Data of peers.
  var data: UInt64 = 0
  /// Most places taken at once.
  var placesAtMost = 0
}

extension JavaSSU2Report: CustomStringConvertible {
  /// The counts for people.
  var description: String {
    """
    datagrams \(received), ignored \(ignored); TokenRequests \(tokenRequests), \
    SessionRequests \(sessionRequests), of unknown tokens \(unknownTokens)
    Retries \(retries), refused: by the limiter \(refusedByLimiter), when full \
    \(refusedWhenFull), as banned \(refusedAsBanned), wrong clocks \(refusedClocks), \
    in silence \(silentRefusals)
    SessionCreated \(created), established \(established), refused \(refusedPeers), \
    abandoned \(abandoned), destroyed \(destroyed), data \(data), places at most \(placesAtMost)
    """
  }
}

/// The running counts, readable from any thread.
final class JavaSSU2Counters: Sendable {
  private let report = Mutex(JavaSSU2Report())

  /// The counts so far.
  var snapshot: JavaSSU2Report { report.withLock { $0 } }

  /// Changes the counts.
  func update(_ change: (inout JavaSSU2Report) -> Void) {
    report.withLock { change(&$0) }
  }
}
