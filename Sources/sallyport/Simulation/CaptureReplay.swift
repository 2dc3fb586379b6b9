internal import Capture
internal import Filter
internal import Wire

/// Turns the packets of a capture into what the gate would have seen: connections, bytes in order,
/// ends. Holds nothing but what is still open.
struct CaptureReplay {
  /// What was in the capture.
  struct Counts: Encodable, Equatable {
    /// Packets read.
    var packets: UInt64 = 0
    /// Of them, packets that are no IP, or cut inside their headers.
    var notUnderstood: UInt64 = 0
    /// SYNs to guarded ports, repetitions left out.
    var syns: UInt64 = 0
    /// Of them, those whose sender never answered.
    var unfinished: UInt64 = 0
    /// Datagrams to guarded ports.
    var datagrams: UInt64 = 0
    /// Segments of peers that the capture cut short: what they say is not known whole.
    var cut: UInt64 = 0
    /// Connections left out because more were open at once than the bound.
    var overBound: UInt64 = 0
  }

  /// Senders of SYNs that are looked at for other ports, at most.
  static let probersMaximum = 65_536
  /// Ports beside the guarded ones from which on a source counts as a scanner.
  static let scannedPorts = 3

  /// Connections that may be open at once.
  static let connectionsMaximum = 262_144

  /// What was in the capture so far.
  private(set) var counts = Counts()
  /// What the SYNs that nobody followed up looked like, by the class's word.
  private(set) var knocks: [String: Int] = [:]
  private var probers: [SourceAddress: ProbeCounts] = [:]
  private let probeOwner = ProbeTableOwner()
  private let gates: [Endpoint]
  private static let patienceNanoseconds = 60 * Nanoseconds.perSecond
  private var sweepAtNanoseconds: UInt64 = 0
  private var connections: [ConnectionKey: CapturedConnection] = [:]

  /// A replay for gates at these endpoints; an unspecified address stands for every one.
  init(gates: [Endpoint]) {
    self.gates = gates
  }

  /// A SYN that nobody followed up is forgotten: a flood of them must not fill the table.
  private mutating func forgetUnanswered(now: UInt64) {
    guard now >= sweepAtNanoseconds else { return }
    sweepAtNanoseconds = now.addingReportingOverflow(Self.patienceNanoseconds).partialValue
    connections = connections.filter { _, connection in
      connection.isOpen
        || now &- connection.beganNanoseconds < Self.patienceNanoseconds
    }
  }

  private func isGate(_ endpoint: Endpoint) -> Bool {
    gates.contains { gate in
      gate.port == endpoint.port
        && (gate.address == endpoint.address || gate.address.isUnspecified)
    }
  }

  /// Takes the next packet; tells `body` what it did to which connection.
  mutating func take(
    _ packet: CapturedPacket,
    _ body: (ConnectionKey, ConnectionEvent, borrowing CapturedConnection) -> Void
  ) {
    counts.packets += 1
    forgetUnanswered(now: packet.nanoseconds)
    // What passes the loopback of a capture on "any" was already seen on another device.
    guard !packet.link.isLoopback(packet.bytes.span), let decoded = packet.decoded else {
      counts.notUnderstood += 1
      return
    }
    switch decoded.transport {
    case .tcp(let tcp):
      listen(packet, decoded, tcp)
      if isGate(decoded.destination) {
        takeFromPeer(packet, decoded, tcp, body)
      } else if isGate(decoded.source) {
        takeFromRouter(packet, decoded, tcp, body)
      }
    case .udp:
      if isGate(decoded.destination) { counts.datagrams += 1 }
    case .other:
      break
    }
  }

  /// What the radar would have heard.
  private mutating func listen(
    _ packet: CapturedPacket,
    _ decoded: DecodedPacket,
    _ tcp: TCPHeader
  ) {
    guard tcp.flags.isSynchronize, !tcp.flags.isAcknowledgement, !isGate(decoded.destination),
      gates.contains(where: { $0.address == decoded.destination.address }),
      probers.count < Self.probersMaximum
    else { return }
    let (source, now) = (decoded.ip.source, Instant(nanoseconds: packet.nanoseconds))
    probes.sawProbe(from: source, port: tcp.destinationPort, now: now)
    probers[source] = probes.counts(of: source, now: now)
  }

  /// What the radar would know.
  var probes: ProbeTable { probeOwner.table }

  /// Sources that tried several ports beside the guarded ones.
  var scanners: Int { probers.values.count { $0.portsProbed >= Self.scannedPorts } }

  private mutating func knock(_ fingerprint: SynFingerprint, _ change: Int) {
    knocks["\(fingerprint.senderClass.word)", default: 0] += change
  }

  private mutating func takeFromPeer(
    _ packet: CapturedPacket,
    _ decoded: DecodedPacket,
    _ tcp: TCPHeader,
    _ body: (ConnectionKey, ConnectionEvent, borrowing CapturedConnection) -> Void
  ) {
    let key = ConnectionKey(peer: decoded.source, gate: decoded.destination)
    if tcp.flags.isSynchronize { return takeSyn(packet, decoded, tcp, key) }
    guard var connection = connections[key] else { return }
    guard !tcp.flags.isReset else { return end(key, connection, .peerClosed, body) }
    if packet.wireByteCount > packet.bytes.count, !tcp.payload.isEmpty { counts.cut += 1 }
    if !connection.isOpen, tcp.flags.isAcknowledgement {
      connection.opened(nanoseconds: packet.nanoseconds)
      counts.unfinished -= 1
      if let fingerprint = connection.fingerprint { knock(fingerprint, -1) }
      body(key, .opened, connection)
    }
    let fresh = connection.takePeer(tcp.sequence, packet.bytes[tcp.payload])
    if fresh > 0 { body(key, .peerSent(fresh), connection) }
    connection.peerEnded = connection.peerEnded || tcp.flags.isFinish
    if tcp.flags.isFinish { body(key, .peerClosed, connection) }
    keep(connection, key)
  }

  /// Keeps what is not over yet.
  private mutating func keep(_ connection: CapturedConnection, _ key: ConnectionKey) {
    connections[key] = connection.peerEnded && connection.routerEnded ? nil : connection
  }

  private mutating func takeSyn(
    _ packet: CapturedPacket,
    _ decoded: DecodedPacket,
    _ tcp: TCPHeader,
    _ key: ConnectionKey
  ) {
    if let known = connections[key], known.began(with: tcp.sequence) { return }
    guard connections.count < Self.connectionsMaximum else {
      counts.overBound += 1
      return
    }
    counts.syns += 1
    counts.unfinished += 1
    let fingerprint = SynFingerprint(packet.bytes.span, ip: decoded.ip, tcp: tcp)
    if let fingerprint { knock(fingerprint, 1) }
    connections[key] = CapturedConnection(
      fingerprint: fingerprint,
      sequence: tcp.sequence,
      nanoseconds: packet.nanoseconds
    )
  }

  private mutating func takeFromRouter(
    _ packet: CapturedPacket,
    _ decoded: DecodedPacket,
    _ tcp: TCPHeader,
    _ body: (ConnectionKey, ConnectionEvent, borrowing CapturedConnection) -> Void
  ) {
    let key = ConnectionKey(peer: decoded.destination, gate: decoded.source)
    guard var connection = connections[key] else { return }
    if tcp.flags.isSynchronize {
      connection.routerBegan(tcp.sequence, nanoseconds: packet.nanoseconds)
      connections[key] = connection
      return
    }
    guard !tcp.flags.isReset else { return end(key, connection, .routerClosed, body) }
    // On the wire it may be longer than what was kept.
    let count = tcp.payload.count + max(0, packet.wireByteCount - packet.bytes.count)
    let fresh = connection.takeRouter(tcp.sequence, count)
    connection.routerEnded = connection.routerEnded || tcp.flags.isFinish
    if fresh > 0 { body(key, .routerSent(fresh), connection) }
    if tcp.flags.isFinish { body(key, .routerClosed, connection) }
    keep(connection, key)
  }

  private mutating func end(
    _ key: ConnectionKey,
    _ connection: CapturedConnection,
    _ event: ConnectionEvent,
    _ body: (ConnectionKey, ConnectionEvent, borrowing CapturedConnection) -> Void
  ) {
    if connection.isOpen { body(key, event, connection) }
    connections[key] = nil
  }
}
