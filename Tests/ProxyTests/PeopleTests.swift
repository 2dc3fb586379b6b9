import Filter
import Kernel
import Telemetry
import Testing
import Wire

@testable import Proxy

/// What people said of networks, as the shards heed it.
@Suite("People's lists")
struct PeopleTests {
  private static func list(_ entries: [(PeopleWish, SourceAddress, UInt8)]) -> PeopleList {
    PeopleList(
      entries.map { wish, address, length in
        PeopleEntry(
          wish,
          SourcePrefix(address, length: length),
          origin: "test",
          reason: "test",
          user: 0,
          beganSeconds: 0,
          endsSeconds: 0
        )
      }
    )
  }

  private static func address(_ number: Int) -> SourceAddress {
    SourceAddress(ipv4: 0x0b00_0007 + UInt32(number) << 8)
  }

  // MARK: Connections

  @Test("A blocked peer is refused before a byte is read, its neighbour is not")
  func blocks() throws {
    let run = try SimulationRun(seed: 1, limits: .roomy)
    run.people.put(Self.list([(.block, Self.address(1), 24)]))
    run.connect(.honest, from: Self.address(1), afterNanoseconds: 0)
    run.connect(.honest, from: Self.address(2), afterNanoseconds: 0)
    #expect(run.run(atMostSeconds: 60) == nil)
    #expect(run.peers.map(\.isServed) == [false, true])
    #expect(run.verdicts.contains("refuse blocked 1"), "\(run.verdicts)")
    let now = Instant(nanoseconds: run.world.now)
    let rows = run.busy.sources.addresses(now: now)
    #expect(rows.first { $0.prefix.address == Self.address(1) }?.lastReason == .blocked)
    #expect(rows.first { $0.prefix.address == Self.address(2) }?.admitted == 1)
  }

  @Test("Who is blocked while it waits for the router is not let through")
  func blocksWhoWaits() throws {
    let run = try SimulationRun(seed: 1, limits: .roomy)
    run.world.dialPlan = { _ in .isRefusedAtOnce }
    run.connect(.honest, from: Self.address(1), afterNanoseconds: 0)
    run.connect(.honest, from: Self.address(2), afterNanoseconds: 0)
    run.world.after(Nanoseconds.perSecond) { [unowned run] in
      run.world.dialPlan = { _ in .connects(afterNanoseconds: 1_000) }
      run.people.put(Self.list([(.block, Self.address(1), 32)]))
    }
    #expect(run.run(atMostSeconds: 100) == nil)
    #expect(run.peers.map(\.isServed) == [false, true])
    #expect(run.verdicts.contains("refuse blocked 1"), "\(run.verdicts)")
  }

  @Test("An allowed peer skips the limits of its address and network, not those of the gate")
  func allows() throws {
    var limits = LimitSettings.roomy
    limits.addressRate = RateLimit(perSecond: 1, burst: 1)
    limits.networkRate = RateLimit(perSecond: 1, burst: 1)
    limits.addressHalfOpen = 1
    limits.gateRate = RateLimit(perSecond: 1, burst: 8)
    // Whom people allow draws on it as well.
    limits.knownReserve = RateLimit(perSecond: 1, burst: 1)
    let run = try SimulationRun(seed: 1, limits: limits)
    run.people.put(Self.list([(.allow, Self.address(1), 32), (.block, Self.address(1), 24)]))
    for number in 0..<12 {
      run.connect(.honest, from: Self.address(1), afterNanoseconds: UInt64(number) * 1_000_000)
    }
    #expect(run.run(atMostSeconds: 60) == nil)
    #expect(run.peers.count { $0.isServed } == 9)
    #expect(run.verdicts.contains("refuse gateRate 3"), "\(run.verdicts)")
  }

  @Test("An allowed peer still has to prove itself")
  func allowedPeersProve() throws {
    let run = try SimulationRun(seed: 1, limits: .roomy)
    run.people.put(Self.list([(.allow, Self.address(1), 32)]))
    for _ in 0..<5 { run.connect(.wrongFlight, from: Self.address(1), afterNanoseconds: 0) }
    run.connect(.greets, from: Self.address(1), afterNanoseconds: 0)
    #expect(run.run(atMostSeconds: 100) == nil)
    #expect(run.peers.allSatisfy { !$0.isServed })
    #expect(!run.verdicts.contains("admit"), "\(run.verdicts)")
  }

  // MARK: Datagrams

  private static func block(_ peer: DatagramPeer) -> PeopleList {
    list([(.block, peer.endpoint.address, 32)])
  }

  @Test("Datagrams of a blocked peer go nowhere", arguments: [false, true])
  func blocksDatagrams(isProxy: Bool) {
    let run = DatagramRun(seed: 1, isProxy: isProxy)
    let (blocked, other) = (run.peer(1), run.peer(2))
    run.people.put(Self.block(blocked))
    run.run(seconds: 5)
    #expect(!blocked.isEstablished && other.isEstablished)
    #expect(run.count(.refuse, .blocked) > 0 && run.world.complaint == nil)
    let rows = run.busy.sources.addresses(now: Instant(nanoseconds: run.world.now))
    #expect(rows.first { $0.prefix.address == blocked.endpoint.address }?.lastReason == .blocked)
    run.people.put(PeopleList())
    run.run(seconds: 30)
    let later = run.peer(1)
    run.run(seconds: 10)
    #expect(later.isEstablished)
  }

  @Test("A block ends a flow that the gate carries")
  func endsFlows() {
    let run = DatagramRun(seed: 1, isProxy: true)
    let (blocked, other) = (run.peer(1), run.peer(2))
    run.run(seconds: 3)
    #expect(blocked.isEstablished && other.isEstablished && run.world.openLinks == 2)
    run.people.put(Self.block(blocked))
    run.run(seconds: 1)
    let before = blocked.answeredData
    for peer in [blocked, other] {
      run.world.peerSends(SSU2TestRouter.noise(run.world), from: peer.endpoint)
    }
    run.run(seconds: 1)
    #expect(run.world.openLinks == 1 && blocked.answeredData == before)
    #expect(run.count(.refuse, .blocked) == 1)
  }

  @Test("An allowed peer skips its source's limits, and the gate's hold")
  func allowsDatagrams() {
    var limits = DatagramLimits()
    limits.i2pd.addressRequests = RateLimit(perSecond: 1, burst: 1)
    limits.i2pd.networkRequests = RateLimit(perSecond: 1, burst: 1)
    limits.i2pd.grace = RateLimit(perSecond: 1, burst: 1)
    limits.i2pd.provenTokenRequests = RateLimit(perSecond: 1, burst: 20)
    let run = DatagramRun(seed: 1, limits: limits)
    let ports = 0..<40
    run.people.put(Self.list([(.allow, DatagramRun.endpoint(1).address, 32)]))
    for port in ports {
      for number in [1, 2] {
        let source = DatagramRun.endpoint(number, port: UInt16(20_000 + port))
        DatagramPeer(run.world, source, .spoof).begin()
      }
    }
    run.run(seconds: 1)
    // All of the gate's own budget for the allowed one, and its source's allowance behind that.
    #expect((20...24).contains(run.count(.trial, .onTrial) - 2), "\(run.count(.trial, .onTrial))")
  }
}
