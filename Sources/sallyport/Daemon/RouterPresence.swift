internal import Telemetry
internal import Wire

/// Whether the router is there for the gates of one transport. Pure: looks, counts and moments in,
/// a report out.
struct RouterPresence {
  /// How long an answer tells that the router is there, where its listener does not show.
  static let answerLastsNanoseconds = 300 * Nanoseconds.perSecond

  private enum Listening {
    case unknown
    case nobody(since: Instant)
    /// Since when these very sockets listen.
    case somebody(since: Instant, inodes: Set<UInt64>)
  }

  private struct Answer {
    var count: UInt64
    var at: Instant
    var wallSeconds: UInt64
  }

  private let transport: Transport
  private var listening = Listening.unknown
  private var answer: Answer?

  /// A router that nobody has looked at.
  init(_ transport: Transport) { self.transport = transport }

  /// Takes a look at who listens; what is to be told of it.
  mutating func saw(_ look: ListenerLook, at now: Instant) -> JournalEvent? {
    switch (look, listening) {
    case (.unknown, _):
      listening = .unknown
    case (.nobody, .nobody):
      break
    case (.nobody(let place), .somebody):
      listening = .nobody(since: now)
      return .routerUnreachable(
        transport: transport.word,
        problem: "nobody listens at \(place)"
      )
    case (.nobody, .unknown):
      listening = .nobody(since: now)
    case (.somebody(let inodes), .somebody(_, let known)) where inodes == known:
      break
    case (.somebody(let inodes), .nobody(let since)):
      listening = .somebody(since: now, inodes: inodes)
      return .routerBack(
        transport: transport.word,
        awayNanoseconds: now.nanoseconds(since: since)
      )
    case (.somebody(let inodes), _):
      listening = .somebody(since: now, inodes: inodes)
    }
    return nil
  }

  /// Takes the numbers of the transport's gates: whether the router has answered strangers since.
  mutating func counted(_ numbers: Snapshot, at now: Instant, wallSeconds: UInt64) {
    let count = numbers[.answersSeen] &+ numbers[.routerAnswer].count
    guard count != answer?.count ?? 0 else { return }
    answer = Answer(count: count, at: now, wallSeconds: wallSeconds)
  }

  /// How it is, if what was handed over is refused since `refusing`.
  ///
  /// A listener that came after the refusal ends it; one that was there before does not. An answer
  /// that came after nobody was seen to listen counts more: the router is reached by other ways.
  func report(refusingSince refusing: Instant?, at now: Instant) -> RouterReport {
    var report = RouterReport(answeredWallSeconds: answer?.wallSeconds)
    var awaySince = refusing
    switch listening {
    case .unknown:
      let isFresh = answer.map { now.nanoseconds(since: $0.at) < Self.answerLastsNanoseconds }
      report.state = isFresh == true ? .up : .unknown
    case .nobody(let since):
      report.listener = .nobody
      report.state = .up
      if answer.map({ $0.at <= since }) ?? true { awaySince = min(refusing ?? since, since) }
    case .somebody(let since, _):
      report.listener = .somebody
      report.state = .up
      if let refused = refusing, since > refused { awaySince = nil }
    }
    if let awaySince { report.state = .away(nanoseconds: now.nanoseconds(since: awaySince)) }
    return report
  }
}
