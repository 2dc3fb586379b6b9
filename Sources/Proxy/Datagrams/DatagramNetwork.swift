internal import Kernel
internal import Wire

/// A socket at which datagrams come in.
enum DatagramDoor: BitwiseCopyable {
  /// Peers' datagrams for the router.
  case peers
  /// The router's answers to datagrams on trial, diverted on their way out.
  case router
}

/// What the kernel is told with a datagram about its flow.
enum DatagramMark: BitwiseCopyable, CaseIterable {
  /// The router's answer comes back here.
  case trial
  /// The kernel carries the flow from now on.
  case admit
  /// Nothing.
  case answer
}

/// A datagram as it came in.
@safe
struct ArrivedDatagram {
  /// What it says; its owner overwrites it with the next receive.
  let bytes: UnsafeRawBufferPointer
  /// Who sent it.
  let source: Endpoint
  /// Whom it was sent to; meaningless where nothing is diverted.
  let destination: Endpoint

  init(bytes: UnsafeRawBufferPointer, source: Endpoint, destination: Endpoint) {
    unsafe self.bytes = bytes
    self.source = source
    self.destination = destination
  }
}

/// What became of a datagram that was to be sent.
enum DatagramOutcome: Equatable, BitwiseCopyable {
  /// The kernel has it.
  case sent
  /// The kernel has no room now; a datagram may be lost, so it is.
  case full
  /// Nobody listens at the other end: an earlier datagram came back.
  case refused
  /// The kernel does not take it.
  case failed(Errno)
}

/// What came of opening a link to the router.
enum LinkOutcome<Link: ~Copyable>: ~Copyable {
  /// Here it is.
  case open(Link)
  /// This process has no descriptor left.
  case descriptorsShort
  /// The kernel does not let it.
  case failed(Errno)
}

/// What a datagram shard needs of the world: clocks, readiness, datagrams in and out.
///
/// The kernel is one (`LinuxDatagramNetwork`); tests put a made-up one in its place, with made-up
/// time and every fault that the kernel may show. Calls never block, except `wait`.
protocol DatagramNetwork: ~Copyable {
  /// A socket of a proxied flow, connected to the router; closes when its one owner lets it go.
  associatedtype Link: ~Copyable

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

  /// What comes in at a door, each of which is registered under its index.
  func door(_ index: Int) -> DatagramDoor
  /// Takes one batch of what waits at a door; how many datagrams, zero when none is left.
  mutating func receive(door: Int) -> Int
  /// Takes one batch of what waits in a link.
  mutating func receive(_ link: borrowing Link) -> LinkReceipt
  /// The datagram at `index` of the last batch; nil for one that came in maimed.
  func datagram(_ index: Int) -> ArrivedDatagram?

  /// Sends a datagram in the name of `source`, which need not be this host's.
  mutating func inject(
    _ bytes: UnsafeRawBufferPointer,
    from source: Endpoint,
    to destination: Endpoint,
    _ mark: DatagramMark
  ) -> DatagramOutcome

  /// Opens a link to the router.
  mutating func dial(_ router: Endpoint) -> LinkOutcome<Link>
  /// Registers a link for events under `token`, reported as long as there is something to read.
  mutating func watch(_ link: borrowing Link, token: UInt64)
  /// Sends to the router.
  func send(_ link: borrowing Link, _ bytes: UnsafeRawBufferPointer) -> DatagramOutcome
  /// Sends to a peer from the door at which its datagrams come in.
  mutating func reply(
    _ bytes: UnsafeRawBufferPointer,
    to peer: Endpoint,
    door: Int
  ) -> DatagramOutcome
}

/// What a receive on a link brought.
enum LinkReceipt: Equatable, BitwiseCopyable {
  /// So many datagrams; zero when none is left.
  case datagrams(Int)
  /// Nobody listens at the router's port.
  case refused
}
