internal import Filter
internal import Kernel
internal import Telemetry
internal import Wire

/// The last room: bytes move both ways, during the handshake and after it.
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

  /// Moves what can be moved in both directions.
  mutating func serve(_ slot: UInt32) {
    let fromRouter = moveToPeer(slot)
    if fromRouter.bytesTaken > 0 { routerSpoke(slot, fromRouter.bytesTaken) }
    let fromPeer = moveToRouter(slot)
    if fromPeer.bytesTaken > 0 { peerSpoke(slot, fromPeer.bytesTaken) }
    if let broken = fromRouter.broken {
      return endBroken(slot, broken == .sender ? .routerClosed : .peerClosed)
    }
    if let broken = fromPeer.broken {
      if broken == .receiver { passLastWordsOn(slot) }
      return endBroken(slot, broken == .sender ? .peerClosed : .routerClosed)
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

  /// The peer of an open session has sent something.
  mutating func noteLasting(_ slot: UInt32) {
    guard case .open = sessions[slot].stage, now >= sessions[slot].lastsAt else { return }
    sessions[slot].lastsAt = now.advanced(byNanoseconds: ShardBounds.lastingAgainNanoseconds)
    tell(.passed(.session), of: sessions[slot].source)
  }

  mutating func setIdleDeadline(_ slot: UInt32) {
    sessions[slot].wasActive = false
    sessionTimers.set(
      slot,
      at: now.advanced(byNanoseconds: policy.law.limits.idleTimeoutNanoseconds)
    )
  }

  /// What a router said before it went, a termination perhaps, is still the peer's. Its end is not
  /// passed on: the reset that follows says it.
  private mutating func passLastWordsOn(_ slot: UInt32) {
    sessions[slot].toPeer.isReadable = true
    sessions[slot].toPeer.endPassedOn = true
    let last = moveToPeer(slot)
    if last.bytesTaken > 0 { routerSpoke(slot, last.bytesTaken) }
  }

  /// One of the two connections is gone: so goes the other, by reset as well.
  private mutating func endBroken(_ slot: UInt32, _ end: EarlyEnd) {
    concludeEnd(slot, end)
    network.resetOnClose(sessions[slot].peer)
    network.resetOnClose(sessions[slot].router)
    endSession(slot)
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

  /// The time of a session is over.
  mutating func sessionTimeIsUp(_ slot: UInt32) {
    switch sessions[slot].stage {
    case .dialling(let flight):
      returnToWaiting(slot, flight)
    case .handshaking(let follower):
      // The router ends what it does not want; until then the connection is left as it is.
      guard !follower.isJudged || follower.isConfirming else { return endSession(slot) }
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
