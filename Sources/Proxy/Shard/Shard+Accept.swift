internal import Filter
internal import Kernel
internal import Telemetry
internal import Wire

/// The first room: connections are taken from the kernel and pass the limits.
extension Shard where World: ~Copyable {
  /// Takes what waits at a listener, at most one turn's share.
  mutating func acceptAll(_ listener: Int) {
    for _ in 0..<ShardBounds.acceptsPerTurn {
      switch network.accept(listener: listener) {
      case .connection(let arrival): arrive(arrival)
      case .gone: continue
      case .empty: return
      case .descriptorsShort:
        guard makeDescriptorRoom() else { return restListeners() }
      }
    }
  }

  private mutating func arrive(_ arrival: consuming Arrival<World.Socket>) {
    // The kernel's rules are probed through this address: no peer comes from it.
    if policy.destination.isDiverted, arrival.source.address.isLoopback { return }
    counters.add(1, to: .accepted)
    let address = arrival.source.address
    busy?.noteArrival(address, now: now)
    let wish = people.verdict(of: address)
    guard wish != .blocked else { return count(.refuse, .blocked, arrival.source) }
    let visit = newArrival(arrival, isAllowed: wish == .allowed)
    switch judge.arrive(visit, policy.law, now: now) {
    case .refuse(let reason):
      count(.refuse, reason, arrival.source)
    case .welcome(let visitor, let findings):
      makeStrangerRoom()
      let source = arrival.source
      let slot = strangers.insert(
        Stranger(socket: arrival.socket, source: source, visitor: visitor, provenAt: now)
      )
      tell(findings, of: source)
      if let order = findings.order { return obey(order, slot) }
      let generation = strangers.generation(slot)
      look(slot, isClosing: false)
      if strangers.holds(slot, generation: generation) { awaitFlight(slot) }
    }
  }

  /// Gives a newcomer that the first look did not settle its deadline, and its place among those of
  /// whom more is awaited.
  private mutating func awaitFlight(_ slot: UInt32) {
    switch strangers[slot].stage {
    case .reading:
      let standing = judge.limits.standing(strangers[slot].keys, now: now)
      strangerQueues.move(slot, to: StrangerQueue.reading(standing))
    case .deferred, .padding: break
    case .waiting, .mimicking: return
    }
    strangerTimers.set(slot, at: mimicry.endWithoutFlight(accepted: now, now: now))
  }

  /// Finds out what the judgement asks for, and nothing else: each answer is a system call.
  private mutating func newArrival(
    _ arrival: borrowing Arrival<World.Socket>,
    isAllowed: Bool
  ) -> NewArrival {
    var visit = NewArrival(source: arrival.source.address)
    visit.isAllowed = isAllowed
    let questions = judge.questions(about: visit.source, policy.law, now: now)
    if questions.syn {
      let count = unsafe network.savedSyn(arrival.socket, buffer, ShardBounds.bufferBytes)
      let bytes = unsafe Span<UInt8>(
        _unsafeStart: buffer.assumingMemoryBound(to: UInt8.self),
        count: count
      )
      visit.syn = SynFingerprint(syn: bytes)
    }
    if questions.roundTrip {
      visit.roundTripMicroseconds = network.roundTripMicroseconds(arrival.socket)
    }
    return visit
  }

  /// Frees a slot when none is free: refused strangers go first, then the oldest who have shown
  /// nothing. Whoever is proven is left alone as long as there is anybody else.
  mutating func makeStrangerRoom() {
    guard strangers.isFull else { return }
    for queue in 0..<StrangerQueue.count {
      guard let slot = strangerQueues.oldest(queue) else { continue }
      return shed(slot, from: queue)
    }
    preconditionFailure("strangers of whom none stands in a queue")
  }

  private mutating func shed(_ slot: UInt32, from queue: Int) {
    if queue != StrangerQueue.mimicking {
      count(.refuse, .shed, strangers[slot].source)
      drain(slot)
    }
    endStranger(slot)
  }

  /// Ends those of a group that are missed least while it holds more than its share. The newest
  /// member of its worst queue may be among them: the caller is done with it.
  mutating func keepWithinShare(_ group: StrangerGroup) {
    let share = group.share(of: strangers.capacity)
    var held = 0
    for queue in group.queues { held &+= strangerQueues.count(queue) }
    guard held > share else { return }
    for queue in group.queues {
      guard let slot = strangerQueues.oldest(queue) else { continue }
      if let reason = group.reason {
        count(.refuse, reason, strangers[slot].source)
        drain(slot)
      }
      return endStranger(slot)
    }
  }

  /// Frees descriptors when the process has none left; whether anybody could go. The proven stay,
  /// and so do those who came in this very turn: they had no time to show anything.
  mutating func makeDescriptorRoom() -> Bool {
    tellDescriptorsShort()
    var shedCount = 0
    for queue in StrangerQueue.unproven {
      while shedCount < ShardBounds.strangersShedAtOnce,
        let slot = strangerQueues.oldest(queue), strangers[slot].acceptedAt < now
      {
        shed(slot, from: queue)
        shedCount &+= 1
      }
    }
    return shedCount > 0
  }

  /// Tells it once in a while: it may happen at every connection.
  private mutating func tellDescriptorsShort() {
    guard now >= descriptorsToldAgainAt else { return }
    descriptorsToldAgainAt = now.advanced(byNanoseconds: ShardBounds.tellAgainNanoseconds)
    events.write(.descriptorsShort(open: UInt64(strangers.count + 2 * sessions.count)), at: now)
  }

  /// Leaves waiting connections to the kernel for a moment, instead of spinning on them.
  private mutating func restListeners() {
    network.pauseAccepting()
    acceptsAgainAt = now.advanced(byNanoseconds: ShardBounds.acceptPauseNanoseconds)
  }

  /// Forgets a stranger; its connection closes.
  mutating func endStranger(_ slot: UInt32) {
    judge.limits.leave(strangers[slot].keys)
    _ = takeStranger(slot)
  }

  /// Takes a stranger out of its slot, its queue and its deadline.
  mutating func takeStranger(_ slot: UInt32) -> Stranger<World.Socket> {
    leaveHalfOpen(slot)
    strangerTimers.clear(slot)
    strangerQueues.leave(slot)
    return strangers.remove(slot)
  }

  /// A stranger has shown what it is.
  mutating func leaveHalfOpen(_ slot: UInt32) {
    guard strangers[slot].isHalfOpen else { return }
    strangers[slot].isHalfOpen = false
    judge.limits.leaveHalfOpen(strangers[slot].keys)
  }

  /// Registers a stranger's socket, once.
  mutating func watchStranger(_ slot: UInt32) {
    guard !strangers[slot].isWatched else { return }
    strangers[slot].isWatched = true
    let token = Token(.stranger, generation: strangers.generation(slot), slot: slot)
    network.watch(strangers[slot].socket, token: token.rawValue, .readableEdge)
  }
}
