import Filter
import Kernel
import Telemetry
import Testing
import Wire

@testable import Proxy

/// What a datagram shard does between peers, a router and the kernel's rules.
@Suite("A datagram shard, diverted")
struct DatagramShardTests {
  @Test("Honest peers come through, and the kernel carries what follows", arguments: Seeds.list(3))
  func honest(seed: UInt64) {
    let run = DatagramRun(seed: seed)
    let peers = (0..<20).map { run.peer($0, afterNanoseconds: UInt64($0) * 200_000_000) }
    run.run(seconds: 20)
    Seeds.report(run.world.complaint, seed: seed)
    #expect(peers.allSatisfy { $0.isEstablished }, "SALLYPORT_SEED=\(seed)")
    #expect(peers.allSatisfy { $0.answeredData == DatagramPeer.dataCount })
    #expect(peers.allSatisfy { $0.observed == $0.endpoint })
    #expect(run.router.unknownTokenCount == 0)
    #expect(run.count(.trial, .onTrial) == 20)
    #expect(run.count(.admit, .witnessed) == 20)
    let numbers = run.board.snapshot()
    #expect(numbers[.accepted] == 40, "the gate sees two datagrams of each")
    #expect(numbers[.retriesSeen] == 20)
    #expect(numbers[.provenEndpoints] == 20)
    #expect(numbers[.unsent] == 0 && numbers[.stage] == 0)
    var told: Set<Endpoint> = []
    let reader = run.proven.makeReader()
    while let (endpoint, _, _) = reader.next() { told.insert(endpoint) }
    #expect(told == Set(peers.map(\.endpoint)))
  }

  @Test("Loss, doubles, overtaking, empty and failing calls", arguments: Seeds.list(6))
  func faults(seed: UInt64) {
    let run = DatagramRun(seed: seed)
    run.world.faults = DatagramWorld.Faults(
      lost: 60,
      doubled: 100,
      latestNanoseconds: 80_000_000,
      emptyReceive: 100,
      refusedReceive: 50,
      congested: 40
    )
    var peers: [DatagramPeer] = []
    for number in 0..<100 {
      peers.append(run.peer(number, afterNanoseconds: UInt64(number) * 300_000_000))
      run.peer(10_000 + number, .garbage, afterNanoseconds: UInt64(number) * 70_000_000)
    }
    run.run(seconds: 60)
    Seeds.report(run.world.complaint, seed: seed)
    let established = peers.count { $0.isEstablished }
    #expect(established >= 95, "\(established), SALLYPORT_SEED=\(seed)")
    #expect(run.count(.refuse) >= 90)
    #expect(run.board.snapshot()[.unsent] > 0)
  }

  @Test("A flood in others' names opens no flow, and honest peers go on", arguments: Seeds.list(2))
  func flood(seed: UInt64) {
    let run = DatagramRun(seed: seed)
    for number in 0..<20_000 {
      run.peer(100_000 + number, .spoof, afterNanoseconds: UInt64(number) * 1_000_000)
    }
    let peers = (0..<40).map {
      run.peer($0, afterNanoseconds: 2_000_000_000 + UInt64($0) * 400_000_000)
    }
    run.run(seconds: 30)
    Seeds.report(run.world.complaint, seed: seed)
    #expect(peers.count { $0.isEstablished } == 40, "SALLYPORT_SEED=\(seed)")
    let honest = Set(peers.map(\.endpoint))
    #expect(run.world.admitted.keys.allSatisfy(honest.contains), "a flow of nobody's")
    #expect(run.count(.challenge) > 5_000)
    #expect(run.router.tokenRequestCount < 2_000, "\(run.router.tokenRequestCount)")
    #expect(run.stageChanges.first == "0 to 2" || run.stageChanges.contains("0 to 1"))
  }

  @Test("Before Java a cookie is never handed on, and its bearer comes again")
  func java() {
    let run = DatagramRun(seed: 1, .java)
    for number in 0..<2_000 {
      run.peer(100_000 + number, .spoof, afterNanoseconds: UInt64(number) * 5_000_000)
    }
    let peers = (0..<5).map {
      run.peer($0, afterNanoseconds: 2_000_000_000 + UInt64($0) * 1_000_000_000)
    }
    run.run(seconds: 25)
    Seeds.report(run.world.complaint, seed: 1)
    #expect(peers.allSatisfy { $0.isEstablished })
    #expect(run.router.unknownTokenCount == 0)
    #expect(peers.contains { $0.rejectionCount > 0 })
    #expect(run.count(.reject, .cookie) >= 4)
    #expect(run.router.tokenRequestCount < 40, "\(run.router.tokenRequestCount)")
  }

  @Test("Endpoints that an earlier life had proven need no cookie under a flood")
  func known() {
    let known = (0..<10).map {
      KnownEndpoint(endpoint: DatagramRun.endpoint($0), provenAgoNanoseconds: 60_000_000_000)
    }
    let run = DatagramRun(seed: 1, .java, known: known)
    for number in 0..<2_000 {
      run.peer(100_000 + number, .spoof, afterNanoseconds: UInt64(number) * 5_000_000)
    }
    let peers = (0..<10).map {
      run.peer($0, afterNanoseconds: 2_000_000_000 + UInt64($0) * 500_000_000)
    }
    run.run(seconds: 15)
    #expect(peers.allSatisfy { $0.isEstablished && $0.rejectionCount == 0 })
    #expect(run.count(.trial, .provenBefore) >= 10)
  }

  @Test("A newer policy holds from the next datagram on")
  func reload() {
    let run = DatagramRun(seed: 1)
    run.peer(0)
    run.run(seconds: 2)
    #expect(run.count(.trial, .onTrial) == 1)
    var facts = SSU2TestRouter.facts(.i2pd)
    facts.introductionKey[0] ^= 1
    run.mailbox.put(
      DatagramPolicy(
        facts: facts,
        limits: DatagramLimits(),
        flows: FlowLimits(),
        way: .original(DatagramWorld.marks)
      )
    )
    run.world.isWakeRaised = true
    run.turn()
    #expect(!run.world.isWakeRaised)
    let late = run.peer(1)
    run.run(seconds: 12)
    #expect(!late.isEstablished)
    run.mailbox.put(DatagramRun.policy(.i2pd))
    run.world.isWakeRaised = true
    let later = run.peer(2)
    run.run(seconds: 2)
    #expect(later.isEstablished)
  }

  @Test("The kernel rules' own probe is neither counted nor answered")
  func canary() {
    let run = DatagramRun(seed: 1)
    let probe = Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: 1_000)
    run.world.peerSends([UInt8](repeating: 0, count: 64), from: probe)
    run.run(seconds: 1)
    #expect(run.board.snapshot()[.accepted] == 0)
    #expect(run.count(.refuse) == 0)
  }

  @Test("Longer datagrams than any peer sends are refused, and not handed on cut off")
  func tooLong() {
    let run = DatagramRun(seed: 1)
    run.world.peerSends([UInt8](repeating: 7, count: 4_000), from: DatagramRun.endpoint(1))
    run.run(seconds: 1)
    #expect(run.count(.refuse, .oversized) == 1)
    #expect(run.world.complaint == nil)
  }

  @Test("Asked to drain or to stop, it ends: the kernel's flows go on without it")
  func ends() {
    for wish in [ShardControl.Wish.drain, .stop] {
      let run = DatagramRun(seed: 1)
      let peer = run.peer(0)
      while !peer.isEstablished { run.turn() }
      run.control.wish = wish
      run.turn()
      #expect(!run.isRunning)
    }
  }

  @Test("With nothing to do it waits for a second at a time")
  func idle() {
    let run = DatagramRun(seed: 1)
    let start = run.world.now
    for _ in 0..<10 { run.turn() }
    #expect(run.world.now - start >= 9 * Nanoseconds.perSecond)
  }
}

extension DatagramRun {
  /// The stage changes that were told, in order.
  var stageChanges: [String] {
    var reader = ring.makeReader()
    var changes: [String] = []
    while let (event, _) = reader.next() {
      if case .stageChanged(let from, let to) = event { changes.append("\(from) to \(to)") }
    }
    _ = reader.takeLost()
    return changes
  }
}
