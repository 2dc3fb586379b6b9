import Filter
import Telemetry
import Testing
import Wire

@testable import Proxy

/// Whom a shard lets through when not everybody can be.
@Suite("The life of an admission")
struct AdmissionLifeTests {
  @Test("Who waits only for the router's word on message 3 is not broken off for another")
  func confirming() throws {
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
    let second = run.connect(
      .honest,
      from: SimulationRun.address(2),
      afterNanoseconds: 16 * Nanoseconds.perSecond / 10
    )
    while !second.isServed, run.world.now - confirmed < SimulationRun.seconds(4) { run.turn() }
    #expect(second.isServed)
    #expect(run.world.now - confirmed < ShardBounds.confirmationNanoseconds)
    #expect(first.end.ending == nil)
    #expect(run.verdicts.contains("complete established 2"))
    #expect(run.world.complaint == nil)
  }

  @Test("Many that wait behind one address' handshake do not hide who stands behind them")
  func oneAddress() throws {
    var limits = LimitSettings.roomy
    limits.handshakesInFlight = 2
    let known = (1...3).map(SimulationRun.address)
    let run = try SimulationRun(seed: 1, limits: limits, known: known)
    run.connect(.stalls, from: known[0], afterNanoseconds: 0)
    run.connect(.stalls, from: known[1], afterNanoseconds: 0)
    for _ in 0..<100 {
      run.connect(.stalls, from: known[0], afterNanoseconds: SimulationRun.seconds(1) / 10)
    }
    let other = run.connect(.honest, from: known[2], afterNanoseconds: SimulationRun.seconds(1) / 2)
    let start = run.world.now
    while !other.isServed, run.world.now - start < SimulationRun.seconds(4) { run.turn() }
    #expect(other.isServed)
    #expect(run.world.complaint == nil)
  }

  @Test("A router that listens on one family of addresses serves that one without a rest")
  func oneFamily() throws {
    let deaf = (1...8 as ClosedRange<UInt64>).map {
      SourceAddress(high: 0x2001_0db8_0000_0000 + $0 << 16, low: 1)
    }
    let served = (1...20).map(SimulationRun.address)
    let run = try SimulationRun(seed: 1, limits: .roomy, known: deaf + served)
    run.world.listens = { $0.isIPv4 }
    for source in deaf { run.connect(.honest, from: source, afterNanoseconds: 0) }
    let peers = served.enumerated().map { number, source in
      run.connect(
        .honest,
        from: source,
        afterNanoseconds: UInt64(number) * SimulationRun.seconds(1) / 10
      )
    }
    let start = run.world.now
    while run.world.now - start < SimulationRun.seconds(3) { run.turn() }
    #expect(peers.count { $0.isServed } == 20)
    #expect(run.run(atMostSeconds: 100) == nil)
    #expect(run.verdicts.contains("refuse routerDown 8"))
  }

  @Test("Who can't be dialled for makes room like others, and is not asked after that")
  func forbidden() throws {
    let known = SimulationRun.address(1)
    let run = try SimulationRun(seed: 1, limits: .roomy, known: [known])
    var isFirst = true
    run.world.dialPlan = { _ in
      defer { isFirst = false }
      return isFirst ? .connects(afterNanoseconds: 1_000) : .isForbidden
    }
    // One is under way, the others of its address wait for it and fill what waiters may hold.
    for _ in 0..<20 { run.connect(.stalls, from: known, afterNanoseconds: 0) }
    let late = run.connect(
      .honest,
      from: SimulationRun.address(2),
      afterNanoseconds: SimulationRun.seconds(1)
    )
    #expect(run.run(atMostSeconds: 100) == nil)
    #expect(!late.isServed)
    #expect(run.board.snapshot()[.accepted] == 21)
  }

  @Test("What a router says before it goes is passed on, and the end is the router's")
  func lastWords() throws {
    var played = 0
    for seed in 1...40 as ClosedRange<UInt64> {
      let run = try SimulationRun(seed: seed, limits: .roomy)
      let peer = run.connect(.stalls, from: SimulationRun.address(1), afterNanoseconds: 0)
      let start = run.world.now
      while peer.end.received.isEmpty, run.world.now - start < SimulationRun.seconds(2) {
        run.turn()
      }
      // Some go before they are accepted.
      guard let router = peer.router else { continue }
      played += 1
      // Both speak in the same moment, and the router's reset is there with its last words.
      peer.end.sayAtOnce([UInt8](repeating: 9, count: 100))
      router.sayAtOnce([UInt8](repeating: 5, count: 40))
      router.reset()
      #expect(run.run(atMostSeconds: 100) == nil)
      #expect(peer.end.link.sentCount > 1, "seed \(seed)")
      #expect(run.verdicts.contains("fail routerClosed 1"), "seed \(seed): \(run.verdicts)")
    }
    #expect(played > 30)
  }
}
