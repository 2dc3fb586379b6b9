internal import Filter
internal import Wire

/// What a stranger is doing.
enum StrangerStage: BitwiseCopyable {
  /// Its first flight is awaited.
  case reading
  /// Its first flight is whole; others of better standing are proven first.
  case deferred
  /// Its first flight is proven, but for the padding.
  case padding(ProvenFlight)
  /// Proven; waits to be let through.
  case waiting(ProvenFlight)
  /// Refused; held as the bare router would hold it.
  case mimicking(FailurePlan, bytesRead: Int)
}

/// A connection that was accepted and has not been let through.
struct Stranger<Socket: ~Copyable>: ~Copyable {
  let socket: Socket
  let source: Endpoint
  /// What its judgement goes by.
  var visitor: Visitor
  /// When its first flight was proven; only then does this mean anything.
  var provenAt: Instant
  var stage = StrangerStage.reading
  /// Whether the socket is registered for events.
  var isWatched = false
  /// Whether its socket wakes the loop only at more than one byte.
  var isWokenLate = false
  /// Whether it still counts as half-open.
  var isHalfOpen = true

  /// Under which keys its source is remembered.
  var keys: SourceKeys { visitor.keys }
  /// When it was accepted.
  var acceptedAt: Instant { visitor.acceptedAt }
}

/// The queues that strangers stand in, each in order of time; numbered in the order in which they
/// make room when slots run out.
enum StrangerQueue {
  /// Refused: held only for show.
  static let mimicking = 0
  /// Has shown nothing, or not all.
  static let reading = 3
  static let count = 8

  /// The queues of those who are not proven.
  static var unproven: Range<Int> { 0..<4 }

  /// Those whose proof is put off.
  static func deferred(_ standing: Standing) -> Int { standing == .failing ? 1 : 2 }

  /// Those who wait to be let through.
  static func waiting(_ standing: Standing) -> Int { count &- 1 &- Int(standing.rawValue) }
}

/// Queues that together may hold only a share of the slots, so that those who have shown nothing
/// yet always have slots left: an honest newcomer is one of them for a moment.
enum StrangerGroup {
  case mimicking
  case deferred
  case waiting

  /// The group's queues, the one that is missed least first.
  var queues: Range<Int> {
    switch self {
    case .mimicking: 0..<1
    case .deferred: 1..<3
    case .waiting: 4..<8
    }
  }

  /// How many of `capacity` slots the group may hold.
  func share(of capacity: Int) -> Int {
    switch self {
    case .mimicking: max(capacity / 2, 1)
    case .deferred, .waiting: max(capacity / 8, 1)
    }
  }

  /// Why a member is refused when the group holds more than its share; nil when it was already.
  var reason: Reason? {
    switch self {
    case .mimicking: nil
    case .deferred: .proofBudget
    case .waiting: .routerBusy
    }
  }
}
