public import Kernel
public import Wire

/// The kernel, as a shard sees it.
public struct LinuxNetwork: Network, ~Copyable {
  /// A TCP socket.
  public typealias Socket = StreamSocket
  /// A pipe.
  public typealias Overflow = Pipe

  private let poller: Poller
  private let wake: WakeSignal
  private var listeners: ListenerSet

  /// A network that hears of these listeners and of a wake signal.
  public init(listeners: consuming ListenerSet, wake: consuming WakeSignal) throws(Errno) {
    poller = try Poller()
    self.listeners = listeners
    self.wake = wake
    poller.add(self.wake.descriptor, token: Token(.wake, slot: 0).rawValue, .readable)
    resumeAccepting()
  }

  public var now: Instant { Clock.now }
  public var wallSeconds: UInt64 { Clock.wallSeconds }
  public var listenerCount: Int { listeners.count }

  public mutating func wait(timeoutMilliseconds: Int32) -> Int {
    poller.wait(timeoutMilliseconds: timeoutMilliseconds)
  }

  public func event(_ index: Int) -> Event { poller.event(index) }

  public mutating func acknowledgeWake() { wake.acknowledge() }

  public mutating func accept(listener: Int) -> AcceptOutcome<StreamSocket> {
    guard listener < listeners.count else { return .empty }
    return listeners.accept(listener)
  }

  public mutating func pauseAccepting() {
    listeners.ignore(with: poller)
  }

  public mutating func resumeAccepting() {
    listeners.watch(with: poller) { Token(.listener, slot: UInt32($0)).rawValue }
  }

  public mutating func stopListening() {
    listeners.removeAll()
  }

  public mutating func watch(
    _ socket: borrowing StreamSocket,
    token: UInt64,
    _ interest: Interest
  ) {
    poller.add(socket.descriptor, token: token, interest)
  }

  public mutating func rewatch(
    _ socket: borrowing StreamSocket,
    token: UInt64,
    _ interest: Interest
  ) {
    poller.modify(socket.descriptor, token: token, interest)
  }

  public func peek(
    _ socket: borrowing StreamSocket,
    _ buffer: UnsafeMutableRawPointer,
    _ count: Int
  ) -> ReceiveOutcome {
    unsafe socket.peek(buffer, count)
  }

  public func receive(
    _ socket: borrowing StreamSocket,
    _ buffer: UnsafeMutableRawPointer,
    _ count: Int
  ) -> ReceiveOutcome {
    unsafe socket.receive(buffer, count)
  }

  public func send(
    _ socket: borrowing StreamSocket,
    _ buffer: UnsafeRawPointer,
    _ count: Int
  ) -> SendOutcome {
    unsafe socket.send(buffer, count)
  }

  public func localEndpoint(_ socket: borrowing StreamSocket) -> Endpoint? {
    socket.localEndpoint()
  }

  public mutating func dial(
    _ router: Endpoint,
    from peer: SourceAddress,
    mark: PacketMark?
  ) -> DialOutcome<StreamSocket> {
    guard let mark else { return StreamSocket.dial(router) }
    return StreamSocket.dial(router, from: peer, mark: mark)
  }

  public func connectOutcome(_ socket: borrowing StreamSocket) -> ConnectOutcome {
    socket.connectOutcome()
  }

  public func shutdownSending(_ socket: borrowing StreamSocket) { socket.shutdownSending() }

  public func resetOnClose(_ socket: borrowing StreamSocket) { socket.resetOnClose() }

  public func forgetOnClose(_ socket: borrowing StreamSocket) { socket.forgetOnClose() }

  public func wakeAtBytes(_ socket: borrowing StreamSocket, _ count: Int) {
    socket.wakeAtBytes(count)
  }

  public mutating func makeOverflow() -> Pipe? { try? Pipe() }

  public func count(_ overflow: borrowing Pipe) -> Int { overflow.count }

  public func fill(
    _ overflow: inout Pipe,
    from socket: borrowing StreamSocket
  ) -> ReceiveOutcome {
    overflow.fill(from: socket)
  }

  public func drain(
    _ overflow: inout Pipe,
    into socket: borrowing StreamSocket
  ) -> SendOutcome {
    overflow.drain(into: socket)
  }

  public func store(
    _ bytes: UnsafeRawPointer,
    _ count: Int,
    in overflow: inout Pipe
  ) -> Bool {
    unsafe overflow.store(bytes, count)
  }
}
