import AllocationCounter
import CLinux
import Filter
import Glibc
import Kernel
import Telemetry
import Wire

@testable import Proxy

/// The real shard on the real kernel, with clients and router in the same thread: turns are taken
/// one by one, so that their cost is the shard's alone.
struct LoopbackGate: ~Copyable {
  private static let loopback = SourceAddress(ipv4: 0x7f00_0001)

  private var shard: Shard<LinuxNetwork>
  private let router: Listener
  private let endpoint: Endpoint
  let board: CounterBoard
  let matches = MatchBoard(placeCount: MatchPlaces.count)
  let mailbox = PolicyMailbox<Policy>()
  /// What the turns cost together.
  private(set) var allocations: UInt64 = 0
  private(set) var references: UInt64 = 0
  private(set) var turns = 0

  init(
    limits: LimitSettings,
    rules: RuleBook = RuleBook(),
    refusedFlights: FlightRing? = nil
  ) throws {
    let router = try Listener(
      on: Endpoint(address: Self.loopback, port: 0),
      isTransparent: false
    )
    let gate = try Listener(on: Endpoint(address: Self.loopback, port: 0), isTransparent: false)
    try gate.saveSyns()
    let policy = try TestRouter.policy(
      limits: limits,
      destination: .fixed(Self.endpoint(of: router)),
      rules: rules,
      refusedFlights: refusedFlights
    )
    let wake = try WakeSignal()
    let endpoint = Self.endpoint(of: gate)
    var listeners = ListenerSet()
    listeners.append(gate)
    let network = try LinuxNetwork(listeners: listeners, wake: wake)
    self.init(network: network, policy: policy, router: router, endpoint: endpoint)
  }

  private init(
    network: consuming LinuxNetwork,
    policy: consuming Policy,
    router: consuming Listener,
    endpoint: Endpoint
  ) {
    self.router = router
    self.endpoint = endpoint
    board = CounterBoard(layout: ShardHandle.layout)
    let instruments = ShardInstruments(
      counters: board.makeWriter(),
      events: EventRing().makeWriter(),
      mailbox: mailbox,
      control: ShardControl()
    )
    shard = Shard(
      network: network,
      policy: policy,
      instruments: instruments,
      matches: matches.makeWriter(),
      seed: 1
    )
  }

  private static func endpoint(of listener: borrowing Listener) -> Endpoint {
    var local = linux_endpoint()
    linux_local_endpoint(listener.descriptor.rawValue, &local)
    return Endpoint(address: loopback, port: local.port)
  }

  /// Connections held: strangers and sessions.
  var heldCount: Int { shard.strangers.count + shard.sessions.count }

  /// A client's socket, connected from an address of this host, with bytes sent.
  func connect(from address: UInt32, saying bytes: [UInt8]) throws -> StreamSocket {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
    let raw = try Errno.check(socket(AF_INET, kind, 0))
    let client = StreamSocket(Descriptor(owning: raw))
    var one: Int32 = 1
    setsockopt(raw, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, &one, 4)
    var from = Self.kernelAddress(address, port: 0)
    var to = Self.kernelAddress(0x7f00_0001, port: endpoint.port)
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = try Errno.check(Self.with(&from) { bind(raw, $0, length) })
    // On this host the connection stands when the call returns, although it says "in progress".
    let result = Self.with(&to) { Glibc.connect(raw, $0, length) }
    guard result == 0 || errno == EINPROGRESS else { throw Errno.last }
    send(bytes, on: client)
    return client
  }

  private static func kernelAddress(_ address: UInt32, port: UInt16) -> sockaddr_in {
    var result = sockaddr_in()
    result.sin_family = sa_family_t(AF_INET)
    result.sin_port = port.bigEndian
    result.sin_addr.s_addr = address.bigEndian
    return result
  }

  private static func with(
    _ address: inout sockaddr_in,
    _ call: (UnsafePointer<sockaddr>) -> Int32
  ) -> Int32 {
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0) }
    }
  }

  /// Sends all of `bytes`.
  func send(_ bytes: [UInt8], on socket: borrowing StreamSocket) {
    _ = bytes.withUnsafeBytes { $0.baseAddress.map { socket.send($0, bytes.count) } }
  }

  /// Reads what is there; the number of bytes.
  func read(_ socket: borrowing StreamSocket) -> Int {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let outcome = bytes.withUnsafeMutableBytes { buffer in
      buffer.baseAddress.map { socket.receive($0, buffer.count) }
    }
    guard case .bytes(let count) = outcome else { return 0 }
    return count
  }

  /// The router's side of the next session; nil when there is none.
  func acceptAtRouter() -> StreamSocket? {
    guard case .connection(let arrival) = router.accept() else { return nil }
    return arrival.socket
  }

  /// One turn of the shard.
  mutating func turn() {
    let cost = AllocationCounter.measure { _ = shard.turn() }
    allocations += cost.allocations + cost.frees
    references += cost.retains + cost.releases
    turns += 1
  }

  /// Turns until nobody is held any more, at most `most` times.
  mutating func settle(atMost most: Int = 8) {
    for _ in 0..<most {
      turn()
      if heldCount == 0 { return }
    }
  }

  /// Starts counting anew.
  mutating func forgetCost() {
    allocations = 0
    references = 0
    turns = 0
  }
}
