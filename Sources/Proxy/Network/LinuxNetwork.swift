internal import Kernel
internal import Wire

/// The kernel, as a shard sees it.
struct LinuxNetwork: Network, ~Copyable {
  /// A TCP socket.
  typealias Socket = StreamSocket
  /// A pipe.
  typealias Overflow = Pipe

  private let poller: Poller
  private let wake: WakeSignal
  private var listeners: ListenerSet
  private var dialer = PeerDialer()

  /// A network that hears of these listeners and of a wake signal.
  init(listeners: consuming ListenerSet, wake: consuming WakeSignal) throws(Errno) {
    poller = try Poller()
    self.listeners = listeners
    self.wake = wake
    poller.add(self.wake.descriptor, token: Token(.wake, slot: 0).rawValue, .readable)
    resumeAccepting()
  }

  var now: Instant { Clock.now }
  var wallSeconds: UInt64 { Clock.wallSeconds }
  var listenerCount: Int { listeners.count }

  mutating func wait(timeoutMilliseconds: Int32) -> Int {
    poller.wait(timeoutMilliseconds: timeoutMilliseconds)
  }

  func event(_ index: Int) -> Event { poller.event(index) }

  mutating func acknowledgeWake() { wake.acknowledge() }

  mutating func accept(listener: Int) -> AcceptOutcome<StreamSocket> {
    guard listener < listeners.count else { return .empty }
    return listeners.accept(listener)
  }

  mutating func pauseAccepting() {
    listeners.ignore(with: poller)
  }

  mutating func resumeAccepting() {
    listeners.watch(with: poller) { Token(.listener, slot: UInt32($0)).rawValue }
  }

  mutating func stopListening() {
    listeners.removeAll()
  }

  mutating func watch(
    _ socket: borrowing StreamSocket,
    token: UInt64,
    _ interest: Interest
  ) {
    poller.add(socket.descriptor, token: token, interest)
  }

  mutating func rewatch(
    _ socket: borrowing StreamSocket,
    token: UInt64,
    _ interest: Interest
  ) {
    poller.modify(socket.descriptor, token: token, interest)
  }

  func peek(
    _ socket: borrowing StreamSocket,
    _ buffer: UnsafeMutableRawPointer,
    _ count: Int
  ) -> ReceiveOutcome {
    unsafe socket.peek(buffer, count)
  }

  func receive(
    _ socket: borrowing StreamSocket,
    _ buffer: UnsafeMutableRawPointer,
    _ count: Int
  ) -> ReceiveOutcome {
    unsafe socket.receive(buffer, count)
  }

  func send(
    _ socket: borrowing StreamSocket,
    _ buffer: UnsafeRawPointer,
    _ count: Int
  ) -> SendOutcome {
    unsafe socket.send(buffer, count)
  }

  func savedSyn(
    _ socket: borrowing StreamSocket,
    _ buffer: UnsafeMutableRawPointer,
    _ capacity: Int
  ) -> Int {
    unsafe socket.savedSyn(buffer, capacity)
  }

  func roundTripMicroseconds(_ socket: borrowing StreamSocket) -> UInt32? {
    socket.roundTripMicroseconds()
  }

  func localEndpoint(_ socket: borrowing StreamSocket) -> Endpoint? {
    socket.localEndpoint()
  }

  mutating func dial(
    _ router: Endpoint,
    from peer: Endpoint,
    isAlone: Bool,
    mark: PacketMark?
  ) -> DialOutcome<StreamSocket> {
    guard let mark else { return StreamSocket.dial(router) }
    return dialer.dial(router, from: peer, isAlone: isAlone, mark: mark)
  }

  func connectOutcome(_ socket: borrowing StreamSocket) -> ConnectOutcome {
    socket.connectOutcome()
  }

  func shutdownSending(_ socket: borrowing StreamSocket) { socket.shutdownSending() }

  func resetOnClose(_ socket: borrowing StreamSocket) { socket.resetOnClose() }

  func forgetOnClose(_ socket: borrowing StreamSocket) { socket.forgetOnClose() }

  func wakeAtBytes(_ socket: borrowing StreamSocket, _ count: Int) {
    socket.wakeAtBytes(count)
  }

  mutating func makeOverflow() -> Pipe? { try? Pipe() }

  func count(_ overflow: borrowing Pipe) -> Int { overflow.count }

  func fill(
    _ overflow: inout Pipe,
    from socket: borrowing StreamSocket
  ) -> ReceiveOutcome {
    overflow.fill(from: socket)
  }

  func drain(
    _ overflow: inout Pipe,
    into socket: borrowing StreamSocket
  ) -> SendOutcome {
    overflow.drain(into: socket)
  }

  func store(
    _ bytes: UnsafeRawPointer,
    _ count: Int,
    in overflow: inout Pipe
  ) -> Bool {
    unsafe overflow.store(bytes, count)
  }
}
