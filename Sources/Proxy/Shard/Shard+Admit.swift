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
    let isResting = reach.rests(for: strangers[slot].source.address, now: now)
    guard !isResting, hasSessionRoom(standing) else {
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
    guard !reach.rests(now: now), !sessions.isFull else { return }
    var rank: Standing? = .known
    while let standing = rank {
      rank = standing.worse
      admitWaiting(standing)
    }
  }

  private mutating func admitWaiting(_ standing: Standing) {
    let queue = StrangerQueue.waiting(standing)
    let isInOrder = standing == .known
    var next = isInOrder ? strangerQueues.oldest(queue) : strangerQueues.newest(queue)
    var asked = 0
    for _ in 0..<ShardBounds.waitersPerTurn {
      guard asked < ShardBounds.admissionsPerTurn, let slot = next else { return }
      next =
        isInOrder ? strangerQueues.next(after: slot) : strangerQueues.previous(before: slot)
      guard case .waiting(let flight) = strangers[slot].stage, isWorthAsking(slot) else {
        continue
      }
      asked &+= 1
      askAdmission(slot, flight)
    }
  }

  /// Whether the answer may be another than to wait. Many of one address, or of a family that the
  /// router does not listen on, would else hide those behind them.
  private func isWorthAsking(_ slot: UInt32) -> Bool {
    guard !reach.rests(for: strangers[slot].source.address, now: now) else { return false }
    let addressInFlight = judge.limits.inFlight(strangers[slot].keys)
    return !admission.mustWait(addressInFlight: addressInFlight)
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
      // One that only waited for the router's word became a session by that, and its place is free.
      if sessions[slot].isInFlight { endSession(slot) }
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
      routerIsAway(for: source, errorNumber: 0)
      wait(slot, flight, standing)
    case .descriptorsShort:
      admission.withdraw(standing)
      wait(slot, flight, standing)
      _ = makeDescriptorRoom()
    case .forbidden(let errno):
      admission.withdraw(standing)
      routerIsAway(for: source, errorNumber: errno.rawValue)
      wait(slot, flight, standing)
      // It may be this peer's address alone that can't be dialled from: others come first now.
      placeLast(slot, standing)
    }
  }

  /// Lets all others that wait with this standing be asked before this one, if it still waits: too
  /// many may have done so already.
  private mutating func placeLast(_ slot: UInt32, _ standing: Standing) {
    let queue = StrangerQueue.waiting(standing)
    guard strangerQueues.stands(slot, in: queue) else { return }
    if standing == .known {
      strangerQueues.move(slot, to: queue)
    } else {
      strangerQueues.moveToFront(slot, of: queue)
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
    routerIsAway(for: sessions[slot].source, errorNumber: 0)
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

  /// The router takes no connection of such a source for now.
  private mutating func routerIsAway(for source: Endpoint, errorNumber: Int32) {
    let until = now.advanced(byNanoseconds: ShardBounds.redialNanoseconds)
    reach[source.address].restsUntil = until
    guard reach[source.address].awaySince == nil else { return }
    reach[source.address].awaySince = now
    events.write(.routerUnreachable(errorNumber: errorNumber), at: now)
  }

  /// The router took a connection of such a source.
  mutating func routerIsThere(for source: Endpoint) {
    guard let since = reach[source.address].awaySince else { return }
    reach[source.address].awaySince = nil
    events.write(.routerBack(awayNanoseconds: now.nanoseconds(since: since)), at: now)
  }
}
