internal import Synchronization

/// What the stand-in for a Java router counted.
struct JavaInboundReport: Sendable, Equatable {
  /// TCP connections accepted, whatever became of them: what a flood costs the router.
  var accepted: UInt64 = 0
  /// Connections that the limiter let in.
  var admitted: UInt64 = 0
  /// Connections that the limiter closed at once.
  var refusedByLimiter: UInt64 = 0
  /// Connections of blocked addresses, closed at once.
  var refusedAsBlocked: UInt64 = 0
  /// Connections closed because as many as possible were open.
  var refusedWhenFull: UInt64 = 0
  /// First flights that were not authentic or not acceptable.
  var rejectedFirstFlights: UInt64 = 0
  /// First flights seen before.
  var replays: UInt64 = 0
  /// Message 2 sent: first flights that were proven.
  var answered: UInt64 = 0
  /// Peers accepted after message 3.
  var established: UInt64 = 0
  /// Peers that sent at least one message of the network.
  var useful: UInt64 = 0
  /// Connections that the other side ended before it had sent a message: its address is blocked.
  var leftEarly: UInt64 = 0
  /// Connections ended because nothing more came in time.
  var timedOut: UInt64 = 0
}

extension JavaInboundReport: CustomStringConvertible {
  /// The counts for people.
  var description: String {
    """
    accepted \(accepted), admitted \(admitted), refused: by the limiter \(refusedByLimiter), \
    as blocked \(refusedAsBlocked), when full \(refusedWhenFull)
    first flights: rejected \(rejectedFirstFlights), replayed \(replays), answered \(answered)
    peers: established \(established), useful \(useful), left early \(leftEarly), \
    timed out \(timedOut)
    """
  }
}

/// The running counts, readable from any thread.
final class JavaInboundCounters: Sendable {
  private let report = Mutex(JavaInboundReport())

  /// The counts so far.
  var snapshot: JavaInboundReport { report.withLock { $0 } }

  /// Changes the counts.
  func update(_ change: (inout JavaInboundReport) -> Void) {
    report.withLock { change(&$0) }
  }
}

extension JavaInboundReport {
  /// What became of a connection the moment it was accepted.
  enum Entry {
    /// It was let in.
    case admitted
    /// The limiter closed it.
    case limited
    /// Its address is blocked.
    case blocked
    /// As many as possible are open.
    case full
  }

  /// Counts one accepted connection.
  mutating func record(_ entry: Entry) {
    accepted += 1
    switch entry {
    case .admitted: admitted += 1
    case .limited: refusedByLimiter += 1
    case .blocked: refusedAsBlocked += 1
    case .full: refusedWhenFull += 1
    }
  }
}
