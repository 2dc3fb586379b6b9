import Filter
import Kernel
import Wire

/// One TCP connection as the shard's socket sees it, with a script at its far end.
final class SimulatedLink {
  /// What the far end hears.
  enum Ending: Equatable {
    case end
    case reset
    case silence
  }

  private enum Phase {
    case connecting
    case standing
    /// Refused, or reset by the far end.
    case gone
  }

  let world: SimulatedWorld
  /// The far end's address.
  let remote: Endpoint
  /// The headers of its first packet; those of a Linux at first.
  var syn = SimulatedLink.linuxSyn
  /// Told when bytes were sent to the far end.
  var wasSent: () -> Void = {}
  /// Told when the shard's side has ended.
  var wasEnded: (Ending) -> Void = { _ in }
  /// Told when the shard has read: there is room again.
  var wasRead: () -> Void = {}
  /// Asked of every send before it is taken.
  var check: (UnsafeRawBufferPointer) -> Void = { _ in }

  private var phase: Phase
  private var inbound: [UInt8] = []
  private var inboundStart = 0
  private var inboundEnded = false
  private var error = false
  private(set) var outbound: [UInt8] = []
  private var sendingEnded = false
  private var wantsRoom = false
  private var closing = Ending.end
  private(set) var isClosed = false

  var token: UInt64?
  private var interest: UInt32 = 0
  var isOnReadyList = false
  private var lowWater = 1
  /// Bytes that the shard may send before the far end takes some.
  let room: Int
  /// Bytes that the far end may send before the shard reads some.
  let window: Int
  /// Bytes that the shard has read.
  private(set) var readCount = 0
  /// Bytes that the shard has sent.
  private(set) var sentCount = 0
  /// The turn in which the shard learned that the connection stands.
  private(set) var connectedTurn: Int?

  /// IPv4, time to live 64, "do not fragment"; TCP with segment size, SACK, timestamps and scale.
  static let linuxSyn: [UInt8] =
    [0x45, 0, 0, 60, 0x12, 0x34, 0x40, 0, 64, 6, 0, 0, 198, 51, 100, 1, 203, 0, 113, 7]
    + [0x9c, 0x40, 0x44, 0xf6, 1, 2, 3, 4, 0, 0, 0, 0, 0xa0, 2, 0xfa, 0xf0, 0, 0, 0, 0]
    + [2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7]

  init(_ world: SimulatedWorld, remote: Endpoint, isConnecting: Bool) {
    self.world = world
    self.remote = remote
    phase = isConnecting ? .connecting : .standing
    // Now and then more than one turn moves.
    let most = world.random.happens(20) ? 4_000_000 : 200_000
    let rooms = world.rooms ?? 4_096...most
    room = world.random.number(rooms)
    window = world.random.number(rooms)
  }

  // MARK: What epoll sees

  private var available: Int { inbound.count - inboundStart }

  /// EPOLLIN 0x1, EPOLLOUT 0x4, EPOLLERR 0x8, EPOLLHUP 0x10, EPOLLRDHUP 0x2000.
  var readiness: UInt32 {
    if phase == .connecting { return 0 }
    var bits: UInt32 = 0
    if available >= lowWater { bits |= 0x1 }
    if inboundEnded || phase == .gone { bits |= 0x2001 }
    if phase == .gone || (inboundEnded && sendingEnded) { bits |= 0x10 }
    if error { bits |= 0x8 }
    if sendingEnded || phase == .gone || outbound.count < room {
      bits |= 0x4
    } else {
      wantsRoom = true
    }
    return bits & (interest | 0x18)
  }

  func watch(_ token: UInt64, _ interest: Interest) {
    self.token = token
    switch interest {
    case .readable: self.interest = 0x1
    case .readableEdge: self.interest = 0x2001
    case .bothEdge: self.interest = 0x2005
    }
    if readiness != 0 { world.raise(self) }
  }

  func wakeAt(_ count: Int) {
    lowWater = max(count, 1)
    if available >= lowWater || inboundEnded { world.raise(self) }
  }

  // MARK: What the shard does

  func receive(_ buffer: UnsafeMutableRawPointer, _ count: Int, keeps: Bool) -> ReceiveOutcome {
    let moved = min(available, count)
    guard moved > 0 else { return nothing() }
    inbound.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      buffer.copyMemory(from: base + inboundStart, byteCount: moved)
    }
    if !keeps { drop(moved) }
    return .bytes(moved)
  }

  /// Takes up to `count` bytes for an overflow.
  func take(_ count: Int, into bytes: inout [UInt8]) -> ReceiveOutcome {
    let moved = min(available, count)
    guard moved > 0 else { return nothing() }
    bytes += inbound[inboundStart..<(inboundStart + moved)]
    drop(moved)
    return .bytes(moved)
  }

  private func nothing() -> ReceiveOutcome {
    if error {
      error = false
      return .broken
    }
    return inboundEnded || phase == .gone ? .end : .empty
  }

  private func drop(_ count: Int) {
    readCount += count
    inboundStart += count
    if inboundStart == inbound.count {
      inbound.removeAll(keepingCapacity: true)
      inboundStart = 0
    }
    wasRead()
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> SendOutcome {
    if phase == .connecting { return .full }
    guard phase == .standing, !sendingEnded else { return .broken }
    let free = room - outbound.count
    guard free > 0 else {
      wantsRoom = true
      return .full
    }
    var taken = min(free, bytes.count)
    // The first bytes find an empty buffer. Later ones may find the kernel short of memory.
    if sentCount > 0, world.random.happens(10) {
      taken = Int(world.random.below(UInt64(taken + 1)))
      wantsRoom = true
      world.after(1_000_000) { [self] in makeRoom() }
    }
    if taken < bytes.count { wantsRoom = true }
    guard taken > 0 else { return .full }
    let part = UnsafeRawBufferPointer(rebasing: bytes[..<taken])
    check(part)
    outbound += part
    sentCount += taken
    world.after(latency()) { [self] in wasSent() }
    return .bytes(taken)
  }

  func connectOutcome() -> ConnectOutcome {
    let failed = error
    error = false
    if !failed { connectedTurn = world.turn }
    return failed ? .refused : .connected
  }

  func shutdownSending() {
    guard !sendingEnded else { return }
    sendingEnded = true
    tellEnd(.end)
  }

  func onClose(_ ending: Ending) { closing = ending }

  func close() {
    if isClosed { world.complain("a link was closed twice") }
    isClosed = true
    token = nil
    world.closeSocket()
    let isUnread = available > 0 && phase == .standing
    let ending = closing == .end && isUnread ? .reset : closing
    if !sendingEnded || ending == .reset { tellEnd(ending) }
  }

  private func tellEnd(_ ending: Ending) {
    // A reset overtakes what was not taken yet.
    if ending == .reset { outbound.removeAll() }
    world.after(latency()) { [self] in wasEnded(ending) }
  }

  // MARK: What the far end does

  private func latency() -> UInt64 { 20_000 + world.random.below(2_000_000) }

  func connect() {
    guard phase == .connecting, !isClosed else { return }
    phase = .standing
    world.raise(self)
  }

  /// Bytes that can be delivered now.
  var windowLeft: Int { max(window - available, 0) }

  func deliver(_ bytes: ArraySlice<UInt8>) {
    guard phase == .standing, !isClosed, !bytes.isEmpty else { return }
    inbound += bytes
    if available >= lowWater { world.raise(self) }
  }

  func deliverEnd() {
    guard phase == .standing, !isClosed else { return }
    inboundEnded = true
    world.raise(self)
  }

  /// The far end resets, or refuses the connection. What it sent before can still be read.
  func deliverReset() {
    guard phase != .gone, !isClosed else { return }
    phase = .gone
    error = true
    outbound.removeAll()
    world.raise(self)
  }

  /// Takes what the shard sent.
  func takeOutbound(atMost most: Int) -> [UInt8] {
    let taken = Array(outbound.prefix(most))
    outbound.removeFirst(taken.count)
    if !taken.isEmpty { makeRoom() }
    return taken
  }

  private func makeRoom() {
    guard wantsRoom, !isClosed, outbound.count < room else { return }
    wantsRoom = false
    world.raise(self)
  }
}
