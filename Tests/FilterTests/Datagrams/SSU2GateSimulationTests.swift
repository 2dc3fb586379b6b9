import Testing
import Wire

@testable import Filter

/// Honest peers of both manners before made-up routers of both kinds, in good times and bad ones.
@Suite struct SSU2GateSimulationTests {
  /// A router, a seed.
  private static let runs = RouterKind.allCases.flatMap { kind in
    (UInt64(1)...4).map { (kind, $0) }
  }

  /// How many attempts an honest peer may need while strangers flood the gate.
  private static func attemptsUnderFlood(_ router: RouterKind, _ peer: MadeUpInitiator) -> Int {
    router == .i2pd && peer.manner == .i2pd ? 1 : 2
  }

  /// Peers of both manners, so many a minute, from `fromSecond` on.
  private static func addPeers(_ world: DatagramWorld, _ count: Int, fromSecond: UInt64) {
    let pause: UInt64 = world.kind == .i2pd ? 400 : 10_000
    for index in 0..<count {
      world.addPeer(
        index % 2 == 0 ? .i2pd : .java,
        after: fromSecond * 1_000 + UInt64(index) * pause
      )
    }
  }

  private static func expectSessions(
    _ world: DatagramWorld,
    _ place: String,
    attempts: (MadeUpInitiator) -> Int
  ) {
    for (index, peer) in world.peers.enumerated() {
      // Java I2P's own limit refuses whom it likes; that is no doing of the gate.
      let isLimited = world.router.limited.contains(peer.endpoint)
      #expect(peer.isEstablished, "\(place), peer \(index) (\(peer.manner)): \(peer.failures)")
      #expect(
        peer.attempts <= attempts(peer) + (isLimited ? 2 : 0),
        "\(place), peer \(index) (\(peer.manner)): \(peer.failures)"
      )
    }
  }

  /// What may reach the router of datagrams that prove nothing: each budget's burst and refill.
  private static func mostStrangers(
    _ kind: RouterKind,
    seconds: Int,
    refunds: Int
  ) -> Int {
    let limits = DatagramLimits()
    let allowance = limits.allowance(kind)
    let budgets = [
      allowance.requests, allowance.grace, allowance.unknownTokens, allowance.skewedPeers,
      limits.movedSessions, limits.peerTests,
    ]
    return budgets.reduce(refunds) { sum, limit in
      let refill = UInt64(seconds) * Nanoseconds.perSecond / limit.tokenNanoseconds
      return sum + Int(limit.burst) + Int(refill) + 1
    }
  }

  @Test(arguments: runs)
  func inGoodTimesNobodyIsChallenged(kind: RouterKind, seed: UInt64) {
    let world = DatagramWorld(kind, seed: seed)
    Self.addPeers(world, kind == .i2pd ? 100 : 30, fromSecond: 0)
    world.run(untilSecond: 700)
    Self.expectSessions(world, "\(kind), seed \(seed)") { _ in 1 }
    #expect(world.stages == [.calm])
    #expect(world.count(.challenge) == 0 && world.count(.reject) == 0)
    #expect(world.router.unknownTokens == 0)
  }

  @Test(arguments: runs)
  func onABadLineOnlyLossFails(kind: RouterKind, seed: UInt64) {
    let line = NetworkManner(
      lostOfThousand: 60,
      doubledOfThousand: 60,
      delayMilliseconds: 10...400
    )
    let world = DatagramWorld(kind, seed: seed, network: line)
    Self.addPeers(world, kind == .i2pd ? 60 : 20, fromSecond: 0)
    world.run(untilSecond: 3_000)
    for (index, peer) in world.peers.enumerated() {
      let place = "\(kind), seed \(seed), peer \(index) (\(peer.manner)): \(peer.failures)"
      // Java I2P bans an endpoint that loss kept from going on, and refuses it for a quarter of an
      // hour: one failure by loss is followed by others.
      let isBanned = world.router.banned.contains(peer.endpoint)
      #expect(peer.isEstablished, "\(place)")
      #expect(peer.failuresWithoutLoss == 0 || isBanned, "\(place)")
    }
    #expect(world.count(.challenge) == 0)
  }

  @Test(arguments: runs)
  func underAFloodEveryHonestPeerGetsItsSession(kind: RouterKind, seed: UInt64) {
    let world = DatagramWorld(kind, seed: seed)
    let kinds: [Flood.Kind] = [.tokenRequests, .tokenRequests, .madeUpTokens, .replays, .junk]
    world.addFlood(kinds, perSecond: 2_000, fromSecond: 0, untilSecond: 45)
    Self.addPeers(world, kind == .i2pd ? 80 : 4, fromSecond: 2)
    world.run(untilSecond: 45)
    let seen = world.floodPassed
    world.run(untilSecond: 900)
    let place = "\(kind), seed \(seed)"
    Self.expectSessions(world, place) { Self.attemptsUnderFlood(kind, $0) }
    #expect(world.stages.contains(.gate), "\(place)")
    let most = Self.mostStrangers(kind, seconds: 45, refunds: 2 * world.peers.count)
    #expect(seen <= most, "\(place): \(seen) of the flood reached the router, of \(most)")
    #expect(world.count(.challenge, .overloaded) > 10_000, "\(place)")
    #expect(world.count(.refuse, .tokenUnknown) > 10_000, "\(place)")
  }

  /// A flood for longer than a cookie's secrets live, so that they change several times.
  @Test(arguments: runs)
  func secretsChangeUnderLoad(kind: RouterKind, seed: UInt64) {
    let world = DatagramWorld(kind, seed: seed)
    world.addFlood([.tokenRequests], perSecond: 150, fromSecond: 0, untilSecond: 300)
    for index in 0..<(kind == .i2pd ? 90 : 9) as Range<UInt64> {
      let pause: UInt64 = kind == .i2pd ? 3_000 : 30_000
      world.addPeer(index % 2 == 0 ? .i2pd : .java, after: 2_000 + index * pause)
    }
    world.run(untilSecond: 1_500)
    let place = "\(kind), seed \(seed)"
    Self.expectSessions(world, place) { Self.attemptsUnderFlood(kind, $0) }
    #expect(world.count(.challenge, .overloaded) > 30_000, "\(place)")
  }

  @Test(arguments: runs)
  func peerTestsHaveARoadOfTheirOwn(kind: RouterKind, seed: UInt64) {
    let world = DatagramWorld(kind, seed: seed)
    world.addFlood([.tokenRequests], perSecond: 1_000, fromSecond: 0, untilSecond: 20)
    world.addFlood([.peerTests], perSecond: 5, fromSecond: 2, untilSecond: 20)
    world.run(untilSecond: 30)
    let place = "\(kind), seed \(seed)"
    #expect(world.count(.trial, .peerTest) > 60, "\(place)")
    #expect(world.count(.refuse, .peerTest) == 0, "\(place)")
    let flooded = DatagramWorld(kind, seed: seed)
    flooded.addFlood([.peerTests], perSecond: 2_000, fromSecond: 0, untilSecond: 20)
    flooded.run(untilSecond: 30)
    #expect(flooded.count(.trial, .peerTest) <= 40 + 20 * 10 + 1, "\(place)")
  }

  /// The gate and the router begin anew in the middle of it all. Whoever was under way may lose one
  /// attempt by each.
  @Test(arguments: runs)
  func restartsCostAnAttemptAtMost(kind: RouterKind, seed: UInt64) {
    for isFlooded in [false, true] {
      let world = DatagramWorld(kind, seed: seed)
      if isFlooded {
        world.addFlood([.tokenRequests], perSecond: 500, fromSecond: 0, untilSecond: 40)
      }
      Self.addPeers(world, kind == .i2pd ? 80 : 4, fromSecond: 2)
      world.at(second: 12) { $0.restartGate() }
      world.at(second: 20) { $0.restartRouter() }
      world.at(second: 28) { $0.restartGate() }
      world.run(untilSecond: 2_000)
      let place = "\(kind), seed \(seed), flood \(isFlooded)"
      Self.expectSessions(world, place) { peer in
        (isFlooded ? Self.attemptsUnderFlood(kind, peer) : 1) + 1
      }
    }
  }

  @Test(arguments: runs)
  func whoIsKnownPassesAtOnceAfterARestart(kind: RouterKind, seed: UInt64) {
    let world = DatagramWorld(kind, seed: seed)
    Self.addPeers(world, kind == .i2pd ? 20 : 4, fromSecond: 0)
    world.run(untilSecond: 300)
    world.restartGate()
    world.restartRouter()
    world.addFlood([.tokenRequests], perSecond: 500, fromSecond: 0, untilSecond: 60)
    world.at(second: 5) { world in
      for index in world.peers.indices { world.redial(index, after: UInt64(index) * 10_000 / 20) }
    }
    world.run(untilSecond: 600)
    let place = "\(kind), seed \(seed)"
    #expect(world.stages.contains(.gate), "\(place)")
    Self.expectSessions(world, place) { _ in 2 }
    #expect(world.count(.trial, .provenBefore) >= world.peers.count, "\(place)")
  }

  @Test(arguments: runs)
  func aSessionMayMoveToAnotherPort(kind: RouterKind, seed: UInt64) {
    let world = DatagramWorld(kind, seed: seed)
    Self.addPeers(world, 2, fromSecond: 0)
    world.run(untilSecond: 100)
    for index in 0..<2 {
      world.move(index, count: 3)
      world.run(untilSecond: 200 + UInt64(index) * 10)
      let peer = world.peers[index]
      #expect(world.isAdmitted(peer.endpoint), "\(kind), seed \(seed), peer \(index)")
    }
    #expect(world.count(.trial, .moved) >= 2, "\(kind), seed \(seed)")
    // Nobody's data is nobody's.
    world.addFlood([.junk], perSecond: 1_000, fromSecond: 0, untilSecond: 10)
    world.run(untilSecond: 300)
    #expect(world.floodPassed == 0)
  }
}
