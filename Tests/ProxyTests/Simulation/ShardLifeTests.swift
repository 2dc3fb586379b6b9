import Filter
import Kernel
import Telemetry
import Testing
import Wire

@testable import Proxy

/// What a shard does on its way: rests, sheds, survives reloads, drains.
@Suite("The life of a shard")
struct ShardLifeTests {
  @Test("With nothing to do it waits long; with somebody held, until the next tick")
  func waits() throws {
    let run = try SimulationRun(seed: 1, limits: .roomy)
    let start = run.world.now
    for _ in 0..<10 { run.turn() }
    #expect(run.world.now - start >= SimulationRun.seconds(10))
    run.connect(.silent, from: SimulationRun.address(1), afterNanoseconds: 0)
    run.turn()
    let turn = run.world.turn
    let before = run.world.now
    while run.world.now - before < SimulationRun.seconds(1) { run.turn() }
    #expect(run.world.turn - turn <= 17)
    #expect(run.world.idleTurns == 0)
  }

  @Test("With no descriptor left and nobody to shed the listeners rest")
  func rests() throws {
    let run = try SimulationRun(seed: 1, limits: .roomy)
    run.world.descriptorLimit = 0
    run.connect(.honest, from: SimulationRun.address(1), afterNanoseconds: 0)
    let before = run.world.now
    while run.world.now - before < SimulationRun.seconds(1) { run.turn() }
    #expect(run.world.turn < 60)
    #expect(run.board.snapshot()[.accepted] == 0)
    run.world.descriptorLimit = 10
    #expect(run.run(atMostSeconds: 60) == nil)
    #expect(run.peers[0].isServed)
  }

  @Test("Proven peers outlast descriptors that run out while the router is away")
  func waitersAreKept() throws {
    let run = try SimulationRun(seed: 1, limits: .roomy)
    run.world.dialPlan = { _ in .isRefusedAtOnce }
    for number in 0..<8 {
      run.connect(.honest, from: SimulationRun.address(number), afterNanoseconds: 0)
    }
    run.world.after(SimulationRun.seconds(1)) { [world = run.world] in
      world.descriptorLimit = 8
      world.dialPlan = { _ in .connects(afterNanoseconds: 1_000) }
    }
    run.world.after(SimulationRun.seconds(3)) { [world = run.world] in world.descriptorLimit = 100 }
    #expect(run.run(atMostSeconds: 100) == nil)
    #expect(run.peers.count { $0.isServed } == 8)
  }

  @Test("Who leaves while its padding is awaited is no replay")
  func leavesInPadding() throws {
    let run = try SimulationRun(seed: 1, limits: .roomy)
    let peer = run.connect(.silent, from: SimulationRun.address(1), afterNanoseconds: 0)
    let flight = TestRouter.flight(
      padding: 100,
      wallSeconds: TestRouter.wallStart + run.world.now / Nanoseconds.perSecond
    )
    peer.end.say(Array(flight.dropLast(20)))
    while run.shard.strangerQueues.count(StrangerQueue.reading) == 0 || !peer.end.isDelivered {
      run.turn()
    }
    run.turn()
    peer.end.hangUp()
    #expect(run.run(atMostSeconds: 20) == nil)
    #expect(run.verdicts == "refuse hungUp 1")
  }

  @Test("Who waits for a proof survives a policy without a key")
  func losesKey() throws {
    var limits = LimitSettings.roomy
    limits.heldStrangers = 1_024
    let run = try SimulationRun(seed: 1, limits: limits)
    // They wait at the listener until all have spoken: more than one turn can prove.
    run.world.descriptorLimit = 0
    for _ in 0..<100 {
      run.connect(.wrongFlight, from: SimulationRun.address(1), afterNanoseconds: 0)
    }
    let start = run.world.now
    while run.world.now - start < SimulationRun.seconds(1) { run.turn() }
    run.world.descriptorLimit = 1_000
    while run.shard.strangerQueues.count(StrangerQueue.deferred(.failing)) == 0 { run.turn() }
    run.router.isProven = false
    run.mailbox.put(try TestRouter.policy(limits: limits, proves: false))
    #expect(run.run(atMostSeconds: 200) == nil)
    #expect(run.shard.strangers.count == 0)
  }

  @Test("A late handshake gives its place to a better peer, however much it moves")
  func lateHandshake() throws {
    var limits = LimitSettings.roomy
    limits.handshakesInFlight = 1
    let run = try SimulationRun(seed: 1, limits: limits)
    run.world.rooms = 4_000_000...4_000_000
    let late = run.connect(.stalls, from: SimulationRun.address(1), afterNanoseconds: 0)
    late.end.pieceBytes = .max
    run.world.after(SimulationRun.seconds(16)) {
      late.end.say([UInt8](repeating: 7, count: 20_000_000))
    }
    run.connect(
      .honest,
      from: SimulationRun.address(2),
      afterNanoseconds: SimulationRun.seconds(17)
    )
    var wasBusy = false
    let end = run.world.now + SimulationRun.seconds(60)
    while run.world.complaint == nil, !run.peers[1].isServed, run.world.now < end {
      run.turn()
      wasBusy = wasBusy || run.shard.busySessions.count(0) > 0
    }
    #expect(wasBusy)
    #expect(run.world.complaint == nil)
    #expect(run.peers[1].isServed)
  }

  @Test("A router that says little after message 3 took it: the place is free two seconds later")
  func taciturnRouter() throws {
    var limits = LimitSettings.roomy
    limits.handshakesInFlight = 1
    let run = try SimulationRun(seed: 1, limits: limits)
    // The router answers what this one sends with 64 bytes, as long as a refusal may be.
    let first = run.connect(.stalls, from: SimulationRun.address(1), afterNanoseconds: 0)
    run.world.after(SimulationRun.seconds(1)) {
      first.end.say([UInt8](repeating: 7, count: TestRouter.message3Length))
    }
    while first.end.received.count < first.wanted { run.turn() }
    let confirmed = run.world.now
    while run.verdicts.isEmpty || !run.verdicts.contains("complete"),
      run.world.now - confirmed < SimulationRun.seconds(10)
    {
      run.turn()
    }
    #expect(run.verdicts.contains("complete established 1"))
    #expect(run.world.now - confirmed < SimulationRun.seconds(3))
    #expect(run.shard.admission.handshakesInFlight == 0)
  }

  @Test("Asked to drain, it takes nobody new and ends with its last session", arguments: [1, 2, 3])
  func drains(seed: UInt64) throws {
    let run = try SimulationRun(seed: seed, limits: .roomy)
    for number in 0..<6 {
      run.connect(
        .honest,
        from: SimulationRun.address(number),
        afterNanoseconds: 0,
        bulkBytes: 1_000_000
      )
    }
    while run.shard.sessions.count < 6 { run.turn() }
    run.control.wish = .drain
    run.world.isWakeRaised = true
    let late = run.connect(.honest, from: SimulationRun.address(9), afterNanoseconds: 10_000_000)
    #expect(run.run(atMostSeconds: 100) == nil)
    #expect(!run.isRunning)
    #expect(run.peers.dropLast().allSatisfy { $0.isServed })
    #expect(late.handOverCount == 0)
  }

  @Test("Asked to stop, it stops")
  func stops() throws {
    let run = try SimulationRun(seed: 1, limits: .roomy)
    run.connect(.stalls, from: SimulationRun.address(1), afterNanoseconds: 0)
    while run.shard.sessions.count == 0 { run.turn() }
    run.control.wish = .stop
    run.turn()
    #expect(!run.isRunning)
  }

  @Test("The kernel rules' own probe is neither counted nor held")
  func canary() throws {
    let run = try SimulationRun(
      seed: 1,
      limits: .roomy,
      destination: .original(PacketMark(rawValue: 1))
    )
    run.connect(.silent, from: SourceAddress(ipv4: 0x7f00_0001), afterNanoseconds: 0)
    #expect(run.run(atMostSeconds: 5) == nil)
    #expect(run.board.snapshot()[.accepted] == 0)
    #expect(run.world.openSockets == 0)
  }
}
