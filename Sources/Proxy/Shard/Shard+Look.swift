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
      judge(slot, bytesThere: count, isClosing: isClosing)
    case .empty:
      watchStranger(slot)
    case .end, .broken:
      leave(slot)
    }
  }

  /// Judges the bytes that lie in the buffer.
  mutating func judge(_ slot: UInt32, bytesThere: Int, isClosing: Bool) {
    let bytes = unsafe Span<UInt8>(
      _unsafeStart: buffer.assumingMemoryBound(to: UInt8.self),
      count: bytesThere
    )
    let look = FlightJudge.look(
      bytes,
      signatures: policy.signatures,
      handshake: policy.handshake,
      replay: replay
    )
    switch look.verdict {
    case .obey(let match):
      obey(match, slot)
    case .wait(let needed):
      guard !isClosing else { return leave(slot) }
      wakeLate(slot, atBytes: needed)
      return watchStranger(slot)
    case .refuse(let reason):
      refuseAsHostile(slot, reason)
    case .plausible(let flight):
      accept(slot, flight, bytesThere: bytesThere)
    case .prove:
      proveInTurn(slot, bytesThere: bytesThere)
    }
    if look.observed != nil { count(.observe, .signature, strangers[slot].source) }
  }

  /// Proves at once who has no blemish; the others when there is time.
  private mutating func proveInTurn(_ slot: UInt32, bytesThere: Int) {
    let standing = limits.standing(strangers[slot].keys, now: now)
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

  private mutating func obey(_ match: SignatureMatch, _ slot: UInt32) {
    limits.fail(strangers[slot].keys, now: now)
    switch match.action {
    case .mimic:
      refuse(slot, .signature)
    case .close:
      count(.refuse, .signature, strangers[slot].source)
      endStranger(slot)
    case .drop:
      count(.refuse, .signature, strangers[slot].source)
      network.forgetOnClose(strangers[slot].socket)
      endStranger(slot)
    }
  }

  /// Refuses for something that no honest peer does.
  mutating func refuseAsHostile(_ slot: UInt32, _ reason: Reason) {
    limits.fail(strangers[slot].keys, now: now)
    refuse(slot, reason)
  }
}
