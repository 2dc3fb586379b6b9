internal import CLab
internal import CLinux
internal import Glibc
internal import Kernel
internal import Wire

/// The life of one connection of a flood: from its descriptor to its end.
extension FloodLoop {
  /// Most reads of one wake; a router's answer needs one or two.
  private static let readsPerWake = 64

  /// Takes over a connection just begun. Between two addresses of one machine it is often complete
  /// by now, which saves an event.
  mutating func adopt(_ descriptor: Int32, at now: Instant) {
    if settings.kind == .connectAndClose, lab_is_connected(descriptor) != 0 {
      report.connected += 1
      report.connectTimes.record(nanoseconds: Clock.now.nanoseconds(since: now))
      report.closedByUs += 1
      report.openAtMost = max(report.openAtMost, openCount + 1)
      _ = linux_close(descriptor)
      return
    }
    guard let free = freeSlots.popLast() else {
      preconditionFailure("room was made before the connection was begun")
    }
    let slot = Int(free)
    slots[slot].descriptor = descriptor
    slots[slot].generation &+= 1
    slots[slot].progress = .connecting
    slots[slot].answer = .none
    slots[slot].begunAt = now
    holding.append(slot)
    report.openAtMost = max(report.openAtMost, openCount)
    let token = UInt64(slots[slot].generation) << 32 | UInt64(slot)
    var interest = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
    if lab_is_connected(descriptor) == 0 {
      interest |= EPOLLOUT.rawValue
    } else {
      becomeConnected(slot, at: Clock.now)
    }
    guard slots[slot].descriptor == descriptor else { return }
    if linux_epoll_control(epoll.rawValue, Int32(EPOLL_CTL_ADD), descriptor, interest, token) != 0 {
      countError(Errno.last.rawValue)
      release(slot)
    }
  }

  /// Performs what the kind does once connected.
  private mutating func becomeConnected(_ slot: Int, at now: Instant) {
    slots[slot].progress = .connected
    slots[slot].connectedAt = now
    report.connected += 1
    report.connectTimes.record(nanoseconds: now.nanoseconds(since: slots[slot].begunAt))
    switch settings.kind {
    case .silent: break
    case .connectAndClose:
      report.closedByUs += 1
      release(slot)
    case .stratum, .garbage, .firstFlight, .replay: say(slot)
    case .dribble:
      say(slot)
      waitForNextByte(slot, now)
    }
  }

  /// Says the next piece; a connection that cannot be written to is about to end by an event.
  private mutating func say(_ slot: Int) {
    let descriptor = slots[slot].descriptor
    let sent = unsafe payload.withNext { piece in
      unsafe linux_send(descriptor, piece.baseAddress, piece.count, 0)
    }
    if sent > 0 { report.bytesSent += UInt64(sent) }
  }

  /// Handles one event; one of an earlier owner of the slot is ignored.
  mutating func handle(_ events: UInt32, token: UInt64, now: Instant) {
    let slot = Int(truncatingIfNeeded: token & 0xffff_ffff)
    guard slots.indices.contains(slot), slots[slot].descriptor >= 0,
      slots[slot].generation == UInt32(truncatingIfNeeded: token >> 32)
    else { return }
    if slots[slot].progress == .connecting {
      if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 {
        connectFailed(slot)
        return
      }
      guard events & EPOLLOUT.rawValue != 0 else { return }
      becomeConnected(slot, at: now)
      guard slots[slot].descriptor >= 0 else { return }
    }
    let readable =
      EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLERR.rawValue | EPOLLHUP.rawValue
    if events & readable != 0 { drain(slot, now: now) }
  }

  private mutating func connectFailed(_ slot: Int) {
    let error = linux_socket_error(slots[slot].descriptor)
    if error == ECONNRESET || error == EPIPE || error == 0 {
      // Completed and ended between two looks.
      report.connected += 1
      report.resetByPeer += 1
    } else {
      countError(error)
    }
    release(slot)
  }

  private mutating func drain(_ slot: Int, now: Instant) {
    for _ in 0..<Self.readsPerWake {
      let count = unsafe linux_receive(slots[slot].descriptor, &scratch, scratch.count, 0)
      if count > 0 {
        report.bytesReceived += UInt64(count)
        if slots[slot].answer == .none {
          slots[slot].answer = .some
          report.answered += 1
        }
        continue
      }
      if count < 0, Errno.last.rawValue == EAGAIN { return }
      if count == 0 { report.finishedByPeer += 1 } else { report.resetByPeer += 1 }
      report.closeTimes.record(nanoseconds: now.nanoseconds(since: slots[slot].connectedAt))
      release(slot)
      return
    }
  }

  /// Closes connections that were held long enough.
  mutating func endHolds(_ now: Instant) {
    while let slot = holding.first,
      now.nanoseconds(since: slots[slot].begunAt) >= settings.holdNanoseconds
    {
      if slots[slot].progress == .connected {
        report.closedByUs += 1
      } else {
        report.unanswered += 1
      }
      release(slot)
    }
  }

  /// Says the next byte of every dribble that is due.
  mutating func sayNextBytes(_ now: Instant) {
    while let slot = dribbling.first, slots[slot].nextByteAt <= now {
      say(slot)
      dribbling.remove(slot)
      waitForNextByte(slot, now)
    }
  }

  /// All wait equally long, so the queue is in the order of their times.
  private mutating func waitForNextByte(_ slot: Int, _ now: Instant) {
    slots[slot].nextByteAt = now.advanced(
      byNanoseconds: max(settings.dribbleIntervalNanoseconds, 1)
    )
    dribbling.append(slot)
  }

  /// Makes room for one more.
  mutating func dropOldest() {
    guard let slot = holding.first else { return }
    report.droppedForRoom += 1
    release(slot)
  }

  /// Ends everything that is open.
  mutating func closeAll() {
    while let slot = holding.first {
      report.closedByUs += 1
      release(slot)
    }
  }

  private mutating func release(_ slot: Int) {
    holding.remove(slot)
    if settings.kind == .dribble, slots[slot].progress == .connected { dribbling.remove(slot) }
    _ = linux_close(slots[slot].descriptor)
    slots[slot].descriptor = -1
    freeSlots.append(Int32(slot))
  }
}
