import AllocationCounter
import Filter
import Kernel
import Telemetry
import Testing
import Wire

@testable import Lab
@testable import Proxy

/// A datagram shard on real sockets of the loopback interface, as a proxy: that needs no rights.
private struct LoopbackDatagrams: ~Copyable {
  private static let anyPort = Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: 0)
  private static let lengths = 0...DatagramSocket.longestPayloadBytes

  private(set) var shard: DatagramShard<LinuxDatagramNetwork>
  private let router: DatagramSocket
  private var batch: DatagramBatch
  let peer: DatagramSocket
  let board = CounterBoard(layout: ShardHandle.layout)
  private(set) var cost: UInt64 = 0

  init() throws {
    let router = try DatagramSocket(on: Self.anyPort, .direct, lengths: Self.lengths)
    guard let upstream = router.localEndpoint() else { throw Errno.last }
    let door = try DatagramSocket(on: Self.anyPort, .direct, lengths: 40...1_472)
    guard let gate = door.localEndpoint() else { throw Errno.last }
    var doors = DatagramDoors()
    doors.append(door, .peers)
    guard case .connecting(let peer) = DatagramSocket.dial(gate) else { throw Errno.last }
    let wake = try WakeSignal()
    let network = try LinuxDatagramNetwork(doors: doors, wake: wake, injects: false)
    let batch = try DatagramBatch()
    shard = DatagramShard(
      network: network,
      policy: DatagramPolicy(
        facts: SSU2TestRouter.facts(.i2pd),
        limits: DatagramLimits(),
        flows: FlowLimits(),
        way: .fixed(upstream)
      ),
      instruments: ShardInstruments(
        counters: board.makeWriter(),
        events: EventRing().makeWriter(),
        mailbox: PolicyMailbox<DatagramPolicy>(),
        control: ShardControl()
      ),
      proven: EndpointRing().makeWriter(),
      known: [],
      seed: 1
    )
    self.batch = batch
    self.router = router
    self.peer = peer
  }

  /// The peer says something so many times, and the shard takes a turn.
  mutating func say(_ bytes: [UInt8], times: Int) {
    for _ in 0..<times { _ = bytes.withUnsafeBytes { peer.send($0) } }
    turn()
  }

  /// The router answers whoever spoke to it since the last time, and the shard takes a turn; how
  /// many datagrams it had.
  mutating func answer(_ bytes: [UInt8]) -> Int {
    var count = 0
    while case .datagrams(let more) = batch.receive(from: router) {
      for index in 0..<more {
        let flow = batch.datagram(index).source
        _ = bytes.withUnsafeBytes { router.send($0, to: flow) }
      }
      count += more
    }
    if count > 0 { turn() }
    return count
  }

  /// How many datagrams wait for the peer.
  mutating func heard() -> Int {
    var count = 0
    while case .datagrams(let more) = batch.receive(from: peer) { count += more }
    return count
  }

  private mutating func turn() {
    let count = AllocationCounter.measure { _ = shard.turn() }
    cost += count.allocations + count.frees + count.retains + count.releases
  }

  mutating func forgetCost() { cost = 0 }
}

/// What a datagram costs the heap and the reference counts: nothing.
@Suite("Datagram hot path", .serialized)
struct DatagramHotPathTests {
  private static var tokenRequest: [UInt8] {
    let header = SSU2Header(.tokenRequest, to: 5, from: 6, token: 0, networkIdentifier: 2)
    let payload = SSU2Block.dateTime(UInt32(Clock.wallSeconds)).bytes
    return SSU2Sealed.seal(
      header,
      payload + SSU2Block.padding(count: 9).bytes,
      key: SSU2TestRouter.introductionKey
    )
  }

  @Test("5,000 datagrams of garbage", .inOptimisedBuilds)
  func garbage() throws {
    var gate = try LoopbackDatagrams()
    let noise = [UInt8](repeating: 7, count: 100)
    gate.say(noise, times: 50)
    gate.forgetCost()
    for _ in 0..<100 { gate.say(noise, times: 50) }
    #expect(gate.cost == 0)
    #expect(gate.board.snapshot()[.accepted] == 5_050)
  }

  @Test("5,000 TokenRequests, of which most are answered by the gate", .inOptimisedBuilds)
  func challenges() throws {
    var gate = try LoopbackDatagrams()
    let request = Self.tokenRequest
    for _ in 0..<4 { gate.say(request, times: 20) }
    gate.forgetCost()
    for _ in 0..<100 {
      gate.say(request, times: 50)
      _ = gate.heard()
    }
    #expect(gate.cost == 0)
    let numbers = gate.board.snapshot()
    #expect(numbers[.accepted] == 5_080)
    #expect(numbers[.flows] == 1)
  }

  @Test("10,000 datagrams of an admitted flow, both ways", .inOptimisedBuilds)
  func admitted() throws {
    var gate = try LoopbackDatagrams()
    let noise = [UInt8](repeating: 7, count: 1_200)
    gate.say(Self.tokenRequest, times: 1)
    // No Retry: the router speaks for real, so the flow is admitted.
    #expect(gate.answer(noise) == 1)
    #expect(gate.heard() == 1)
    gate.say(noise, times: 20)
    #expect(gate.answer(noise) == 20)
    _ = gate.heard()
    gate.forgetCost()
    for _ in 0..<250 {
      gate.say(noise, times: 20)
      #expect(gate.answer(noise) == 20)
      #expect(gate.heard() == 20)
    }
    #expect(gate.cost == 0)
  }
}
