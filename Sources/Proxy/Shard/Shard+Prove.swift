internal import Filter
internal import Kernel
internal import Telemetry
internal import Wire

/// The third room: first flights are proven with the router's key.
extension Shard where World: ~Copyable {
  /// Proves the first flight that lies in the buffer.
  mutating func prove(_ slot: UInt32, bytesThere: Int) {
    let bytes = unsafe Span<UInt8>(
      _unsafeStart: buffer.assumingMemoryBound(to: UInt8.self),
      count: bytesThere
    )
    let started = network.now
    let verdict = judge.prove(bytes, policy.law, now: now, wallSeconds: wallSeconds)
    counters.record(.proof, nanoseconds: network.now.nanoseconds(since: started))
    switch verdict {
    case .refuse(let reason):
      keepFlight(slot, bytesThere: bytesThere)
      guard Judge.isHostile(reason) else { return refuse(slot, reason) }
      refuseAsHostile(slot, reason)
    case .proven(let flight):
      accept(slot, flight, bytesThere: bytesThere)
    }
  }

  /// A first flight that may be let through, once it is whole.
  mutating func accept(_ slot: UInt32, _ flight: ProvenFlight, bytesThere: Int) {
    leaveHalfOpen(slot)
    strangers[slot].provenAt = now
    checkWhole(slot, flight, bytesThere: bytesThere)
  }

  /// Asks for admission when the flight is whole; waits for its padding when it is not.
  mutating func checkWhole(_ slot: UInt32, _ flight: ProvenFlight, bytesThere: Int) {
    switch Judge.extent(of: flight, bytesThere: bytesThere) {
    case .whole:
      askAdmission(slot, flight)
    case .wait(let needed):
      strangers[slot].stage = .padding(flight)
      let standing = judge.limits.standing(strangers[slot].keys, now: now)
      strangerQueues.move(slot, to: StrangerQueue.reading(standing))
      wakeLate(slot, atBytes: needed)
      watchStranger(slot)
    case .refuse(let reason):
      keepFlight(slot, bytesThere: bytesThere)
      refuseAsHostile(slot, reason)
    }
  }

  /// Proves some of those whose proof was put off: addresses that did nothing wrong first, and the
  /// newest first, since who has waited long is rarely still there.
  mutating func proveDeferred() {
    for _ in 0..<ShardBounds.deferredProofsPerTurn {
      guard
        let slot = strangerQueues.newest(StrangerQueue.deferred(.crowded))
          ?? strangerQueues.newest(StrangerQueue.deferred(.failing))
      else { return }
      let most = NTCP2Handshake.longestFirstFlight + 1
      switch unsafe network.peek(strangers[slot].socket, buffer, most) {
      case .bytes(let count):
        strangerQueues.move(slot, to: StrangerQueue.reading)
        strangers[slot].stage = .reading
        // A policy that came since may have no key: then it is looked at anew.
        guard policy.law.handshake.canProve else {
          decide(slot, bytesThere: count, isClosing: false)
          continue
        }
        prove(slot, bytesThere: count)
      case .empty, .end, .broken:
        leave(slot)
      }
    }
  }
}
