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
    let keys: SourceKeys
    var stage = Stage.reading
    var isHalfOpen = true
  }

  /// What was decided so far.
  var report: RehearsalReport
  private let handshake: NTCP2Handshake
  private let signatures: SignatureSet
  private let settings: LimitSettings
  private var limits: SourceLimits
  private var replay: ReplaySet
  private var skewed = TokenBucket()
  private var mimicry: Mimicry
  private var strangers: [ConnectionKey: Stranger] = [:]
  private var deadlines = DeadlineHeap()
  private var now: Instant
  private var wallSeconds: UInt64 = 0

  /// A gate as it stands at the start, at the moment of the first packet.
  init(
    handshake: consuming NTCP2Handshake,
    signatures: consuming SignatureSet,
    settings: LimitSettings,
    startingAt start: Instant
  ) {
    report = RehearsalReport(signatures: signatures.definitions.map(\.name))
    mimicry = Mimicry(
      kind: handshake.facts.kind,
      version: handshake.facts.version,
      seed: 1,
      now: start
    )
    self.handshake = handshake
    self.signatures = signatures
    self.settings = settings
    limits = SourceLimits(settings)
    replay = ReplaySet(capacity: settings.replayRecords, now: start)
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
    case .opened: arrive(key, connection.fingerprint)
    case .peerSent(let count): peerSent(key, count, connection.bytes)
    case .routerSent(let count): follow(key) { $0.routerSent(count) }
    case .peerClosed: peerClosed(key)
    case .routerClosed: follow(key) { $0.routerClosed() }
    }
  }

  private mutating func arrive(_ key: ConnectionKey, _ fingerprint: SynFingerprint?) {
    if let old = strangers[key] { leave(key, old) }
    switch limits.arrive(key.peer.address, now: now) {
    case .refuse(let reason):
      let number = report.open(key, fingerprint, isKnown: false, at: now)
      report.decide(number, .refuse, reason)
    case .welcome(let keys):
      let isKnown = limits.standing(keys, now: now) == .known
      let number = report.open(key, fingerprint, isKnown: isKnown, at: now)
      strangers[key] = Stranger(number: number, keys: keys)
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
    case .admitted: return follow(key) { $0.peerSent(count) }
    case .over: return
    }
    strangers[key] = stranger
  }

  private mutating func judge(_ stranger: inout Stranger, _ bytes: [UInt8]) {
    let look = FlightJudge.look(
      bytes.span,
      signatures: signatures,
      handshake: handshake,
      replay: replay
    )
    switch look.verdict {
    case .wait:
      return
    case .obey(let match):
      report.matched(match.index, stranger.number, isEnforced: true)
      refuse(&stranger, .signature)
    case .refuse(let reason):
      refuse(&stranger, reason)
    case .plausible(let flight):
      accept(&stranger, flight, bytes.count)
    case .prove:
      prove(&stranger, bytes)
    }
    if let observed = look.observed {
      report.matched(observed.index, stranger.number, isEnforced: false)
    }
  }

  private mutating func prove(_ stranger: inout Stranger, _ bytes: [UInt8]) {
    let verdict = FlightJudge.prove(
      bytes.span,
      handshake: handshake,
      replay: &replay,
      skewed: &skewed,
      skewedLimit: settings.skewedPeers,
      now: now,
      wallSeconds: wallSeconds
    )
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
    limits.ask(stranger.keys, now: now)
    checkWhole(&stranger, flight, bytesThere)
  }

  private mutating func checkWhole(
    _ stranger: inout Stranger,
    _ flight: ProvenFlight,
    _ bytesThere: Int
  ) {
    switch FlightJudge.extent(of: flight, bytesThere: bytesThere) {
    case .whole:
      report.decide(stranger.number, .admit, flight.lateBytes == 0 ? .proven : .plausible)
      stranger.stage = .admitted(HandshakeFollower(flight))
    case .wait:
      stranger.stage = .padding(flight)
    case .refuse(let reason):
      refuse(&stranger, reason)
    }
  }

  private mutating func refuse(_ stranger: inout Stranger, _ reason: Reason) {
    if FlightJudge.isHostile(reason) { limits.fail(stranger.keys, now: now) }
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
    limits.leaveHalfOpen(stranger.keys)
  }

  private mutating func peerClosed(_ key: ConnectionKey) {
    guard let stranger = strangers[key] else { return }
    follow(key) { $0.peerClosed() }
    leave(key, stranger)
  }

  /// The connection is over, or another takes its place.
  private mutating func leave(_ key: ConnectionKey, _ old: Stranger) {
    var stranger = old
    switch stranger.stage {
    case .reading, .padding: end(&stranger, .hungUp)
    case .admitted, .over: break
    }
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

  /// Follows the handshake of whoever was let through, and remembers what became of it.
  private mutating func follow(
    _ key: ConnectionKey,
    _ step: (inout HandshakeFollower) -> HandshakeOutcome
  ) {
    guard var stranger = strangers[key], case .admitted(var follower) = stranger.stage else {
      return
    }
    let outcome = step(&follower)
    stranger.stage = .admitted(follower)
    strangers[key] = stranger
    guard case .decided(let verdict, let reason) = outcome else { return }
    report.conclude(verdict, reason)
    if verdict == .complete {
      limits.complete(stranger.keys, now: now)
    } else if reason.isPeersDoing {
      limits.fail(stranger.keys, now: now)
    }
  }
}
