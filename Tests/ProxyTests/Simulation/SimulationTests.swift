import Filter
import Kernel
import Testing
import Wire

@testable import Proxy

/// The shard as a whole, in hundreds of made-up worlds.
@Suite("Simulation")
struct SimulationTests {
  private static let honestNetworks: UInt32 = 0x0a00_0000
  private static let floodNetworks: UInt32 = 0x6400_0000

  /// Bounds so small that all of them are met.
  private static func tightLimits(_ random: inout SmallRandom) -> LimitSettings {
    var limits = LimitSettings()
    limits.heldStrangers = UInt32(random.number(4...64))
    limits.openSessions = UInt32(random.number(2...32))
    limits.handshakesInFlight = UInt32(random.number(1...8))
    limits.sourceRecords = UInt32(random.number(16...2_048))
    limits.replayRecords = 256
    limits.admissionWaitNanoseconds = UInt64(random.number(1...6)) * Nanoseconds.perSecond
    limits.dialTimeoutNanoseconds = UInt64(random.number(1...5)) * Nanoseconds.perSecond
    limits.idleTimeoutNanoseconds = UInt64(random.number(5...30)) * Nanoseconds.perSecond
    return limits
  }

  private static func dialPlan(_ random: inout SmallRandom, faultPercent: UInt64) -> DialPlan {
    guard random.happens(faultPercent) else {
      return .connects(afterNanoseconds: random.below(3_000_000))
    }
    switch random.below(4) {
    case 0: return .isRefused(afterNanoseconds: random.below(3_000_000))
    case 1: return .hangs
    case 2: return .isRefusedAtOnce
    default: return .isForbidden
    }
  }

  /// Everybody does anything: nothing may go wrong, whoever is served.
  @Test("Anything may happen", arguments: Seeds.list(150))
  func chaos(seed: UInt64) throws {
    try SimulationRun.judge(seed) { try Self.chaos(seed) }
  }

  private static func chaos(_ seed: UInt64) throws -> (SimulationRun, String?) {
    var random = SmallRandom(seed: seed)
    let kind: RouterKind = random.happens(50) ? .i2pd : .java
    let isDiverted = random.happens(30)
    let run = try SimulationRun(
      seed: seed,
      kind: kind,
      limits: Self.tightLimits(&random),
      destination: isDiverted
        ? .original(PacketMark(rawValue: 1)) : .fixed(TestRouter.endpoint)
    )
    let faults = UInt64(random.number(0...40))
    run.world.dialPlan = { Self.dialPlan(&$0, faultPercent: faults) }
    run.router.answer = { random in
      random.happens(60)
        ? .serves : RouterAnswer.allCases[Int(random.below(UInt64(RouterAnswer.allCases.count)))]
    }
    if random.happens(30) { run.world.descriptorLimit = random.number(6...80) }
    if random.happens(20) { run.world.hasOverflows = false }
    let span = UInt64(random.number(1...20)) * Nanoseconds.perSecond
    for _ in 0..<random.number(20...200) {
      let manner = PeerManner.all[Int(random.below(UInt64(PeerManner.all.count)))]
      let address = SourceAddress(ipv4: Self.honestNetworks + UInt32(random.number(0...1_500)))
      let bulk = random.happens(10) ? 3_000_000 : 5_000
      run.connect(manner, from: address, afterNanoseconds: random.below(span), bulkBytes: bulk)
    }
    for _ in 0..<random.number(0...3) {
      let limits = Self.tightLimits(&random)
      try run.reload(
        limits,
        kind: random.happens(50) ? .i2pd : .java,
        proves: random.happens(80),
        afterNanoseconds: random.below(span)
      )
    }
    // Short of descriptors, peers wait at the listener for those before them, who may take over a
    // minute each when they stall.
    return (run, run.run(atMostSeconds: 1_000))
  }

  /// A flood of all that is no first flight: every honest peer gets its session.
  @Test("Honest peers behind a flood are served", arguments: Seeds.list(60))
  func flood(seed: UInt64) throws {
    try SimulationRun.judge(seed) { try Self.flood(seed) }
  }

  private static func flood(_ seed: UInt64) throws -> (SimulationRun, String?) {
    var random = SmallRandom(seed: seed)
    var limits = LimitSettings()
    limits.heldStrangers = 256
    limits.openSessions = 64
    limits.sourceRecords = 8_192
    limits.replayRecords = 256
    limits.idleTimeoutNanoseconds = 20 * Nanoseconds.perSecond
    let run = try SimulationRun(seed: seed, limits: limits)
    if random.happens(50) { run.world.descriptorLimit = random.number(150...300) }
    if random.happens(30) { run.world.hasOverflows = false }
    run.router.answer = { $0.happens(80) ? .serves : .pauses }
    let span = 3 * Nanoseconds.perSecond
    for _ in 0..<random.number(500...4_000) {
      let manner = PeerManner.floods[Int(random.below(UInt64(PeerManner.floods.count)))]
      let address = SourceAddress(ipv4: Self.floodNetworks + UInt32(random.below(1 << 20)))
      run.connect(manner, from: address, afterNanoseconds: random.below(span))
    }
    var honest: [SimulatedPeer] = []
    for number in 0..<20 {
      let bulk = random.happens(10) ? 2_000_000 : 20_000
      let peer = run.connect(
        .honest,
        from: SourceAddress(ipv4: Self.honestNetworks + UInt32(number) << 8 + 7),
        afterNanoseconds: random.below(span),
        bulkBytes: bulk
      )
      peer.end.pieceBytes = 65_536
      honest.append(peer)
    }
    var complaint = run.run(atMostSeconds: 200)
    let unserved = honest.count { !$0.isServed }
    if complaint == nil, unserved > 0 {
      complaint = "\(unserved) honest peers were not served: \(run.verdicts)"
    }
    return (run, complaint)
  }

  /// Every session is served to its last byte, through reloads and without overflows.
  @Test("Nothing is lost between peer and router", arguments: Seeds.list(60))
  func relay(seed: UInt64) throws {
    try SimulationRun.judge(seed) { try Self.relay(seed) }
  }

  private static func relay(_ seed: UInt64) throws -> (SimulationRun, String?) {
    var random = SmallRandom(seed: seed)
    var limits = LimitSettings.roomy
    limits.idleTimeoutNanoseconds = 600 * Nanoseconds.perSecond
    let run = try SimulationRun(seed: seed, limits: limits)
    switch random.below(3) {
    case 0: run.world.hasOverflows = false
    case 1:
      for _ in 0..<10 {
        run.world.after(random.below(2 * Nanoseconds.perSecond)) { [world = run.world] in
          world.hasOverflows.toggle()
        }
      }
    default: break
    }
    run.router.answer = { $0.happens(70) ? .serves : .pauses }
    for number in 0..<12 {
      run.connect(
        .honest,
        from: SourceAddress(ipv4: Self.honestNetworks + UInt32(number) << 8 + 7),
        afterNanoseconds: random.below(Nanoseconds.perSecond),
        bulkBytes: 2_000_000
      )
    }
    for _ in 0..<3 {
      try run.reload(limits, afterNanoseconds: random.below(3 * Nanoseconds.perSecond))
    }
    // Less than any deadline of a session: each has to end by itself.
    var complaint = run.run(atMostSeconds: 29)
    let unserved = run.peers.count { !$0.isServed || $0.router?.ending != .end }
    if complaint == nil, unserved > 0 {
      complaint = "\(unserved) sessions were not whole: \(run.verdicts)"
    }
    return (run, complaint)
  }
}

extension LimitSettings {
  /// Small tables, and bounds that no test meets by accident.
  static var roomy: LimitSettings {
    var limits = LimitSettings()
    limits.heldStrangers = 64
    limits.openSessions = 64
    limits.sourceRecords = 1_024
    limits.replayRecords = 256
    limits.idleTimeoutNanoseconds = 20 * Nanoseconds.perSecond
    return limits
  }

  /// The same, and rates that no test meets.
  static var unthrottled: LimitSettings {
    var limits = LimitSettings.roomy
    limits.addressRate = RateLimit(perSecond: 1_000_000, burst: 1_000_000)
    limits.networkRate = limits.addressRate
    limits.gateRate = limits.addressRate
    return limits
  }
}
