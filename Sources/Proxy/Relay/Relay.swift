internal import Kernel

/// What moving bytes in one direction came to.
struct MoveOutcome: BitwiseCopyable {
  /// Bytes taken from the sender.
  var bytesTaken = 0
  /// Whether there is more to do that no event will announce.
  var hasMore = false
  /// Whether one of the two connections is gone.
  var isBroken = false
}

/// Moves bytes from one socket to another: copied through one buffer while they come in frames,
/// spliced through the kernel when they come in bulk. What the receiver has no room for waits in an
/// overflow, and the sender is not read until it is gone.
enum Relay<World: Network & ~Copyable> {
  /// Moves what can be moved now, at most one turn's share and at most `allowance` bytes.
  static func move(
    _ network: inout World,
    from sender: borrowing World.Socket,
    to receiver: borrowing World.Socket,
    _ direction: inout Direction<World.Overflow>,
    _ spares: inout SpareOverflows<World.Overflow>,
    _ buffer: UnsafeMutableRawPointer,
    allowance: Int
  ) -> MoveOutcome {
    var outcome = MoveOutcome()
    for _ in 0..<ShardBounds.readsPerTurn {
      if direction.overflow != nil, !empty(&network, receiver, &direction, &outcome) {
        return outcome
      }
      if direction.endSeen {
        passEndOn(&network, receiver, &direction)
        return outcome
      }
      guard direction.isReadable else {
        return outcome
      }
      let left = allowance - outcome.bytesTaken
      guard left > 0 else { return outcome }
      let isBulk = direction.fullReads >= ShardBounds.fullReadsBeforeSplice
      if isBulk, left >= ShardBounds.bufferBytes, has(&network, &direction, &spares) {
        splice(&network, sender, &direction, &spares, &outcome)
      } else {
        unsafe copy(&network, sender, receiver, &direction, &spares, buffer, left, &outcome)
      }
      if outcome.isBroken { return outcome }
    }
    outcome.hasMore = true
    return outcome
  }

  /// Empties the overflow into the receiver; whether it is empty.
  private static func empty(
    _ network: inout World,
    _ receiver: borrowing World.Socket,
    _ direction: inout Direction<World.Overflow>,
    _ outcome: inout MoveOutcome
  ) -> Bool {
    while var overflow = direction.overflow.take() {
      guard network.count(overflow) > 0 else {
        direction.overflow = .some(overflow)
        return true
      }
      guard direction.isWritable else {
        direction.overflow = .some(overflow)
        return false
      }
      switch network.drain(&overflow, into: receiver) {
      case .bytes: break
      case .full: direction.isWritable = false
      case .broken: outcome.isBroken = true
      }
      direction.overflow = .some(overflow)
      if outcome.isBroken { return false }
    }
    return true
  }

  private static func passEndOn(
    _ network: inout World,
    _ receiver: borrowing World.Socket,
    _ direction: inout Direction<World.Overflow>
  ) {
    guard !direction.endPassedOn else { return }
    direction.endPassedOn = true
    network.shutdownSending(receiver)
  }

  /// Sees to it that there is an overflow; whether there is.
  private static func has(
    _ network: inout World,
    _ direction: inout Direction<World.Overflow>,
    _ spares: inout SpareOverflows<World.Overflow>
  ) -> Bool {
    if direction.overflow != nil { return true }
    direction.overflow = spares.take() ?? network.makeOverflow()
    return direction.overflow != nil
  }

  /// Fills the overflow straight from the sender.
  private static func splice(
    _ network: inout World,
    _ sender: borrowing World.Socket,
    _ direction: inout Direction<World.Overflow>,
    _ spares: inout SpareOverflows<World.Overflow>,
    _ outcome: inout MoveOutcome
  ) {
    guard var overflow = direction.overflow.take() else { return }
    switch network.fill(&overflow, from: sender) {
    case .bytes(let count):
      outcome.bytesTaken &+= count
    case .empty:
      // Nothing in flight: back to copying, until it comes in bulk again.
      direction.isReadable = false
      direction.fullReads = 0
      if network.count(overflow) == 0 {
        spares.keep(overflow)
        return
      }
    case .end: direction.endSeen = true
    case .broken: outcome.isBroken = true
    }
    direction.overflow = .some(overflow)
  }

  /// Reads into the buffer and sends from it; what is left goes into an overflow.
  private static func copy(
    _ network: inout World,
    _ sender: borrowing World.Socket,
    _ receiver: borrowing World.Socket,
    _ direction: inout Direction<World.Overflow>,
    _ spares: inout SpareOverflows<World.Overflow>,
    _ buffer: UnsafeMutableRawPointer,
    _ left: Int,
    _ outcome: inout MoveOutcome
  ) {
    let most = min(left, ShardBounds.bufferBytes)
    let count: Int
    switch unsafe network.receive(sender, buffer, most) {
    case .bytes(let received): count = received
    case .empty:
      direction.isReadable = false
      return
    case .end:
      direction.endSeen = true
      return
    case .broken:
      outcome.isBroken = true
      return
    }
    outcome.bytesTaken &+= count
    if count < most {
      // A short read emptied the socket: the next bytes, or the end, make a new event.
      if !direction.isClosing { direction.isReadable = false }
      direction.fullReads = 0
    } else if direction.fullReads < .max {
      direction.fullReads &+= 1
    }
    var sent = 0
    switch unsafe network.send(receiver, buffer, count) {
    case .bytes(let taken): sent = taken
    case .full: break
    case .broken:
      outcome.isBroken = true
      return
    }
    guard sent < count else { return }
    direction.isWritable = false
    let rest = unsafe UnsafeRawPointer(buffer) + sent
    outcome.isBroken = unsafe !keep(&network, &direction, &spares, rest, count - sent)
  }

  /// Puts bytes into an overflow; whether that was possible.
  private static func keep(
    _ network: inout World,
    _ direction: inout Direction<World.Overflow>,
    _ spares: inout SpareOverflows<World.Overflow>,
    _ bytes: UnsafeRawPointer,
    _ count: Int
  ) -> Bool {
    guard has(&network, &direction, &spares), var overflow = direction.overflow.take() else {
      return false
    }
    let stored = unsafe network.store(bytes, count, in: &overflow)
    direction.overflow = .some(overflow)
    return stored
  }
}
