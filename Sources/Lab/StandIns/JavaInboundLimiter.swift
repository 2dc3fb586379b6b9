internal import CLab
internal import CLinux
internal import Glibc
internal import Kernel
internal import Wire

/// A stand-in for a Java I2P router's NTCP2 inbound side, with its weak point: an admission limiter
/// that counts every connection let in (measured with Java I2P 2.8.0).
///
/// It answers a proven message 1 with a real message 2, accepts real peers, refuses what Java I2P
/// refuses in the way it does, and blocks the address of anybody who leaves before the first
/// message. It listens on the calling thread's network namespace and runs on the calling thread
/// until stopped. It never dials.
struct JavaInboundLimiter: ~Copyable {
  private static let backlog: Int32 = 1024
  private static let openMaximum = 1500
  private static let acceptsPerTurn = 64
  private static let eventsPerTurn = 256
  private static let listenerToken = UInt64.max
  /// Java I2P closes an unfinished connection between 10 and 11 seconds.
  private static let establishNanoseconds = 10_200 * Nanoseconds.perMillisecond
  private static let sweepNanoseconds = 500 * Nanoseconds.perMillisecond
  /// The table of blocked addresses is emptied as a whole this often.
  private static let blockNanoseconds = 720 * Nanoseconds.perSecond
  private static let blockedMaximum = 100_000

  /// Where it listens.
  let endpoint: Endpoint
  /// What an initiator must know of it.
  let facts: RouterFacts
  /// What it has counted so far.
  let counters = JavaInboundCounters()
  private let identity: LabIdentity
  private let routerInfo: [UInt8]
  private let listener: Descriptor
  private let epoll: Descriptor
  private var limiter: InboundLimiter
  private var replays: ReplaySet
  private var peers: [Int32: JavaPeer] = [:]
  private var blocked: Set<SourceAddress> = []
  private var blockedForGood: Set<SourceAddress> = []
  private var blockedSince: Instant
  private var sweptAt: Instant
  private var scratch = [UInt8](repeating: 0, count: 16_384)

  /// Listens at `endpoint`; port 0: one of the kernel's choice.
  ///
  /// - Parameters:
  ///   - endpoint: where to listen, and what its RouterInfo publishes.
  ///   - networkIdentifier: its network.
  ///   - directory: where to write its files in Java I2P's layout; nil: nowhere.
  /// - Throws: an `Errno` or a `JavaRouterDirectory.Failure`.
  /// - Returns: the stand-in, ready to run.
  static func listening(
    at endpoint: Endpoint,
    networkIdentifier: UInt8,
    directory: String? = nil
  ) throws -> JavaInboundLimiter {
    let address = endpoint.address
    let listener = Descriptor(
      owning: try Errno.check(lab_listen(address.high, address.low, endpoint.port, backlog))
    )
    let epoll = Descriptor(owning: try Errno.check(linux_epoll_create()))
    var local = linux_endpoint()
    _ = try Errno.check(unsafe linux_local_endpoint(listener.rawValue, &local))
    let bound = Endpoint(address: address, port: local.port)
    let readable = EPOLLIN.rawValue
    _ = try Errno.check(
      linux_epoll_control(
        epoll.rawValue,
        Int32(EPOLL_CTL_ADD),
        listener.rawValue,
        readable,
        listenerToken
      )
    )
    let identity = LabIdentity()
    if let directory {
      try JavaRouterDirectory.write(
        identity,
        at: bound,
        networkIdentifier: networkIdentifier,
        wallSeconds: Clock.wallSeconds,
        directory: directory
      )
    }
    return JavaInboundLimiter(
      listener: listener,
      epoll: epoll,
      endpoint: bound,
      identity: identity,
      networkIdentifier: networkIdentifier
    )
  }

  private init(
    listener: consuming Descriptor,
    epoll: consuming Descriptor,
    endpoint: Endpoint,
    identity: LabIdentity,
    networkIdentifier: UInt8
  ) {
    self.listener = listener
    self.epoll = epoll
    self.endpoint = endpoint
    self.identity = identity
    facts = identity.facts(at: endpoint, networkIdentifier: networkIdentifier)
    routerInfo = identity.routerInfo(
      published: endpoint,
      networkIdentifier: networkIdentifier,
      wallSeconds: Clock.wallSeconds
    )
    let now = Clock.now
    limiter = InboundLimiter(now: now)
    replays = ReplaySet(now: now)
    blockedSince = now
    sweptAt = now
  }

  /// Serves until `stop` is raised.
  mutating func run(stop: FloodStop) {
    var events = unsafe [epoll_event](repeating: epoll_event(), count: Self.eventsPerTurn)
    while !stop.isRaised {
      let wait = Int32(Self.sweepNanoseconds / Nanoseconds.perMillisecond / 4)
      let count = unsafe linux_epoll_wait(
        epoll.rawValue,
        &events,
        Int32(Self.eventsPerTurn),
        wait
      )
      let now = Clock.now
      for index in 0..<Int(max(count, 0)) {
        let token = unsafe events[index].data.u64
        if token == Self.listenerToken {
          accept(now)
        } else {
          read(Int32(truncatingIfNeeded: token), now: now)
        }
      }
      sweep(now)
    }
    for descriptor in peers.keys { _ = linux_close(descriptor) }
    peers.removeAll()
  }

  private mutating func accept(_ now: Instant) {
    for _ in 0..<Self.acceptsPerTurn {
      var peer = linux_endpoint()
      let descriptor = unsafe linux_accept(listener.rawValue, &peer)
      guard descriptor >= 0 else { return }
      let source = SourceAddress(high: peer.high, low: peer.low)
      let entry = judge(source, now: now)
      counters.update { $0.record(entry) }
      guard entry == .admitted else {
        _ = linux_close(descriptor)
        continue
      }
      peers[descriptor] = JavaPeer(
        source: source,
        acceptedAt: now,
        identity: identity,
        routerInfo: routerInfo,
        networkIdentifier: facts.networkIdentifier
      )
      _ = linux_epoll_control(
        epoll.rawValue,
        Int32(EPOLL_CTL_ADD),
        descriptor,
        EPOLLIN.rawValue | EPOLLRDHUP.rawValue,
        UInt64(UInt32(bitPattern: descriptor))
      )
    }
  }

  private mutating func judge(_ source: SourceAddress, now: Instant) -> JavaInboundReport.Entry {
    if blocked.contains(source) || blockedForGood.contains(source) { return .blocked }
    if peers.count >= Self.openMaximum { return .full }
    switch limiter.judge(now: now, draw: Double.random(in: 0..<1)) {
    case .admitted: return .admitted
    case .refused: return .limited
    }
  }

  private mutating func read(_ descriptor: Int32, now: Instant) {
    guard var peer = peers[descriptor] else { return }
    let count = unsafe linux_receive(descriptor, &scratch, scratch.count, 0)
    guard count > 0 else {
      if count < 0, Errno.last.rawValue == EAGAIN { return }
      if peer.phase != .useful {
        counters.update { $0.leftEarly += 1 }
        if blocked.count < Self.blockedMaximum { blocked.insert(peer.source) }
      }
      close(descriptor)
      return
    }
    let step = peer.receive(
      [UInt8](scratch.prefix(count)),
      replays: &replays,
      counters: counters,
      now: now,
      wallSeconds: Clock.wallSeconds
    )
    peers[descriptor] = peer
    if !step.reply.isEmpty {
      // A handshake's answers fit an empty socket buffer.
      _ = unsafe step.reply.withUnsafeBytes { bytes in
        unsafe linux_send(descriptor, bytes.baseAddress, bytes.count, 0)
      }
    }
    switch step.fate {
    case .stays: break
    case .closes: close(descriptor)
    case .closesAndBlocks:
      if blockedForGood.count < Self.blockedMaximum { blockedForGood.insert(peer.source) }
      close(descriptor)
    }
  }

  private mutating func close(_ descriptor: Int32) {
    peers[descriptor] = nil
    _ = linux_close(descriptor)
  }

  private mutating func sweep(_ now: Instant) {
    guard now.nanoseconds(since: sweptAt) >= Self.sweepNanoseconds else { return }
    sweptAt = now
    if now.nanoseconds(since: blockedSince) >= Self.blockNanoseconds {
      blocked.removeAll()
      blockedSince = now
    }
    for (descriptor, peer) in peers
    where peer.phase != .dataPhase && peer.phase != .useful
      && now.nanoseconds(since: peer.acceptedAt) >= Self.establishNanoseconds
    {
      counters.update { $0.timedOut += 1 }
      close(descriptor)
    }
  }
}
