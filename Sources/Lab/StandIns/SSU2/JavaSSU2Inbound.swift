internal import Kernel
internal import Wire

/// A stand-in for a Java I2P router's SSU2 inbound side, with its weak points: few places for
/// attempts, an admission limiter that counts every one of them, and a ban for who gives one up
/// (measured with Java I2P 2.8.0).
///
/// It listens on the calling thread's network namespace and runs on the calling thread until
/// stopped. It never calls anybody, and it does not compress or split RouterInfos.
struct JavaSSU2Inbound: ~Copyable {
  private static let peersMaximum = 4_096
  private static let sweepNanoseconds = 50 * Nanoseconds.perMillisecond
  private static let datagramsPerTurn = 256
  private static let queueBytes: Int32 = 4 << 20

  /// Where it listens.
  let endpoint: Endpoint
  /// What an initiator must know of it.
  let facts: SSU2RouterFacts
  /// What it has counted so far.
  let counters = JavaSSU2Counters()
  let identity: SSU2Identity
  let settings: JavaSSU2Settings
  let socket: UDPSocket
  var limiter: InboundLimiter
  var bans: JavaSSU2Bans
  var states: [Endpoint: JavaSSU2State] = [:]
  var peers: [UInt64: JavaSSU2Peer] = [:]
  private var sweptAt: Instant

  /// Listens at `endpoint`; port 0: one of the kernel's choice.
  ///
  /// - Parameters:
  ///   - endpoint: where to listen, and what its RouterInfo publishes.
  ///   - networkIdentifier: its network.
  ///   - settings: what it allows.
  ///   - directory: where to write its files in Java I2P's layout; nil: nowhere.
  /// - Throws: an `Errno` or a `JavaRouterDirectory.Failure`.
  /// - Returns: the stand-in, ready to run.
  static func listening(
    at endpoint: Endpoint,
    networkIdentifier: UInt8,
    settings: JavaSSU2Settings = JavaSSU2Settings(),
    directory: String? = nil
  ) throws -> JavaSSU2Inbound {
    let socket = try UDPSocket.bound(to: endpoint)
    socket.queue(bytes: queueBytes)
    let bound = Endpoint(address: endpoint.address, port: socket.local?.port ?? endpoint.port)
    let identity = SSU2Identity()
    if let directory {
      try JavaRouterDirectory.write(
        identity,
        at: bound,
        networkIdentifier: networkIdentifier,
        wallSeconds: Clock.wallSeconds,
        directory: directory
      )
    }
    return JavaSSU2Inbound(
      socket: socket,
      identity: identity,
      facts: identity.facts(at: bound, networkIdentifier: networkIdentifier),
      endpoint: bound,
      settings: settings
    )
  }

  private init(
    socket: consuming UDPSocket,
    identity: SSU2Identity,
    facts: SSU2RouterFacts,
    endpoint: Endpoint,
    settings: JavaSSU2Settings
  ) {
    self.socket = socket
    self.identity = identity
    self.facts = facts
    self.endpoint = endpoint
    self.settings = settings
    let now = Clock.now
    limiter = InboundLimiter(now: now)
    bans = JavaSSU2Bans(now: now)
    sweptAt = now
  }

  /// Serves until `stop` is raised.
  mutating func run(stop: FloodStop) {
    while !stop.isRaised {
      let wake = Clock.now.advanced(byNanoseconds: Self.sweepNanoseconds)
      if case .datagram(let first, from: let sender) = socket.receive(until: wake) {
        receive(first, from: sender, now: Clock.now)
        for _ in 0..<Self.datagramsPerTurn {
          guard case .datagram(let next, from: let sender) = socket.receiveNow() else { break }
          receive(next, from: sender, now: Clock.now)
        }
      }
      sweep(Clock.now)
    }
  }

  private mutating func receive(_ datagram: [UInt8], from sender: Endpoint, now: Instant) {
    counters.update { $0.received += 1 }
    guard datagram.count >= SSU2Mask.datagramMinimum else { return ignore() }
    var start = datagram
    let key = identity.introductionKey
    SSU2Mask.applyToStart(&start, first: key, second: key)
    if let destination = SSU2ShortHeader(start)?.destination {
      if takeData(datagram, destination: destination, from: sender, now: now) { return }
      if takeConfirmed(datagram, from: sender, now: now) { return }
    }
    guard let header = SSU2Sealed.header(of: datagram, key: key) else { return ignore() }
    judge(datagram, header, from: sender, now: now)
  }

  /// Whether the datagram was data of a peer.
  private mutating func takeData(
    _ datagram: [UInt8],
    destination: UInt64,
    from sender: Endpoint,
    now: Instant
  ) -> Bool {
    guard var peer = peers[destination], let step = peer.receive(datagram, now: now) else {
      return false
    }
    counters.update { $0.data += 1 }
    if let reply = step.reply { _ = socket.send(reply, to: sender) }
    peers[destination] = step.isOver ? nil : peer
    return true
  }

  /// Whether the datagram was SessionConfirmed or a part of it.
  private mutating func takeConfirmed(
    _ datagram: [UInt8],
    from sender: Endpoint,
    now: Instant
  ) -> Bool {
    guard var state = states[sender], case .createdSent(var responder, request: _) = state.phase
    else { return false }
    switch responder.judge(datagram, from: sender.address) {
    case .strange: return false
    case .incomplete:
      state.keep(responder)
      states[sender] = state
    case .accepted(let confirmed):
      states[sender] = nil
      counters.update { $0.established += 1 }
      var peer = peer(state.header, confirmed, now: now)
      _ = socket.send(peer.greeting(), to: sender)
      if peers.count < Self.peersMaximum { peers[state.header.destination] = peer }
    case .refused(let confirmed, let reason):
      states[sender] = nil
      counters.update { $0.refusedPeers += 1 }
      var peer = peer(state.header, confirmed, now: now)
      _ = socket.send(peer.farewell(reason: reason), to: sender)
    }
    return true
  }

  private func peer(
    _ header: SSU2Header,
    _ confirmed: SSU2Responder.Confirmed,
    now: Instant
  ) -> JavaSSU2Peer {
    JavaSSU2Peer(
      header: header,
      keys: confirmed.keys,
      ownIntroductionKey: identity.introductionKey,
      theirIntroductionKey: confirmed.introductionKey,
      now: now
    )
  }

  func ignore() {
    counters.update { $0.ignored += 1 }
  }

  private mutating func sweep(_ now: Instant) {
    guard now.nanoseconds(since: sweptAt) >= Self.sweepNanoseconds else { return }
    sweptAt = now
    for (endpoint, waiting) in states {
      var state = waiting
      switch state.due(now: now) {
      case .nothing: break
      case .resend(let created):
        states[endpoint] = state
        _ = socket.send(created, to: endpoint)
      case .abandoned:
        states[endpoint] = nil
        bans.ban(endpoint, now: now)
        counters.update { $0.abandoned += 1 }
      }
    }
    peers = peers.filter { now.nanoseconds(since: $0.value.heardAt) < JavaSSU2Peer.idleNanoseconds }
  }
}

/// What the stand-in allows.
struct JavaSSU2Settings: Sendable {
  /// Attempts at once: 75 with 1000 KB/s of outbound bandwidth; a slow router has 20.
  var places = 75
  /// Whether newcomers are counted against the last minute's.
  var limiting = Limiting.on

  /// Whether there is a limiter.
  enum Limiting: Sendable {
    /// As in the router.
    case on
    /// As in a router built without it, to see the rest of its behaviour.
    case off
  }
}
