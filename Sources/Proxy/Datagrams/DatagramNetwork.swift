internal import Kernel
internal import Wire

/// What comes in at a socket of a datagram shard.
public enum DatagramDoor: BitwiseCopyable, Sendable {
  /// Peers' datagrams for the router.
  case peers
  /// The router's answers to datagrams on trial, diverted on their way out.
  case router
}

/// What a datagram shard needs of the world: clocks, readiness, datagrams in and out.
///
/// The kernel is one (`LinuxDatagramNetwork`); tests put a made-up one in its place, with made-up
/// time and every fault that the kernel may show. Calls never block, except `wait`. What can't be
/// sent is lost, as any datagram may be.
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
  /// Takes one batch of what waits at a door.
  mutating func receive(door: Int) -> DatagramReceipt
  /// Takes one batch of what waits in a link.
  mutating func receive(_ link: borrowing Link) -> DatagramReceipt
  /// The datagram at `index` of the last batch.
  func datagram(_ index: Int) -> Datagram

  /// Collects a datagram that goes out in the name of `source`, which need not be this host's.
  mutating func inject(
    _ bytes: UnsafeRawBufferPointer,
    from source: Endpoint,
    to destination: Endpoint,
    mark: PacketMark
  )
  /// Sends what was collected; how many datagrams were lost since the last time.
  mutating func flush() -> UInt64

  /// Opens a link to the router.
  mutating func dial(_ router: Endpoint) -> DialOutcome<Link>
  /// Registers a link for events under `token`, reported as long as there is something to read.
  mutating func watch(_ link: borrowing Link, token: UInt64)
  /// Sends to the router.
  func send(_ link: borrowing Link, _ bytes: UnsafeRawBufferPointer) -> DatagramDispatch
  /// Sends to a peer from the door at which its datagrams come in.
  func reply(
    _ bytes: UnsafeRawBufferPointer,
    to peer: Endpoint,
    door: Int
  ) -> DatagramDispatch
}
