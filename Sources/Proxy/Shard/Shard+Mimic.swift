internal import Filter
internal import Kernel
internal import Wire

/// The room of the refused: their connections end as the bare router would end them.
extension Shard where World: ~Copyable {
  /// Refuses a stranger and holds it as the router would.
  mutating func refuse(_ slot: UInt32, _ reason: Reason) {
    count(.refuse, reason, strangers[slot].source)
    leaveHalfOpen(slot)
    let plan = mimicry.plan(reason, accepted: strangers[slot].acceptedAt, now: now)
    strangers[slot].stage = .mimicking(plan, bytesRead: 0)
    strangerQueues.move(slot, to: StrangerQueue.mimicking)
    strangerTimers.set(slot, at: plan.until)
    wakeAtAnyByte(slot)
    readOn(slot)
  }

  /// Reads and forgets what the stranger sends, and closes when the router would have.
  mutating func readOn(_ slot: UInt32) {
    guard case .mimicking(let plan, var bytesRead) = strangers[slot].stage else { return }
    while bytesRead < plan.totalBytes {
      let left = min(plan.totalBytes - bytesRead, ShardBounds.bufferBytes)
      switch unsafe network.receive(strangers[slot].socket, buffer, left) {
      case .bytes(let count):
        bytesRead &+= count
      case .empty:
        strangers[slot].stage = .mimicking(plan, bytesRead: bytesRead)
        watchStranger(slot)
        return keepWithinShare(.mimicking)
      case .end, .broken:
        return endStranger(slot)
      }
    }
    endMimicry(slot, plan)
  }

  /// A router shuts down before it closes: the peer sees FIN, and RST behind it when bytes were
  /// left unread.
  private mutating func endMimicry(_ slot: UInt32, _ plan: FailurePlan) {
    if plan.drainsBeforeClose { drain(slot) }
    network.shutdownSending(strangers[slot].socket)
    endStranger(slot)
  }

  /// Reads what lies there, once: the close is then a FIN.
  mutating func drain(_ slot: UInt32) {
    _ = unsafe network.receive(strangers[slot].socket, buffer, ShardBounds.bufferBytes)
  }

  /// Why a stranger is refused that was not done in time. Bytes that came since the last look may
  /// meet a signature or a rule: the loop is not woken for each of them.
  private mutating func lateReason(_ slot: UInt32) -> Reason {
    let most = NTCP2Handshake.longestFirstFlight + 1
    switch unsafe network.peek(strangers[slot].socket, buffer, most) {
    case .empty: return .silent
    case .end, .broken: return .incomplete
    case .bytes(let count):
      keepFlight(slot, bytesThere: count)
      guard case .reading = strangers[slot].stage,
        case .obey(let order) = lookAt(slot, bytesThere: count)
      else { return .incomplete }
      tell(order, slot)
      if order.isHostile { judge.limits.fail(strangers[slot].keys, now: now) }
      return order.reason
    }
  }

  /// The time of a stranger is over.
  mutating func strangerTimeIsUp(_ slot: UInt32) {
    switch strangers[slot].stage {
    case .reading, .padding:
      count(.refuse, lateReason(slot), strangers[slot].source)
      drain(slot)
      endStranger(slot)
    case .deferred:
      count(.refuse, .proofBudget, strangers[slot].source)
      drain(slot)
      endStranger(slot)
    case .waiting:
      let isAway = reach[strangers[slot].source.address].awaySince != nil
      refuse(slot, isAway ? .routerDown : .routerBusy)
    case .mimicking(let plan, _):
      endMimicry(slot, plan)
    }
  }
}
