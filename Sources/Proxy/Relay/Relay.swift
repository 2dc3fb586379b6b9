internal import Kernel

/// The two ends of a direction.
enum DirectionEnd: BitwiseCopyable {
  case sender
  case receiver
}

/// What moving bytes in one direction came to.
struct MoveOutcome: BitwiseCopyable {
  /// Bytes taken from the sender.
  var bytesTaken = 0
  /// Whether there is more to do that no event will announce.
  var hasMore = false
  /// Whose connection is gone, if one is.
  var broken: DirectionEnd?
}

/// Moves bytes from one socket to another, in one direction, for the time of one call.
///
/// Frames are copied through the shard's one buffer; bulk is spliced through the kernel. What the
/// receiver has no room for waits in an overflow, and the sender is not read until it is gone.
/// Where there is no overflow to be had, bytes stay in the sender's socket until the receiver took
/// them.
@safe
struct Relay<World: Network & ~Copyable>: ~Copyable {
  private let buffer: UnsafeMutableRawPointer
  private let allowance: Int
  /// Whether the other direction has ended.
  private let isLastEnd: Bool
  private var outcome = MoveOutcome()

  /// Moves what can be moved now, at most one turn's share and at most `allowance` bytes.
  ///
  /// The end of a direction is told to the receiver, unless `isLastEnd`: then the caller closes it.
  static func move(
    _ network: inout World,
    from sender: borrowing World.Socket,
    to receiver: borrowing World.Socket,
    _ direction: inout Direction<World.Overflow>,
    _ stock: inout OverflowStock<World>,
    _ buffer: UnsafeMutableRawPointer,
    allowance: Int,
    isLastEnd: Bool
  ) -> MoveOutcome {
    var relay = unsafe Relay(buffer: buffer, allowance: allowance, isLastEnd: isLastEnd)
    for _ in 0..<ShardBounds.readsPerTurn {
      guard relay.step(&network, sender, receiver, &direction, &stock) else {
        return relay.outcome
      }
    }
    relay.outcome.hasMore = Self.canGoOn(direction)
    return relay.outcome
  }

  /// Whether another step may do something: the last one of a turn may have emptied the sender.
  private static func canGoOn(_ direction: borrowing Direction<World.Overflow>) -> Bool {
    if direction.endSeen || direction.overflow != nil { return true }
    return direction.isReadable && direction.isWritable
  }

  private init(buffer: UnsafeMutableRawPointer, allowance: Int, isLastEnd: Bool) {
    unsafe self.buffer = buffer
    self.allowance = allowance
    self.isLastEnd = isLastEnd
  }

  /// One read and what follows from it; whether another one may bring something.
  private mutating func step(
    _ network: inout World,
    _ sender: borrowing World.Socket,
    _ receiver: borrowing World.Socket,
    _ direction: inout Direction<World.Overflow>,
    _ stock: inout OverflowStock<World>
  ) -> Bool {
    guard emptyOverflow(&network, receiver, &direction, &stock) else { return false }
    if direction.endSeen {
      passEndOn(&network, receiver, &direction)
      return false
    }
    let left = allowance - outcome.bytesTaken
    guard direction.isReadable, direction.isWritable, left > 0 else { return false }
    let most = min(left, ShardBounds.bufferBytes)
    let isBulk = direction.fullReads >= ShardBounds.fullReadsBeforeSplice
    if isBulk, most == ShardBounds.bufferBytes, let overflow = stock.take(&network) {
      direction.overflow = .some(overflow)
      splice(&network, sender, &direction, &stock)
    } else {
      copy(&network, sender, receiver, &direction, &stock, most)
    }
    return outcome.broken == nil
  }

  /// Empties the overflow into the receiver and gives it back; whether there is none left.
  private mutating func emptyOverflow(
    _ network: inout World,
    _ receiver: borrowing World.Socket,
    _ direction: inout Direction<World.Overflow>,
    _ stock: inout OverflowStock<World>
  ) -> Bool {
    guard var overflow = direction.overflow.take() else { return true }
    while network.count(overflow) > 0, direction.isWritable, outcome.broken == nil {
      switch network.drain(&overflow, into: receiver) {
      case .bytes: break
      case .full: direction.isWritable = false
      case .broken: outcome.broken = .receiver
      }
    }
    guard network.count(overflow) == 0, outcome.broken == nil else {
      direction.overflow = .some(overflow)
      return false
    }
    stock.giveBack(overflow, network)
    return true
  }

  private func passEndOn(
    _ network: inout World,
    _ receiver: borrowing World.Socket,
    _ direction: inout Direction<World.Overflow>
  ) {
    guard !direction.endPassedOn else { return }
    direction.endPassedOn = true
    // The second end of a session is its end: closing the socket says it.
    if !isLastEnd { network.shutdownSending(receiver) }
  }

  /// Fills the overflow straight from the sender.
  private mutating func splice(
    _ network: inout World,
    _ sender: borrowing World.Socket,
    _ direction: inout Direction<World.Overflow>,
    _ stock: inout OverflowStock<World>
  ) {
    guard var overflow = direction.overflow.take() else { return }
    switch network.fill(&overflow, from: sender) {
    case .bytes(let count): outcome.bytesTaken &+= count
    case .empty:
      // Nothing more in flight: back to copying, until it comes in bulk again.
      direction.isReadable = false
      direction.fullReads = 0
      return stock.giveBack(overflow, network)
    case .end: direction.endSeen = true
    case .broken: outcome.broken = .sender
    }
    direction.overflow = .some(overflow)
  }

  /// Reads into the buffer and sends from it.
  private mutating func copy(
    _ network: inout World,
    _ sender: borrowing World.Socket,
    _ receiver: borrowing World.Socket,
    _ direction: inout Direction<World.Overflow>,
    _ stock: inout OverflowStock<World>,
    _ most: Int
  ) {
    let canKeepRest = stock.canLend(&network)
    let received =
      unsafe canKeepRest
      ? network.receive(sender, buffer, most) : network.peek(sender, buffer, most)
    guard case .bytes(let count) = received else { return noteNothing(received, &direction) }
    var sent = 0
    switch unsafe network.send(receiver, buffer, count) {
    case .bytes(let taken): sent = taken
    case .full: break
    case .broken: return outcome.broken = .receiver
    }
    if sent < count { direction.isWritable = false }
    guard canKeepRest else {
      if sent > 0 { _ = unsafe network.receive(sender, buffer, sent) }
      return outcome.bytesTaken &+= sent
    }
    outcome.bytesTaken &+= count
    noteRead(&direction, isWhole: count == most)
    if sent < count { keepRest(&network, &direction, &stock, from: sent, to: count) }
  }

  private mutating func noteNothing(
    _ received: ReceiveOutcome,
    _ direction: inout Direction<World.Overflow>
  ) {
    switch received {
    case .bytes: break
    case .empty: direction.isReadable = false
    case .end: direction.endSeen = true
    case .broken: outcome.broken = .sender
    }
  }

  private func noteRead(_ direction: inout Direction<World.Overflow>, isWhole: Bool) {
    guard !isWhole else {
      if direction.fullReads < .max { direction.fullReads &+= 1 }
      return
    }
    direction.fullReads = 0
    // A short read emptied the socket: the next bytes make a new event. The end makes none if it
    // was announced already.
    if !direction.isClosing { direction.isReadable = false }
  }

  /// Puts the buffer's bytes that were not sent into an overflow.
  private mutating func keepRest(
    _ network: inout World,
    _ direction: inout Direction<World.Overflow>,
    _ stock: inout OverflowStock<World>,
    from start: Int,
    to end: Int
  ) {
    guard var overflow = stock.take(&network) else { return outcome.broken = .receiver }
    let rest = unsafe UnsafeRawPointer(buffer) + start
    if unsafe !network.store(rest, end &- start, in: &overflow) { outcome.broken = .receiver }
    direction.overflow = .some(overflow)
  }
}
