internal import Filter
internal import Kernel
internal import Telemetry
internal import Wire

/// The last room: the first flight is handed to the router, the handshake is followed, and then
/// bytes move both ways.
extension Shard where World: ~Copyable {
  /// Something happened on the peer's side.
  mutating func peerIsReady(_ slot: UInt32, _ readiness: Readiness) {
    if readiness.isReadable { sessions[slot].toRouter.isReadable = true }
    if readiness.isClosing { sessions[slot].toRouter.isClosing = true }
    if readiness.isWritable { sessions[slot].toPeer.isWritable = true }
    if case .dialling = sessions[slot].stage { return }
    serve(slot)
  }

  /// Something happened on the router's side.
  mutating func routerIsReady(_ slot: UInt32, _ readiness: Readiness) {
    if readiness.isReadable { sessions[slot].toPeer.isReadable = true }
    if readiness.isClosing { sessions[slot].toPeer.isClosing = true }
    if readiness.isBroken { sessions[slot].toPeer.isReset = true }
    if readiness.isWritable { sessions[slot].toRouter.isWritable = true }
    guard case .dialling(let flight) = sessions[slot].stage else { return serve(slot) }
    guard readiness.isWritable else { return }
    switch network.connectOutcome(sessions[slot].router) {
    case .connected: handOver(slot, flight)
    case .refused: returnToWaiting(slot, flight)
    }
  }

  /// Hands the whole first flight over, once.
  private mutating func handOver(_ slot: UInt32, _ flight: ProvenFlight) {
    routerIsThere()
    dialled &-= 1
    count(.admit, flight.lateBytes == 0 ? .proven : .plausible, sessions[slot].source)
    sessions[slot].stage = .handshaking(HandshakeFollower(flight))
    sessions[slot].steppedAt = now
    let length = flight.length
    guard
      unsafe network.receive(sessions[slot].peer, buffer, length) == .bytes(length),
      unsafe network.send(sessions[slot].router, buffer, length) == .bytes(length)
    else {
      concludeEnd(slot, .peerClosed)
      return endSession(slot)
    }
    counters.add(UInt64(length), to: .bytesToRouter)
    sessionQueues.move(slot, to: SessionQueue.handshaking(sessions[slot].standing))
    setStallDeadline(slot)
    serve(slot)
  }

  private mutating func setStallDeadline(_ slot: UInt32) {
    sessionTimers.set(
      slot,
      at: now.advanced(byNanoseconds: policy.law.limits.stallTimeoutNanoseconds)
    )
  }

  private mutating func setConfirmationDeadline(_ slot: UInt32) {
    sessionTimers.set(
      slot,
      at: now.advanced(byNanoseconds: ShardBounds.confirmationNanoseconds)
    )
  }

  /// Moves what can be moved in both directions.
  mutating func serve(_ slot: UInt32) {
    let fromRouter = moveToPeer(slot)
    if fromRouter.bytesTaken > 0 { routerSpoke(slot, fromRouter.bytesTaken) }
    let fromPeer = moveToRouter(slot)
    if fromPeer.bytesTaken > 0 { peerSpoke(slot, fromPeer.bytesTaken) }
    if fromRouter.isBroken || fromPeer.isBroken {
      return endBroken(slot, fromRouter: fromRouter.isBroken)
    }
    guard mayGoOn(slot) else { return }
    if fromRouter.hasMore || fromPeer.hasMore { busySessions.move(slot, to: 0) }
    endIfDone(slot)
  }

  private mutating func moveToPeer(_ slot: UInt32) -> MoveOutcome {
    unsafe Relay<World>.moveToPeer(&network, &sessions[slot], &overflows, buffer)
  }

  private mutating func moveToRouter(_ slot: UInt32) -> MoveOutcome {
    var allowance = Int.max
    if case .handshaking(let follower) = sessions[slot].stage {
      allowance = follower.peerMaySend
    }
    return unsafe Relay<World>.moveToRouter(
      &network,
      &sessions[slot],
      &overflows,
      buffer,
      allowance: allowance
    )
  }

  /// A peer that speaks before the router has answered is refused; whether this one may go on.
  private mutating func mayGoOn(_ slot: UInt32) -> Bool {
    guard case .handshaking(let follower) = sessions[slot].stage, follower.peerMaySend == 0,
      sessions[slot].toRouter.isReadable
    else { return true }
    switch unsafe network.peek(sessions[slot].peer, buffer, 1) {
    case .bytes:
      concludeEnd(slot, .peerSpokeEarly)
      endSession(slot)
      return false
    case .empty:
      sessions[slot].toRouter.isReadable = false
    case .end:
      sessions[slot].toRouter.endSeen = true
      concludeEnd(slot, .peerClosed)
      network.shutdownSending(sessions[slot].router)
      sessions[slot].toRouter.endPassedOn = true
    case .broken:
      concludeEnd(slot, .peerClosed)
      endSession(slot)
      return false
    }
    return true
  }

  private mutating func routerSpoke(_ slot: UInt32, _ count: Int) {
    counters.add(UInt64(count), to: .bytesToPeer)
    sessions[slot].wasActive = true
    guard case .handshaking(var follower) = sessions[slot].stage else { return }
    if !follower.isAnswered {
      counters.record(
        .routerAnswer,
        nanoseconds: now.nanoseconds(since: sessions[slot].steppedAt)
      )
    }
    step(slot, follower.routerSent(count), follower)
  }

  private mutating func peerSpoke(_ slot: UInt32, _ count: Int) {
    counters.add(UInt64(count), to: .bytesToRouter)
    sessions[slot].wasActive = true
    guard case .handshaking(var follower) = sessions[slot].stage else { return }
    let wasConfirming = follower.isConfirming
    let outcome = follower.peerSent(count)
    if follower.isConfirming, !wasConfirming { setConfirmationDeadline(slot) }
    step(slot, outcome, follower)
  }

  private mutating func step(
    _ slot: UInt32,
    _ outcome: HandshakeOutcome,
    _ follower: HandshakeFollower
  ) {
    sessions[slot].stage = .handshaking(follower)
    sessions[slot].steppedAt = now
    conclude(slot, outcome)
  }

  /// Counts the outcome of a handshake, if there is one, and remembers it of the source.
  ///
  /// A failed handshake keeps its place until its connection has gone: it holds one of the router's
  /// descriptors, and may be broken off.
  mutating func conclude(_ slot: UInt32, _ outcome: HandshakeOutcome) {
    switch outcome {
    case .underWay: return
    case .late: becomeSession(slot)
    case .decided(let verdict, let reason):
      count(verdict, reason, sessions[slot].source)
      admission.resolve(sessions[slot].standing, isSession: verdict == .complete)
      if verdict == .complete {
        becomeSession(slot)
      } else {
        judge.limits.failAtRouter(sessions[slot].keys, now: now)
        if reason.isPeersDoing { judge.limits.fail(sessions[slot].keys, now: now) }
      }
    }
  }

  private mutating func becomeSession(_ slot: UInt32) {
    judge.limits.complete(sessions[slot].keys, now: now)
    leaveFlight(slot)
    sessionQueues.leave(slot)
    sessions[slot].stage = .open
    setIdleDeadline(slot)
  }

  private mutating func leaveFlight(_ slot: UInt32) {
    guard sessions[slot].isInFlight else { return }
    sessions[slot].isInFlight = false
    admission.leave()
    judge.limits.leaveFlight(sessions[slot].keys)
  }

  private mutating func setIdleDeadline(_ slot: UInt32) {
    sessions[slot].wasActive = false
    sessionTimers.set(
      slot,
      at: now.advanced(byNanoseconds: policy.law.limits.idleTimeoutNanoseconds)
    )
  }

  /// One of the two connections is gone: so goes the other, by reset as well.
  private mutating func endBroken(_ slot: UInt32, fromRouter: Bool) {
    concludeEnd(slot, fromRouter ? .routerClosed : .peerClosed)
    network.resetOnClose(sessions[slot].peer)
    network.resetOnClose(sessions[slot].router)
    endSession(slot)
  }

  /// How a handshake may end before it is done.
  private enum EarlyEnd {
    case peerClosed
    case peerSpokeEarly
    case routerClosed
  }

  private mutating func concludeEnd(_ slot: UInt32, _ end: EarlyEnd) {
    guard case .handshaking(var follower) = sessions[slot].stage else { return }
    let outcome =
      switch end {
      case .peerClosed: follower.peerClosed()
      case .peerSpokeEarly: follower.peerSpokeEarly()
      case .routerClosed: follower.routerClosed()
      }
    sessions[slot].stage = .handshaking(follower)
    conclude(slot, outcome)
  }

  /// Ends a session both of whose directions are closed; gives a half-closed one a deadline.
  ///
  /// A router never closes one direction alone. The reset that follows when it left bytes unread is
  /// waited for and passed on; then the peer's side is closed as well, so that this host's kernel
  /// answers later bytes as it does for a bare router.
  private mutating func endIfDone(_ slot: UInt32) {
    let toPeerEnded = sessions[slot].toPeer.endPassedOn
    let toRouterEnded = sessions[slot].toRouter.endPassedOn
    guard toPeerEnded || toRouterEnded else { return }
    concludeEnd(slot, toPeerEnded ? .routerClosed : .peerClosed)
    let isReset = toPeerEnded && sessions[slot].toPeer.isReset
    if isReset { network.resetOnClose(sessions[slot].peer) }
    if isReset || (toPeerEnded && toRouterEnded) { return endSession(slot) }
    sessions[slot].wasActive = false
    guard toPeerEnded else {
      let until = now.advanced(byNanoseconds: ShardBounds.lingerNanoseconds)
      return sessionTimers.set(slot, at: until)
    }
    if !sessions[slot].isEnding {
      sessions[slot].isEnding = true
      sessions[slot].steppedAt = now
    }
    sessionQueues.move(slot, to: SessionQueue.ending)
  }

  /// Ends the sessions whose router closed and sent no reset since.
  mutating func endClosedSessions() {
    while let slot = sessionQueues.oldest(SessionQueue.ending) {
      let since = now.nanoseconds(since: sessions[slot].steppedAt)
      guard since >= ShardBounds.resetWaitNanoseconds else { return }
      endSession(slot)
    }
  }

  /// Serves the sessions that had more to move than their last turn allowed.
  mutating func serveBusySessions() {
    let waiting = min(busySessions.count(0), ShardBounds.busySessionsPerTurn)
    for _ in 0..<waiting {
      guard let slot = busySessions.oldest(0) else { return }
      busySessions.leave(slot)
      serve(slot)
    }
  }

  /// What the end of its time says of a session in handshake.
  mutating func sessionTimeOutcome(_ slot: UInt32) -> HandshakeOutcome {
    guard case .handshaking(var follower) = sessions[slot].stage else { return .underWay }
    let outcome = follower.timeIsUp()
    sessions[slot].stage = .handshaking(follower)
    return outcome
  }

  /// The time of a session is over.
  mutating func sessionTimeIsUp(_ slot: UInt32) {
    switch sessions[slot].stage {
    case .dialling(let flight):
      returnToWaiting(slot, flight)
    case .handshaking(let follower):
      // The router ends what it does not want; until then the connection is left as it is.
      guard !follower.isJudged else { return endSession(slot) }
      conclude(slot, sessionTimeOutcome(slot))
      guard sessions[slot].isInFlight else { return }
      sessionTimers.set(slot, at: now.advanced(byNanoseconds: ShardBounds.slowNanoseconds))
    case .open:
      guard sessions[slot].wasActive else { return endSession(slot) }
      setIdleDeadline(slot)
    }
  }

  /// Forgets a session; both its connections close.
  mutating func endSession(_ slot: UInt32) {
    judge.limits.leave(sessions[slot].keys)
    var session = takeSession(slot)
    if let overflow = session.toPeer.overflow.take() { overflows.giveBack(overflow, network) }
    if let overflow = session.toRouter.overflow.take() { overflows.giveBack(overflow, network) }
  }

  /// Takes a session out of its slot, its queue and its deadline.
  mutating func takeSession(_ slot: UInt32) -> Session<World.Socket, World.Overflow> {
    leaveFlight(slot)
    if case .dialling = sessions[slot].stage { dialled &-= 1 }
    sessionTimers.clear(slot)
    sessionQueues.leave(slot)
    busySessions.leave(slot)
    return sessions.remove(slot)
  }
}

extension Relay where World: ~Copyable {
  /// Moves from the router to the peer.
  fileprivate static func moveToPeer(
    _ network: inout World,
    _ session: inout Session<World.Socket, World.Overflow>,
    _ stock: inout OverflowStock<World>,
    _ buffer: UnsafeMutableRawPointer
  ) -> MoveOutcome {
    unsafe move(
      &network,
      from: session.router,
      to: session.peer,
      &session.toPeer,
      &stock,
      buffer,
      allowance: .max,
      isLastEnd: session.toRouter.endPassedOn
    )
  }

  /// Moves from the peer to the router.
  fileprivate static func moveToRouter(
    _ network: inout World,
    _ session: inout Session<World.Socket, World.Overflow>,
    _ stock: inout OverflowStock<World>,
    _ buffer: UnsafeMutableRawPointer,
    allowance: Int
  ) -> MoveOutcome {
    unsafe move(
      &network,
      from: session.peer,
      to: session.router,
      &session.toRouter,
      &stock,
      buffer,
      allowance: allowance,
      isLastEnd: session.toPeer.endPassedOn
    )
  }
}
