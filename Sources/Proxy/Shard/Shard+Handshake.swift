internal import Filter
internal import Kernel
internal import Telemetry
internal import Wire

/// The room of handshakes under way: the first flight is handed to the router, and what both sides
/// send is counted until it is a session or has failed.
extension Shard where World: ~Copyable {
  /// Hands the whole first flight over, once.
  mutating func handOver(_ slot: UInt32, _ flight: ProvenFlight) {
    routerIsThere(for: sessions[slot].source)
    dialled &-= 1
    count(.admit, flight.isProven ? .proven : .plausible, sessions[slot].source)
    sessions[slot].stage = .handshaking(HandshakeFollower(flight))
    sessions[slot].steppedAt = now
    let length = flight.length
    guard unsafe network.receive(sessions[slot].peer, buffer, length) == .bytes(length) else {
      concludeEnd(slot, .peerClosed)
      return endSession(slot)
    }
    guard unsafe network.send(sessions[slot].router, buffer, length) == .bytes(length) else {
      concludeEnd(slot, .routerClosed)
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

  /// A peer that speaks before the router has answered is refused; whether this one may go on.
  mutating func mayGoOn(_ slot: UInt32) -> Bool {
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

  mutating func routerSpoke(_ slot: UInt32, _ count: Int) {
    counters.add(UInt64(count), to: .bytesToPeer)
    sessions[slot].wasActive = true
    guard case .handshaking(var follower) = sessions[slot].stage else { return }
    if !follower.isAnswered {
      counters.record(
        .routerAnswer,
        nanoseconds: now.nanoseconds(since: sessions[slot].steppedAt)
      )
      // What a slow router took of the time is not held against its peer. One that was judged is
      // followed on for longer anyway.
      if !follower.isJudged { setStallDeadline(slot) }
    }
    step(slot, follower.routerSent(count), follower)
  }

  mutating func peerSpoke(_ slot: UInt32, _ count: Int) {
    counters.add(UInt64(count), to: .bytesToRouter)
    sessions[slot].wasActive = true
    guard case .handshaking(var follower) = sessions[slot].stage else { return noteLasting(slot) }
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
        tell(.failed(reason), of: sessions[slot].source)
        judge.limits.failAtRouter(sessions[slot].keys, now: now)
        if reason.isPeersDoing { judge.limits.fail(sessions[slot].keys, now: now) }
      }
    }
  }

  private mutating func becomeSession(_ slot: UInt32) {
    judge.limits.complete(sessions[slot].keys, now: now)
    tell(.passed(.handshake), of: sessions[slot].source)
    sessions[slot].lastsAt = now.advanced(byNanoseconds: ShardBounds.lastingNanoseconds)
    leaveFlight(slot)
    sessionQueues.leave(slot)
    sessions[slot].stage = .open
    setIdleDeadline(slot)
  }

  mutating func leaveFlight(_ slot: UInt32) {
    guard sessions[slot].isInFlight else { return }
    sessions[slot].isInFlight = false
    admission.leave()
    judge.limits.leaveFlight(sessions[slot].keys)
  }

  /// How a handshake may end before it is done.
  enum EarlyEnd {
    case peerClosed
    case peerSpokeEarly
    case routerClosed
  }

  mutating func concludeEnd(_ slot: UInt32, _ end: EarlyEnd) {
    guard case .handshaking(var follower) = sessions[slot].stage else { return }
    let outcome =
      switch end {
      case .peerClosed:
        follower.peerClosed(afterNanoseconds: now.nanoseconds(since: sessions[slot].steppedAt))
      case .peerSpokeEarly: follower.peerSpokeEarly()
      case .routerClosed: follower.routerClosed()
      }
    sessions[slot].stage = .handshaking(follower)
    conclude(slot, outcome)
  }

  /// What the end of its time says of a session in handshake.
  mutating func sessionTimeOutcome(_ slot: UInt32) -> HandshakeOutcome {
    guard case .handshaking(var follower) = sessions[slot].stage else { return .underWay }
    let outcome = follower.timeIsUp()
    sessions[slot].stage = .handshaking(follower)
    return outcome
  }
}
