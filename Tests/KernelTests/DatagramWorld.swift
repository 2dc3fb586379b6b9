import Glibc
import Kernel
import Testing
import Wire

/// A host with a router's UDP port and a gate to be, and peers outside; host and peers each in a
/// namespace of their own.
struct DatagramWorld: Sendable {
  static let routerPort: UInt16 = 9222
  static let strangersPort: UInt16 = 15_301
  static let witnessPort: UInt16 = 15_302

  let pair: NamespacePair

  init() throws {
    pair = try NamespacePair()
    for family in IPFamily.allCases { try waitForLink(family) }
  }

  /// A cable takes a moment to carry, and nobody repeats a datagram that was lost meanwhile.
  private func waitForLink(_ family: IPFamily) throws {
    let host = try routerSocket(family)
    let peer = try peerSocket(family)
    for _ in 0..<100 {
      try? peer.send([0], to: Self.router(family))
      if try host.received(withinMilliseconds: 50) != nil { return }
    }
    throw CommandFailure(description: "the cable carries no \(family)")
  }

  static func router(_ family: IPFamily) throws -> Endpoint {
    let text = family == .ipv4 ? NamespacePair.hostIPv4 : NamespacePair.hostIPv6
    return Endpoint(address: try #require(SourceAddress(text)), port: routerPort)
  }

  static func gates(
    _ whenDown: FirewallPlan.WhenDown = .closed,
    families: [IPFamily] = IPFamily.allCases
  ) throws -> [FirewallPlan.Gate] {
    try families.map { family in
      FirewallPlan.Gate(
        transport: .udp(witnessPort: witnessPort),
        router: try router(family),
        listeningPort: strangersPort,
        whenDown: whenDown
      )
    }
  }

  static func plan(
    _ whenDown: FirewallPlan.WhenDown = .closed,
    flows: DatagramFlows = DatagramFlows(),
    shards: Int = 1
  ) throws -> FirewallPlan {
    try FirewallPlan(gates: gates(whenDown), flows: flows, shards: shards, steeringSeed: 0x5a17)
  }

  func up(_ plan: FirewallPlan) throws {
    try pair.host.inside { try Firewall.up(plan) }
  }

  /// The router's socket; on the wildcard address, as routers have it.
  func routerSocket(_ family: IPFamily, isWildcard: Bool = true) throws -> TestDatagramSocket {
    let endpoint =
      isWildcard
      ? FirewallWorld.wildcard(family, port: Self.routerPort) : try Self.router(family)
    return try pair.host.inside { try TestDatagramSocket(on: endpoint) }
  }

  /// A peer's socket, on `address` or the peer's first one.
  func peerSocket(
    _ family: IPFamily,
    address: String? = nil,
    port: UInt16 = 0
  ) throws -> TestDatagramSocket {
    let text =
      address ?? (family == .ipv4 ? NamespacePair.peerIPv4 : NamespacePair.peerIPv6)
    let endpoint = Endpoint(address: try #require(SourceAddress(text)), port: port)
    return try pair.peer.inside { try TestDatagramSocket(on: endpoint) }
  }

  func gate(_ plan: FirewallPlan, _ family: IPFamily, shard: Int = 0) throws -> TestGate {
    try pair.host.inside { try TestGate(plan, family, shard: shard) }
  }

  /// Waits until no gate receives any more. A closed socket lives on in a child process of another
  /// test until that has begun its program.
  func waitForReceiversToGo() throws {
    let ports = [Self.strangersPort, Self.witnessPort].map { ":" + String($0, radix: 16) + " " }
    for _ in 0..<100 {
      let sockets = try pair.host.shell("cat /proc/net/udp /proc/net/udp6").lowercased()
      if !ports.contains(where: sockets.contains) { return }
      usleep(20_000)
    }
    throw CommandFailure(description: "a gate still receives")
  }

  /// The elements of a set, as nft lists them.
  func elements(_ set: String) throws -> String {
    try pair.host.shell("nft list set inet sallyport \(set)")
  }
}

/// A datagram of a test.
struct TestDatagram: Equatable {
  let source: Endpoint
  let destination: Endpoint
  let bytes: [UInt8]
}

/// One shard of a gate, of one family: what it receives is looked at by a test, which says what
/// becomes of it.
final class TestGate: @unchecked Sendable {
  enum Side {
    case strangers, witness
  }

  private let strangers: DatagramSocket
  private let witness: DatagramSocket
  private var batch: DatagramBatch
  private var injector: DatagramInjector
  private let marks: DatagramMarks

  static let lengths = 40...1472

  init(_ plan: FirewallPlan, _ family: IPFamily, shard: Int) throws {
    let index = try #require(plan.gates.firstIndex { IPFamily(of: $0.router.address) == family })
    let first = try #require(plan.strangers(ofGate: index, shard: shard))
    let second = try #require(plan.witness(ofGate: index, shard: shard))
    strangers = try DatagramSocket(on: first, .diverted, lengths: Self.lengths)
    witness = try DatagramSocket(on: second, .diverted, lengths: Self.lengths)
    batch = try DatagramBatch()
    injector = try DatagramInjector()
    marks = try #require(plan.datagramMarks)
  }

  var counts: InjectionCounts { injector.counts }

  /// What has come to one of the sockets: waits until something has.
  func received(
    _ side: Side = .strangers,
    withinMilliseconds limit: Int32 = TestDatagramSocket.timeoutMilliseconds
  ) -> [TestDatagram] {
    let raw = side == .strangers ? strangers.descriptor.rawValue : witness.descriptor.rawValue
    var wait = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
    guard poll(&wait, 1, limit) == 1 else { return [] }
    var datagrams: [TestDatagram] = []
    while case .datagrams(let count) = receive(side) {
      for index in 0..<count {
        let datagram = batch.datagram(index)
        datagrams.append(
          TestDatagram(
            source: datagram.source,
            destination: datagram.originalDestination,
            bytes: Array(datagram.bytes)
          )
        )
      }
    }
    return datagrams
  }

  private func receive(_ side: Side) -> DatagramReceipt {
    switch side {
    case .strangers: batch.receive(from: strangers)
    case .witness: batch.receive(from: witness)
    }
  }

  /// Whether nothing comes to either socket.
  func isSilent() -> Bool {
    let limit = TestDatagramSocket.silenceMilliseconds
    return received(.strangers, withinMilliseconds: limit).isEmpty
      && received(.witness, withinMilliseconds: 0).isEmpty
  }

  func pass(_ datagram: TestDatagram, _ mark: KeyPath<DatagramMarks, PacketMark>) {
    datagram.bytes.withUnsafeBytes { bytes in
      let outcome = injector.inject(
        bytes,
        from: datagram.source,
        to: datagram.destination,
        mark: marks[keyPath: mark]
      )
      #expect(outcome == .queued)
    }
    injector.flush()
  }
}
