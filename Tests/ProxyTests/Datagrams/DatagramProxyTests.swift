import Filter
import Kernel
import Telemetry
import Testing
import Wire

@testable import Proxy

/// The same in proxy mode: each flow has a socket of its own, and the table of them is bounded.
@Suite("A datagram shard, as a proxy")
struct DatagramProxyTests {
  @Test("Honest peers come through, with faults too", arguments: Seeds.list(4))
  func honest(seed: UInt64) {
    let run = DatagramRun(seed: seed, isProxy: true)
    run.world.faults.doubled = 50
    run.world.faults.emptyReceive = 100
    run.world.faults.refusedReceive = 30
    let peers = (0..<50).map { run.peer($0, afterNanoseconds: UInt64($0) * 200_000_000) }
    run.run(seconds: 30)
    Seeds.report(run.world.complaint, seed: seed)
    #expect(peers.allSatisfy { $0.isEstablished }, "SALLYPORT_SEED=\(seed)")
    #expect(peers.allSatisfy { $0.answeredData >= DatagramPeer.dataCount })
    #expect(run.board.snapshot()[.flows] == 50)
    #expect(run.world.openLinks == 50)
  }

  @Test("Silent flows end: those on trial soon, the others later")
  func expiry() {
    let run = DatagramRun(seed: 1, isProxy: true)
    let peer = run.peer(0)
    run.peer(1, .spoof)
    run.run(seconds: 5)
    #expect(peer.isEstablished && run.world.openLinks == 2)
    run.run(seconds: 10)
    #expect(run.world.openLinks == 1)
    run.run(seconds: 300)
    #expect(run.world.openLinks == 0)
    #expect(run.board.snapshot()[.flows] == 0)
  }

  @Test("A flood of flows on trial ends no admitted one, and newcomers find room")
  func flood() {
    var flows = FlowLimits()
    flows.flows = 64
    var limits = DatagramLimits()
    // Without cookies, so that all of them want a flow.
    limits.i2pd.requests = RateLimit(perSecond: 100_000, burst: 100_000)
    let run = DatagramRun(seed: 1, limits: limits, flows: flows, isProxy: true)
    let first = (0..<20).map { run.peer($0) }
    run.run(seconds: 2)
    #expect(first.allSatisfy { $0.isEstablished })
    for number in 0..<5_000 {
      run.peer(100_000 + number, .spoof, afterNanoseconds: UInt64(number) * 1_000_000)
    }
    let second = (20..<40).map { run.peer($0, afterNanoseconds: UInt64($0) * 100_000_000) }
    run.run(seconds: 6)
    #expect(run.world.openLinks <= 64)
    #expect(second.count { $0.isEstablished } >= 18)
    for peer in first { run.world.peerSends(SSU2TestRouter.noise(run.world), from: peer.endpoint) }
    let before = first.reduce(0) { $0 + $1.answeredData }
    run.run(seconds: 1)
    #expect(first.reduce(0) { $0 + $1.answeredData } == before + 20)
  }

  @Test("A router that is away is told once, and when it is back")
  func routerAway() {
    let run = DatagramRun(seed: 1, isProxy: true)
    run.router.isUp = false
    for number in 0..<5 { run.peer(number, afterNanoseconds: UInt64(number) * 100_000_000) }
    run.run(seconds: 1)
    run.router.isUp = true
    let late = run.peer(9)
    run.run(seconds: 5)
    #expect(late.isEstablished)
    var reader = run.ring.makeReader()
    var told: [ShardEvent] = []
    while let (event, _) = reader.next() { told.append(event) }
    #expect(reader.takeLost() == 0)
    #expect(told.count == 2)
    #expect(told.first == .routerUnreachable(errorNumber: 0))
    if case .routerBack = told.last {} else { Issue.record("\(told)") }
  }

  @Test("Without descriptors datagrams are lost and counted, no more")
  func descriptorsShort() {
    let run = DatagramRun(seed: 1, isProxy: true)
    run.world.linkLimit = 3
    let peers = (0..<10).map { run.peer($0) }
    run.run(seconds: 1)
    #expect(peers.count { $0.isEstablished } == 3)
    #expect(run.board.snapshot()[.unsent] >= 7)
    run.world.linkLimit = 100
    run.run(seconds: 10)
    #expect(peers.allSatisfy { $0.isEstablished })
  }

  @Test("Asked to drain, it goes on while flows are alive")
  func drains() {
    let run = DatagramRun(seed: 1, isProxy: true)
    let peer = run.peer(0)
    while !peer.isEstablished { run.turn() }
    run.control.wish = .drain
    run.run(seconds: 1)
    #expect(run.isRunning && peer.answeredData == DatagramPeer.dataCount)
    run.run(seconds: 400)
    #expect(!run.isRunning)
  }
}

/// The table of flows against a dictionary.
@Suite("Flow table")
struct FlowTableTests {
  private static func endpoint(_ number: UInt64) -> Endpoint {
    Endpoint(address: SourceAddress(ipv4: UInt32(number % 97)), port: UInt16(1 + number % 3))
  }

  @Test("Finds what was put in, and nothing else", arguments: Seeds.list(5))
  func model(seed: UInt64) {
    var random = SmallRandom(seed: seed)
    let world = DatagramWorld(seed: seed)
    var table = FlowTable<MadeUpLink>(capacity: 50)
    var model: [Endpoint: FlowStage] = [:]
    var now: UInt64 = 1_000
    for step in 0..<5_000 {
      now += random.below(100_000_000)
      let moment = Instant(nanoseconds: now)
      let peer = Self.endpoint(random.below(1_000))
      let slot = table.find(peer)
      #expect((slot != nil) == (model[peer] != nil), "SALLYPORT_SEED=\(seed), step \(step)")
      if let slot {
        #expect(table[slot].peer == peer && table[slot].stage == model[peer])
        if random.below(4) == 0 {
          table.remove(slot)
          model[peer] = nil
        } else {
          table.touch(slot, .admitted, now: moment)
          model[peer] = .admitted
        }
      } else {
        let stage: FlowStage = random.below(3) == 0 ? .admitted : .trial
        guard table.makeRoom(stage) else {
          #expect(stage == .trial && table.count(.trial) == 0)
          continue
        }
        for known in model.keys where table.find(known) == nil { model[known] = nil }
        _ = table.insert(
          Flow(link: MadeUpLink(world), peer: peer, door: 0, stage: stage, usedAt: moment)
        )
        model[peer] = stage
      }
      #expect(table.count == model.count && table.count <= 50)
      #expect(world.openLinks == table.count)
      #expect(table.count(.trial) == model.values.count { $0 == .trial })
      #expect(table.count(.trial) <= 25)
    }
    var limits = FlowLimits()
    limits.idleTimeoutNanoseconds = 1
    while table.expire(now: Instant(nanoseconds: now + 20_000_000_000), limits) {}
    #expect(table.count == 0)
  }
}
