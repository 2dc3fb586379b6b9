import Filter
import Kernel
import Wire

@testable import Proxy

/// A made-up connection's one owner.
struct SimulatedSocket: ~Copyable {
  let link: SimulatedLink

  init(_ link: SimulatedLink) {
    self.link = link
    link.world.openSocket()
  }

  deinit {
    link.close()
  }
}

/// A made-up pipe's one owner.
struct SimulatedOverflow: ~Copyable {
  static let capacity = 65_536

  let world: SimulatedWorld
  var bytes: [UInt8] = []

  init(_ world: SimulatedWorld) {
    self.world = world
    world.openOverflow()
  }

  deinit {
    world.closeOverflow()
  }
}

/// A shard's view of a made-up world.
struct SimulatedNetwork: Network, ~Copyable {
  typealias Socket = SimulatedSocket
  typealias Overflow = SimulatedOverflow

  let world: SimulatedWorld

  var now: Instant { Instant(nanoseconds: world.now) }
  var wallSeconds: UInt64 { TestRouter.wallStart + world.now / Nanoseconds.perSecond }
  var listenerCount: Int { world.backlogs.count }

  mutating func wait(timeoutMilliseconds: Int32) -> Int {
    world.wait(timeoutMilliseconds: timeoutMilliseconds)
  }

  func event(_ index: Int) -> Event { world.events[index] }

  mutating func acknowledgeWake() { world.isWakeRaised = false }

  mutating func accept(listener: Int) -> AcceptOutcome<SimulatedSocket> {
    guard world.backlogs.indices.contains(listener), let next = world.backlogs[listener].first
    else { return .empty }
    world.callCount += 1
    guard world.hasDescriptors(1) else { return .descriptorsShort }
    world.backlogs[listener].removeFirst()
    guard !next.isGone else { return .gone }
    return .connection(
      Kernel.Arrival(socket: SimulatedSocket(next.link), source: next.link.remote)
    )
  }

  mutating func pauseAccepting() { world.isAccepting = false }
  mutating func resumeAccepting() { world.isAccepting = true }
  mutating func stopListening() { world.backlogs.removeAll() }

  mutating func watch(_ socket: borrowing SimulatedSocket, token: UInt64, _ interest: Interest) {
    if socket.link.token != nil { world.complain("a socket is registered twice") }
    socket.link.watch(token, interest)
  }

  mutating func rewatch(_ socket: borrowing SimulatedSocket, token: UInt64, _ interest: Interest) {
    if socket.link.token == nil { world.complain("a socket that was not registered is changed") }
    socket.link.watch(token, interest)
  }

  func peek(
    _ socket: borrowing SimulatedSocket,
    _ buffer: UnsafeMutableRawPointer,
    _ count: Int
  ) -> ReceiveOutcome {
    world.callCount += 1
    return socket.link.receive(buffer, count, keeps: true)
  }

  func receive(
    _ socket: borrowing SimulatedSocket,
    _ buffer: UnsafeMutableRawPointer,
    _ count: Int
  ) -> ReceiveOutcome {
    world.callCount += 1
    return socket.link.receive(buffer, count, keeps: false)
  }

  func send(
    _ socket: borrowing SimulatedSocket,
    _ buffer: UnsafeRawPointer,
    _ count: Int
  ) -> SendOutcome {
    world.callCount += 1
    return socket.link.send(UnsafeRawBufferPointer(start: buffer, count: count))
  }

  func savedSyn(
    _ socket: borrowing SimulatedSocket,
    _ buffer: UnsafeMutableRawPointer,
    _ capacity: Int
  ) -> Int {
    world.callCount += 1
    let syn = socket.link.syn
    UnsafeMutableRawBufferPointer(start: buffer, count: capacity).copyBytes(from: syn)
    return syn.count
  }

  func roundTripMicroseconds(_ socket: borrowing SimulatedSocket) -> UInt32? {
    world.callCount += 1
    return 20_000
  }

  func localEndpoint(_ socket: borrowing SimulatedSocket) -> Endpoint? { TestRouter.endpoint }

  mutating func dial(
    _ router: Endpoint,
    from peer: Endpoint,
    isAlone: Bool,
    mark: PacketMark?
  ) -> DialOutcome<SimulatedSocket> {
    world.callCount += 1
    guard world.hasDescriptors(1) else { return .descriptorsShort }
    guard world.listens(peer.address) else { return .refused }
    let link = SimulatedLink(world, remote: router, isConnecting: true)
    switch world.dialPlan(&world.random) {
    case .isRefusedAtOnce: return .refused
    case .isForbidden: return .forbidden(Errno(rawValue: 1))
    case .hangs: break
    case .connects(let delay): world.after(delay) { link.connect() }
    case .isRefused(let delay): world.after(delay) { link.deliverReset() }
    }
    world.dialled(link, peer.address)
    return .connecting(SimulatedSocket(link))
  }

  func connectOutcome(_ socket: borrowing SimulatedSocket) -> ConnectOutcome {
    socket.link.connectOutcome()
  }

  func shutdownSending(_ socket: borrowing SimulatedSocket) { socket.link.shutdownSending() }
  func resetOnClose(_ socket: borrowing SimulatedSocket) { socket.link.onClose(.reset) }
  func forgetOnClose(_ socket: borrowing SimulatedSocket) { socket.link.onClose(.silence) }

  func wakeAtBytes(_ socket: borrowing SimulatedSocket, _ count: Int) { socket.link.wakeAt(count) }

  mutating func makeOverflow() -> SimulatedOverflow? {
    guard world.hasOverflows, world.hasDescriptors(2) else { return nil }
    return SimulatedOverflow(world)
  }

  func count(_ overflow: borrowing SimulatedOverflow) -> Int { overflow.bytes.count }

  func fill(
    _ overflow: inout SimulatedOverflow,
    from socket: borrowing SimulatedSocket
  ) -> ReceiveOutcome {
    world.callCount += 1
    // Small pieces use up a pipe's places before its bytes.
    let most = 1 + Int(world.random.below(UInt64(SimulatedOverflow.capacity)))
    return socket.link.take(most - min(overflow.bytes.count, most - 1), into: &overflow.bytes)
  }

  func drain(
    _ overflow: inout SimulatedOverflow,
    into socket: borrowing SimulatedSocket
  ) -> SendOutcome {
    world.callCount += 1
    let outcome = overflow.bytes.withUnsafeBytes { socket.link.send($0) }
    if case .bytes(let count) = outcome { overflow.bytes.removeFirst(count) }
    return outcome
  }

  func store(
    _ bytes: UnsafeRawPointer,
    _ count: Int,
    in overflow: inout SimulatedOverflow
  ) -> Bool {
    overflow.bytes = Array(UnsafeRawBufferPointer(start: bytes, count: count))
    return count <= SimulatedOverflow.capacity
  }
}
