internal import Filter
internal import Wire

/// The gate's decision over a capture, with the capture's own clock: the same limits, signatures
/// and judgement in the same order as a shard, without sockets.
///
/// Left out is what a capture can't tell: whether the router had room. Whoever is worth a proof is
/// proven at once, and whoever is proven is let through.
struct Rehearsal: ~Copyable {
  private enum Stage {
    case reading
    case padding(ProvenFlight)
    case admitted(HandshakeFollower)
    case over
  }

  /// A connection on its way through the rooms.
  private struct Stranger {
    let number: Int
    var visitor: Visitor
    var stage = Stage.reading
    var isHalfOpen = true
    /// Of the peer and the router, who has closed.
    var closed = 0
    /// Once admitted: when the last step of the handshake was made.
    var steppedAt: Instant

    var keys: SourceKeys { visitor.keys }
  }

  /// What was decided so far.
  var report: RehearsalReport
  private let laws: RehearsedLaw
  private var judge: Judge
  private var mimicry: Mimicry
  private var strangers: [ConnectionKey: Stranger] = [:]
  private var deadlines = DeadlineHeap()
  private var now: Instant
  private var wallSeconds: UInt64 = 0

  /// A gate as it stands at the start, at the moment of the first packet.
  init(_ laws: RehearsedLaw, tables: SharedTables, startingAt start: Instant) {
    report = RehearsalReport(
      signatures: laws.law.rules.signatures.definitions.map(\.name),
      rules: laws.law.rules.program.definitions.map(\.name)
    )
    mimicry = Mimicry(
      kind: laws.law.handshake.facts.kind,
      version: laws.law.handshake.facts.version,
      seed: 1,
      now: start
    )
    judge = Judge(laws.law, tables: tables, now: start)
    self.laws = laws
    now = start
  }

  /// Moves the clock on; those whose time is over by then are refused. A capture whose clock steps
  /// back stands still instead.
  mutating func advance(toNanoseconds nanoseconds: UInt64) {
    let moment = max(now, Instant(nanoseconds: nanoseconds))
    while let due = deadlines.pop(until: moment) {
      now = max(now, due.at)
      timeIsUp(due.key, number: due.number)
    }
    now = moment
    wallSeconds = moment.nanoseconds / Nanoseconds.perSecond
  }

  /// Takes what happened to a connection.
  mutating func take(
    _ key: ConnectionKey,
    _ event: ConnectionEvent,
    _ connection: borrowing CapturedConnection
  ) {
    if connection.turns.isSession { report.becameSession(key, at: now) }
    switch event {
    case .opened: arrive(key, connection)
    case .peerSent(let count): peerSent(key, count, connection.bytes)
    case .routerSent(let count): follow(key) { follower, _ in follower.routerSent(count) }
    case .peerClosed: peerClosed(key)
    case .routerClosed: routerClosed(key)
    }
  }

  private mutating func arrive(_ key: ConnectionKey, _ connection: borrowing CapturedConnection) {
    if let old = strangers[key] { leave(key, old) }
    var arrival = NewArrival(source: key.peer.address)
    // What people say is of today and not of the capture: everybody in it is a stranger to them.
    arrival.isAllowed = false
    let questions = judge.questions(about: key.peer.address, laws.law, now: now)
    if questions.syn { arrival.syn = connection.fingerprint }
    if questions.roundTrip { arrival.roundTripMicroseconds = connection.roundTripMicroseconds }
    switch judge.arrive(arrival, laws.law, now: now) {
    case .refuse(let reason):
      let number = report.open(key, connection.fingerprint, isKnown: false, at: now)
      report.decide(number, .refuse, reason)
    case .welcome(let visitor, let findings):
      let isKnown = judge.limits.standing(visitor.keys, now: now) == .known
      let number = report.open(key, connection.fingerprint, isKnown: isKnown, at: now)
      var stranger = Stranger(number: number, visitor: visitor, steppedAt: now)
      report.found(findings, number)
      if let order = findings.order { obey(order, &stranger) }
      strangers[key] = stranger
      let end = mimicry.endWithoutFlight(accepted: now, now: now)
      deadlines.push(DeadlineHeap.Entry(at: end, key: key, number: number))
    }
  }

  private mutating func peerSent(_ key: ConnectionKey, _ count: Int, _ bytes: [UInt8]) {
    guard var stranger = strangers[key] else { return }
    report.peerSent(stranger.number, count, at: now)
    switch stranger.stage {
    case .reading: judge(&stranger, bytes)
    case .padding(let flight): checkWhole(&stranger, flight, bytes.count)
    case .admitted: return follow(key) { follower, _ in follower.peerSent(count) }
    case .over: return
    }
    strangers[key] = stranger
  }

  private mutating func judge(_ stranger: inout Stranger, _ bytes: [UInt8]) {
    let look = judge.look(bytes.span, of: &stranger.visitor, laws.law, now: now)
    report.found(look.findings, stranger.number)
    if let observed = look.observed { report.observed(observed.index, stranger.number) }
    switch look.verdict {
    case .wait:
      return
    case .obey(let order):
      obey(order, &stranger)
    case .refuse(let reason):
      refuse(&stranger, reason)
    case .plausible(let flight):
      judge.limits.ask(stranger.keys, now: now)
      accept(&stranger, flight, bytes.count)
    case .prove:
      judge.limits.ask(stranger.keys, now: now)
      prove(&stranger, bytes)
    }
  }

  private mutating func prove(_ stranger: inout Stranger, _ bytes: [UInt8]) {
    let verdict = judge.prove(bytes.span, laws.law, now: now, wallSeconds: wallSeconds)
    switch verdict {
    case .refuse(let reason): refuse(&stranger, reason)
    case .proven(let flight): accept(&stranger, flight, bytes.count)
    }
  }

  private mutating func accept(
    _ stranger: inout Stranger,
    _ flight: ProvenFlight,
    _ bytesThere: Int
  ) {
    leaveHalfOpen(&stranger)
    checkWhole(&stranger, flight, bytesThere)
  }

  private mutating func checkWhole(
    _ stranger: inout Stranger,
    _ flight: ProvenFlight,
    _ bytesThere: Int
  ) {
    switch Judge.extent(of: flight, bytesThere: bytesThere) {
    case .whole:
      report.decide(stranger.number, .admit, flight.isProven ? .proven : .plausible)
      stranger.stage = .admitted(HandshakeFollower(flight))
      stranger.steppedAt = now
    case .wait:
      stranger.stage = .padding(flight)
    case .refuse(let reason):
      refuse(&stranger, reason)
    }
  }

  /// Does what a rule or a signature orders.
  private mutating func obey(_ order: RefusalOrder, _ stranger: inout Stranger) {
    report.ordered(order, stranger.number)
    if order.isHostile { judge.limits.fail(stranger.keys, now: now) }
    end(&stranger, order.reason)
  }

  private mutating func refuse(_ stranger: inout Stranger, _ reason: Reason) {
    if Judge.isHostile(reason) { judge.limits.fail(stranger.keys, now: now) }
    end(&stranger, reason)
  }

  /// Refuses without holding it against the source.
  private mutating func end(_ stranger: inout Stranger, _ reason: Reason) {
    leaveHalfOpen(&stranger)
    report.decide(stranger.number, .refuse, reason)
    stranger.stage = .over
  }

  private mutating func leaveHalfOpen(_ stranger: inout Stranger) {
    guard stranger.isHalfOpen else { return }
    stranger.isHalfOpen = false
    judge.limits.leaveHalfOpen(stranger.keys)
  }

  private mutating func peerClosed(_ key: ConnectionKey) {
    follow(key) { $0.peerClosed(afterNanoseconds: $1) }
    guard var stranger = strangers[key] else { return }
    switch stranger.stage {
    case .reading, .padding, .over: return leave(key, stranger)
    case .admitted: stranger.closed += 1
    }
    strangers[key] = stranger
    leaveWhenClosed(key, stranger)
  }

  private mutating func routerClosed(_ key: ConnectionKey) {
    follow(key) { follower, _ in follower.routerClosed() }
    guard var stranger = strangers[key] else { return }
    stranger.closed += 1
    strangers[key] = stranger
    leaveWhenClosed(key, stranger)
  }

  /// A connection that was let through is over when both have closed it, one that was refused when
  /// the router has.
  private mutating func leaveWhenClosed(_ key: ConnectionKey, _ stranger: Stranger) {
    switch stranger.stage {
    case .reading, .padding: return
    case .over: leave(key, stranger)
    case .admitted: if stranger.closed >= 2 { leave(key, stranger) }
    }
  }

  /// The connection is over, or another takes its place.
  private mutating func leave(_ key: ConnectionKey, _ old: Stranger) {
    var stranger = old
    switch stranger.stage {
    case .reading, .padding: end(&stranger, .hungUp)
    case .admitted, .over: break
    }
    judge.limits.leave(stranger.keys)
    strangers[key] = nil
  }

  private mutating func timeIsUp(_ key: ConnectionKey, number: Int) {
    guard var stranger = strangers[key], stranger.number == number else { return }
    switch stranger.stage {
    case .reading, .padding:
      end(&stranger, report.bytesSeen(number) == 0 ? .silent : .incomplete)
      strangers[key] = stranger
    case .admitted, .over:
      break
    }
  }

  /// Follows the handshake of whoever was let through by one step, which is told how many
  /// nanoseconds after the last it comes, and remembers what became of it.
  private mutating func follow(
    _ key: ConnectionKey,
    _ step: (inout HandshakeFollower, UInt64) -> HandshakeOutcome
  ) {
    guard var stranger = strangers[key], case .admitted(var follower) = stranger.stage else {
      return
    }
    let outcome = step(&follower, now.nanoseconds(since: stranger.steppedAt))
    stranger.stage = .admitted(follower)
    stranger.steppedAt = now
    strangers[key] = stranger
    guard case .decided(let verdict, let reason) = outcome else { return }
    report.conclude(verdict, reason)
    if verdict == .complete {
      judge.limits.complete(stranger.keys, now: now)
    } else {
      judge.limits.failAtRouter(stranger.keys, now: now)
      if reason.isPeersDoing { judge.limits.fail(stranger.keys, now: now) }
    }
  }
}

/// A law that several captures are judged by, one after the other: to compile one takes longer than
/// to judge most captures.
final class RehearsedLaw {
  /// The law.
  let law: Law

  /// Shares a law.
  init(_ law: consuming Law) {
    self.law = law
  }

  /// Rules that ask whom the netDb listed: nothing in a capture meets them.
  var namesOfUntold: [String] {
    law.rules.program.definitions
      .filter { rule in
        rule.mode != .ignore && rule.conditions.numbers.contains { $0.feature == .netDb }
      }
      .map(\.name)
  }
}
