internal import Kernel
internal import Wire

/// What a shard needs of the world: clocks, readiness, sockets.
///
/// The kernel is one (`LinuxNetwork`); tests put a made-up one in its place, with made-up time and
/// every fault that the kernel may show. Calls never block, except `wait`. A socket closes when its
/// one owner lets it go.
protocol Network: ~Copyable {
  /// A TCP connection.
  associatedtype Socket: ~Copyable
  /// A place in the kernel where bytes wait for a socket that has no room.
  associatedtype Overflow: ~Copyable

  /// The moment now.
  var now: Instant { get }
  /// Seconds since 1970.
  var wallSeconds: UInt64 { get }

  /// Waits for events; how many there are.
  mutating func wait(timeoutMilliseconds: Int32) -> Int
  /// The event at `index` of the last wait.
  func event(_ index: Int) -> Event
  /// Clears what woke the shard from another thread.
  mutating func acknowledgeWake()

  /// How many listeners there are, each registered under its index.
  var listenerCount: Int { get }
  /// Takes the next connection of a listener.
  mutating func accept(listener: Int) -> AcceptOutcome<Socket>
  /// Hears no more of waiting connections until `resumeAccepting`.
  mutating func pauseAccepting()
  /// Hears of waiting connections again.
  mutating func resumeAccepting()
  /// Closes the listeners.
  mutating func stopListening()

  /// Registers a socket for events under `token`.
  mutating func watch(_ socket: borrowing Socket, token: UInt64, _ interest: Interest)
  /// Changes a registration.
  mutating func rewatch(_ socket: borrowing Socket, token: UInt64, _ interest: Interest)

  /// Copies what is there and leaves it in the socket.
  func peek(
    _ socket: borrowing Socket,
    _ buffer: UnsafeMutableRawPointer,
    _ count: Int
  ) -> ReceiveOutcome
  /// Moves what is there.
  func receive(
    _ socket: borrowing Socket,
    _ buffer: UnsafeMutableRawPointer,
    _ count: Int
  ) -> ReceiveOutcome
  /// Sends what there is room for.
  func send(_ socket: borrowing Socket, _ buffer: UnsafeRawPointer, _ count: Int) -> SendOutcome
  /// Copies the headers of the SYN that made an accepted socket, once; how many bytes, 0 when there
  /// are none.
  func savedSyn(
    _ socket: borrowing Socket,
    _ buffer: UnsafeMutableRawPointer,
    _ capacity: Int
  ) -> Int
  /// The round trip to the peer in microseconds; nil when it is not known.
  func roundTripMicroseconds(_ socket: borrowing Socket) -> UInt32?
  /// Where the peer of an accepted socket connected to.
  func localEndpoint(_ socket: borrowing Socket) -> Endpoint?
  /// Starts a connection to `router`; from the peer's address when `mark` is given. `isAlone`: no
  /// other connection came from that address lately.
  mutating func dial(
    _ router: Endpoint,
    from peer: Endpoint,
    isAlone: Bool,
    mark: PacketMark?
  ) -> DialOutcome<Socket>
  /// How a dial ended, once its socket is writable.
  func connectOutcome(_ socket: borrowing Socket) -> ConnectOutcome
  /// Tells the other side that nothing more comes.
  func shutdownSending(_ socket: borrowing Socket)
  /// The close sends a reset.
  func resetOnClose(_ socket: borrowing Socket)
  /// The close says nothing.
  func forgetOnClose(_ socket: borrowing Socket)
  /// Events come only when so many bytes are there.
  func wakeAtBytes(_ socket: borrowing Socket, _ count: Int)

  /// A new empty overflow; nil when there is no descriptor for it.
  mutating func makeOverflow() -> Overflow?
  /// Bytes in an overflow.
  func count(_ overflow: borrowing Overflow) -> Int
  /// Moves bytes from a socket into an overflow.
  func fill(_ overflow: inout Overflow, from socket: borrowing Socket) -> ReceiveOutcome
  /// Moves bytes from an overflow into a socket.
  func drain(_ overflow: inout Overflow, into socket: borrowing Socket) -> SendOutcome
  /// Puts bytes into an empty overflow; whether all fitted.
  func store(_ bytes: UnsafeRawPointer, _ count: Int, in overflow: inout Overflow) -> Bool
}
