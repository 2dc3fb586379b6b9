import Glibc
import Kernel
import Testing
import Wire

/// Plain datagram sockets, as a gate in proxy mode uses them. Needs no rights.
@Suite("Plain datagram sockets")
struct DatagramSocketTests {
  private static func loopback(_ family: IPFamily) -> Endpoint {
    let address =
      family == .ipv4 ? SourceAddress(ipv4: 0x7f00_0001) : SourceAddress(high: 0, low: 1)
    return Endpoint(address: address, port: 0)
  }

  @Test("a peer and an upstream exchange datagrams", arguments: IPFamily.allCases)
  func exchange(family: IPFamily) throws {
    let upstream = try DatagramEnd(on: Self.loopback(family))
    let peer = try DatagramEnd(to: upstream.own)
    #expect(upstream.receive() == .empty)
    for count in [40, 39, 1472, 1473, 100] {
      #expect(peer.send(testBytes(1, count: count)) == .sent)
    }
    #expect(upstream.wait() == 1)
    #expect(upstream.receive() == .datagrams(3))
    #expect((0..<3).map { upstream.bytes($0) } == [40, 1472, 100].map { testBytes(1, count: $0) })
    #expect(upstream.source(0) == (try peer.own))
    #expect(!upstream.isTruncated(1))
    #expect(upstream.send(testBytes(9), to: upstream.source(0)) == .sent)
    #expect(peer.wait() == 1)
    #expect(peer.receive() == .datagrams(1))
    #expect(peer.source(0) == (try upstream.own))
    #expect(peer.bytes(0) == testBytes(9))
  }

  @Test("a datagram longer than its slot is marked as cut")
  func truncation() throws {
    let upstream = try DatagramEnd(on: Self.loopback(.ipv4), lengths: 0...9000)
    let peer = try DatagramEnd(to: upstream.own)
    for count in [1537, 1536, 0] { _ = peer.send(testBytes(1, count: count)) }
    #expect(upstream.wait() == 1)
    #expect(upstream.receive() == .datagrams(3))
    #expect((0..<3).map { upstream.isTruncated($0) } == [true, false, false])
    #expect((0..<3).map { upstream.bytes($0).count } == [1536, 1536, 0])
  }

  @Test("a batch holds no more than its bound, and the rest waits")
  func bound() throws {
    let upstream = try DatagramEnd(on: Self.loopback(.ipv4))
    let peer = try DatagramEnd(to: upstream.own)
    for number: UInt8 in 0..<100 { _ = peer.send(testBytes(number)) }
    #expect(upstream.wait() == 1)
    #expect(upstream.receive() == .datagrams(DatagramBatch.capacity))
    #expect(upstream.receive() == .datagrams(100 - DatagramBatch.capacity))
    #expect(upstream.bytes(0) == testBytes(UInt8(DatagramBatch.capacity)))
    #expect(upstream.receive() == .empty)
  }

  @Test("an upstream that is not there refuses, and the socket goes on")
  func refusal() throws {
    let closed = try DatagramEnd(on: Self.loopback(.ipv4)).own
    let peer = try DatagramEnd(to: closed)
    #expect(peer.send(testBytes(1)) == .sent)
    #expect(peer.wait() == 1)
    #expect(peer.receive() == .refused)
    #expect(peer.receive() == .empty)
  }

  @Test("sockets of one port share its datagrams by the source's network")
  func steering() throws {
    let first = try DatagramEnd(on: Self.loopback(.ipv4))
    let own = try first.own
    let ends = [first, try DatagramEnd(on: own)]
    try first.steer(shards: 2, secret: 7)
    var met = [0, 0]
    for network in 1...24 as ClosedRange<UInt32> {
      var shards: Set<Int> = []
      for host in 1...3 as ClosedRange<UInt32> {
        let address = SourceAddress(ipv4: 0x7f02_0000 | network << 8 | host)
        let peer = try TestDatagramSocket(on: Endpoint(address: address, port: 0))
        try peer.send(testBytes(1), to: own)
        for (shard, end) in ends.enumerated() where end.receive() == .datagrams(1) {
          shards.insert(shard)
        }
      }
      #expect(shards.count == 1)
      if let shard = shards.first { met[shard] += 1 }
    }
    #expect(met[0] > 3 && met[1] > 3)
  }

  @Test(
    "a receiver of diverted datagrams has its address alone",
    .enabled(if: geteuid() == 0, "needs root for transparent sockets")
  )
  func alone() throws {
    let local = Endpoint(address: SourceAddress(ipv4: 0x7f53_0010), port: 35_301)
    let first = try DatagramEnd(on: local, .diverted)
    #expect(throws: Errno(rawValue: EADDRINUSE)) { try DatagramEnd(on: local, .diverted) }
    #expect(try first.own == local)
  }
}

/// A datagram socket with a batch of its own.
private final class DatagramEnd {
  private let socket: DatagramSocket
  private var batch: DatagramBatch

  init(
    on local: Endpoint,
    _ reception: DatagramReception = .direct,
    lengths: ClosedRange<Int> = 40...1472
  ) throws {
    socket = try DatagramSocket(on: local, reception, lengths: lengths)
    batch = try DatagramBatch()
  }

  init(to remote: Endpoint) throws {
    switch DatagramSocket.dial(remote) {
    case .connecting(let dialled): socket = dialled
    case .refused: throw Errno(rawValue: ECONNREFUSED)
    case .descriptorsShort: throw Errno(rawValue: EMFILE)
    case .forbidden(let errno): throw errno
    }
    batch = try DatagramBatch()
  }

  var own: Endpoint {
    get throws {
      guard let endpoint = socket.localEndpoint() else { throw Errno.last }
      return endpoint
    }
  }

  /// Waits until something is there: 1, or 0 when nothing comes.
  func wait() -> Int32 {
    var wait = pollfd(fd: socket.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    return poll(&wait, 1, TestDatagramSocket.timeoutMilliseconds)
  }

  func steer(shards: UInt32, secret: UInt32) throws {
    try socket.steerByNetwork(isIPv4: true, shards: shards, secret: secret)
  }

  func receive() -> DatagramReceipt { batch.receive(from: socket) }

  func send(_ bytes: [UInt8]) -> DatagramDispatch {
    bytes.withUnsafeBytes { socket.send($0) }
  }

  func send(_ bytes: [UInt8], to peer: Endpoint) -> DatagramDispatch {
    bytes.withUnsafeBytes { socket.send($0, to: peer) }
  }

  func source(_ index: Int) -> Endpoint { batch.datagram(index).source }
  func bytes(_ index: Int) -> [UInt8] { Array(batch.datagram(index).bytes) }
  func isTruncated(_ index: Int) -> Bool { batch.datagram(index).isTruncated }
}
