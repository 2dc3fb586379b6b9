internal import Filter
internal import Kernel
internal import Telemetry
internal import Wire

/// The fourth room: proven peers wait here until the router has room, and are dialled for.
extension Shard where World: ~Copyable {
  /// Asks whether a peer with a whole first flight may be let through now.
  mutating func askAdmission(_ slot: UInt32, _ flight: ProvenFlight) {
    // People may have said so while it waited.
    guard people.verdict(of: strangers[slot].source.address) != .blocked else {
      return refuse(slot, .blocked)
    }
    let keys = strangers[slot].keys
    let standing = judge.limits.standing(keys, now: now)
    guard now >= routerRestsUntil, hasSessionRoom(standing) else {
      return wait(slot, flight, standing)
    }
    let addressInFlight = judge.limits.inFlight(keys)
    switch admission.ask(standing, addressInFlight: addressInFlight, now: now) {
    case .dial:
      return dial(slot, flight, standing)
    case .wait:
      return wait(slot, flight, standing)
    case .makeRoom(let worse):
      guard breakOffStalled(worse) else { return wait(slot, flight, standing) }
    }
    switch admission.ask(standing, addressInFlight: addressInFlight, now: now) {
    case .dial: dial(slot, flight, standing)
    case .wait, .makeRoom: wait(slot, flight, standing)
    }
  }

  /// Whether a session may begin: the last ones are kept for known sources.
  private func hasSessionRoom(_ standing: Standing) -> Bool {
    guard standing != .known else { return !sessions.isFull }
    return sessions.count < sessions.capacity &- sessions.capacity / ShardBounds.knownSessionShare
  }

  private mutating func wait(_ slot: UInt32, _ flight: ProvenFlight, _ standing: Standing) {
    let queue = StrangerQueue.waiting(standing)
    if case .waiting = strangers[slot].stage {
      // Whoever has come to stand worse is no longer in the way of those it came with.
      if !strangerQueues.stands(slot, in: queue) { strangerQueues.move(slot, to: queue) }
      return
    }
    strangers[slot].stage = .waiting(flight)
    strangerQueues.move(slot, to: queue)
    let until = strangers[slot].provenAt.advanced(
      byNanoseconds: policy.law.limits.admissionWaitNanoseconds
    )
    strangerTimers.set(slot, at: until)
    watchStranger(slot)
    keepWithinShare(.waiting)
  }

  /// Asks again for those who wait: in order of standing; known peers in their order, the others
  /// newest first, since a flood's oldest are the flood's.
  mutating func admitWaiting() {
    guard now >= routerRestsUntil, !sessions.isFull else { return }
    var rank: Standing? = .known
    while let standing = rank {
      rank = standing.worse
      let queue = StrangerQueue.waiting(standing)
      var next =
        standing == .known ? strangerQueues.oldest(queue) : strangerQueues.newest(queue)
      for _ in 0..<ShardBounds.admissionsPerTurn {
        guard let slot = next else { break }
        next =
          standing == .known
          ? strangerQueues.next(after: slot) : strangerQueues.previous(before: slot)
        guard case .waiting(let flight) = strangers[slot].stage else { continue }
        askAdmission(slot, flight)
      }
    }
  }

  /// Breaks off the oldest handshake of at least as bad a standing that has stalled long enough;
  /// whether there was one.
  ///
  /// Each is judged as it stands now: a flood's first handshakes were fresh when they were let
  /// through.
  private mutating func breakOffStalled(_ worse: Standing) -> Bool {
    var rank: Standing? = .failing
    while let queue = rank {
      rank = queue.better
      guard let slot = sessionQueues.oldest(SessionQueue.handshaking(queue)) else { continue }
      let standing = judge.limits.standing(sessions[slot].keys, now: now)
      guard max(queue, standing) >= worse else { continue }
      let stalled = now.nanoseconds(since: sessions[slot].steppedAt)
      guard stalled >= ShardBounds.stallNanoseconds(isBlemished: standing > .fresh) else {
        continue
      }
      conclude(slot, sessionTimeOutcome(slot))
      endSession(slot)
      return true
    }
    return false
  }

  private mutating func dial(_ slot: UInt32, _ flight: ProvenFlight, _ standing: Standing) {
    let source = strangers[slot].source
    guard let (router, mark) = route(slot) else {
      admission.withdraw(standing)
      return leave(slot)
    }
    let isAlone = judge.limits.isAlone(strangers[slot].keys, now: now)
    switch network.dial(router, from: source, isAlone: isAlone, mark: mark) {
    case .connecting(let socket):
      beginSession(slot, router: socket, flight, standing)
    case .refused:
      admission.withdraw(standing)
      routerIsAway(errorNumber: 0)
      wait(slot, flight, standing)
    case .descriptorsShort:
      admission.withdraw(standing)
      wait(slot, flight, standing)
      _ = makeDescriptorRoom()
    case .forbidden(let errno):
      admission.withdraw(standing)
      routerIsAway(errorNumber: errno.rawValue)
      wait(slot, flight, standing)
    }
  }

  private func route(_ slot: UInt32) -> (Endpoint, PacketMark?)? {
    switch policy.destination {
    case .fixed(let endpoint): return (endpoint, nil)
    case .original(let mark):
      guard let local = network.localEndpoint(strangers[slot].socket) else { return nil }
      return (local, mark)
    }
  }

  private mutating func beginSession(
    _ slot: UInt32,
    router: consuming World.Socket,
    _ flight: ProvenFlight,
    _ standing: Standing
  ) {
    wakeAtAnyByte(slot)
    let stranger = takeStranger(slot)
    dialled &+= 1
    let visitor = stranger.visitor
    judge.limits.enterFlight(visitor.keys)
    let isWatched = stranger.isWatched
    let session = sessions.insert(
      Session(
        peer: stranger.socket,
        router: router,
        source: stranger.source,
        keys: visitor.keys,
        standing: standing,
        acceptedAt: visitor.acceptedAt,
        provenAt: stranger.provenAt,
        stage: .dialling(flight),
        steppedAt: now,
        lastsAt: now
      )
    )
    let generation = sessions.generation(session)
    let peerToken = Token(.sessionPeer, generation: generation, slot: session).rawValue
    let routerToken = Token(.sessionRouter, generation: generation, slot: session).rawValue
    if isWatched {
      network.rewatch(sessions[session].peer, token: peerToken, .bothEdge)
    } else {
      network.watch(sessions[session].peer, token: peerToken, .bothEdge)
    }
    network.watch(sessions[session].router, token: routerToken, .bothEdge)
    sessionTimers.set(
      session,
      at: now.advanced(byNanoseconds: policy.law.limits.dialTimeoutNanoseconds)
    )
  }

  /// The router did not take the connection: the peer waits again, its first flight still unread.
  mutating func returnToWaiting(_ slot: UInt32, _ flight: ProvenFlight) {
    routerIsAway(errorNumber: 0)
    makeStrangerRoom()
    let standing = sessions[slot].standing
    admission.putBack(standing)
    let session = takeSession(slot)
    let stranger = strangers.insert(
      Stranger(
        socket: session.peer,
        source: session.source,
        visitor: Visitor(
          NewArrival(source: session.source.address),
          keys: session.keys,
          acceptedAt: session.acceptedAt
        ),
        provenAt: session.provenAt,
        stage: .reading,
        isWatched: true,
        isHalfOpen: false
      )
    )
    let token = Token(.stranger, generation: strangers.generation(stranger), slot: stranger)
    network.rewatch(strangers[stranger].socket, token: token.rawValue, .readableEdge)
    wait(stranger, flight, standing)
  }

  /// The router takes no connection for now.
  private mutating func routerIsAway(errorNumber: Int32) {
    routerRestsUntil = now.advanced(byNanoseconds: ShardBounds.redialNanoseconds)
    guard routerAwaySince == nil else { return }
    routerAwaySince = now
    events.write(.routerUnreachable(errorNumber: errorNumber), at: now)
  }

  /// The router took a connection.
  mutating func routerIsThere() {
    guard let since = routerAwaySince else { return }
    routerAwaySince = nil
    events.write(.routerBack(awayNanoseconds: now.nanoseconds(since: since)), at: now)
  }
}
