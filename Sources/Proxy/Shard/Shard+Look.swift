internal import Filter
internal import Kernel
internal import Wire

/// The second room: what a stranger has sent is looked at, as cheaply as can be.
///
/// The bytes stay in the kernel until they are handed to the router: a stranger costs no buffer.
extension Shard where World: ~Copyable {
  /// Something happened on a stranger's socket.
  mutating func strangerIsReady(_ slot: UInt32, _ readiness: Readiness) {
    switch strangers[slot].stage {
    case .reading, .padding:
      look(slot, isClosing: readiness.isClosing)
    case .deferred:
      // Its turn comes soon: a half-closed flight gets the same end as a whole one.
      break
    case .waiting:
      if readiness.isClosing { leave(slot) }
    case .mimicking:
      readOn(slot)
    }
  }

  /// Looks at what is there.
  mutating func look(_ slot: UInt32, isClosing: Bool) {
    let most = NTCP2Handshake.longestFirstFlight + 1
    switch unsafe network.peek(strangers[slot].socket, buffer, most) {
    case .bytes(let count):
      if case .padding(let flight) = strangers[slot].stage {
        guard !isClosing || count >= flight.length else { return leave(slot) }
        return checkWhole(slot, flight, bytesThere: count)
      }
      decide(slot, bytesThere: count, isClosing: isClosing)
    case .empty:
      watchStranger(slot)
    case .end, .broken:
      leave(slot)
    }
  }

  /// Judges the bytes that lie in the buffer.
  mutating func decide(_ slot: UInt32, bytesThere: Int, isClosing: Bool) {
    switch lookAt(slot, bytesThere: bytesThere) {
    case .obey(let order):
      keepFlight(slot, bytesThere: bytesThere)
      obey(order, slot)
    case .wait(let needed):
      guard !isClosing else {
        keepFlight(slot, bytesThere: bytesThere)
        return leave(slot)
      }
      wakeLate(slot, atBytes: needed)
      return watchStranger(slot)
    case .refuse(let reason):
      keepFlight(slot, bytesThere: bytesThere)
      refuseAsHostile(slot, reason)
    case .plausible(let flight):
      judge.limits.ask(strangers[slot].keys, now: now)
      accept(slot, flight, bytesThere: bytesThere)
    case .prove:
      judge.limits.ask(strangers[slot].keys, now: now)
      proveInTurn(slot, bytesThere: bytesThere)
    }
  }

  /// What the bytes that lie in the buffer are taken for; what rules say of them is counted.
  mutating func lookAt(_ slot: UInt32, bytesThere: Int) -> FlightVerdict {
    let bytes = unsafe Span<UInt8>(
      _unsafeStart: buffer.assumingMemoryBound(to: UInt8.self),
      count: bytesThere
    )
    let look = judge.look(bytes, of: &strangers[slot].visitor, policy.law, now: now)
    tell(look.findings, of: strangers[slot].source)
    if let observed = look.observed { tell(observed: observed, slot) }
    return look.verdict
  }

  /// Proves at once who has no blemish; the others when there is time. It has asked already, proven
  /// or not: a flood's addresses would else stay as good as newcomers.
  private mutating func proveInTurn(_ slot: UInt32, bytesThere: Int) {
    let standing = judge.limits.standing(strangers[slot].keys, now: now)
    guard standing > .fresh else { return prove(slot, bytesThere: bytesThere) }
    strangers[slot].stage = .deferred
    strangerQueues.move(slot, to: StrangerQueue.deferred(standing))
    watchStranger(slot)
    keepWithinShare(.deferred)
  }

  /// Spares the loop the events of a first flight that comes byte by byte.
  mutating func wakeLate(_ slot: UInt32, atBytes count: Int) {
    strangers[slot].isWokenLate = true
    network.wakeAtBytes(strangers[slot].socket, count)
  }

  /// Takes that back, where it was done at all.
  mutating func wakeAtAnyByte(_ slot: UInt32) {
    guard strangers[slot].isWokenLate else { return }
    strangers[slot].isWokenLate = false
    network.wakeAtBytes(strangers[slot].socket, 1)
  }

  /// The peer went before it was let through. A router has read what came, so its close is a FIN.
  mutating func leave(_ slot: UInt32) {
    count(.refuse, .hungUp, strangers[slot].source)
    drain(slot)
    endStranger(slot)
  }

  /// Does what a rule or a signature orders.
  mutating func obey(_ order: RefusalOrder, _ slot: UInt32) {
    if order.isHostile { judge.limits.fail(strangers[slot].keys, now: now) }
    tell(order, slot)
    switch order.action {
    case .mimic:
      refuse(slot, order.reason)
    case .close:
      count(.refuse, order.reason, strangers[slot].source)
      endStranger(slot)
    case .drop:
      count(.refuse, order.reason, strangers[slot].source)
      network.forgetOnClose(strangers[slot].socket)
      endStranger(slot)
    }
  }

  /// Refuses for something that no honest peer does.
  mutating func refuseAsHostile(_ slot: UInt32, _ reason: Reason) {
    judge.limits.fail(strangers[slot].keys, now: now)
    refuse(slot, reason)
  }
}
