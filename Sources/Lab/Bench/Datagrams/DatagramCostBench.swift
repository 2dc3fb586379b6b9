import Filter
import Kernel
import Wire

/// What a stranger's datagram costs: one that is nothing, and a TokenRequest that is answered with
/// a Retry of the gate's own.
enum DatagramCostBench {
  /// Datagrams that one core must be able to refuse.
  private static let refusalsPerSecond = 500_000.0
  /// Retries that one core must be able to write.
  private static let retriesPerSecond = 150_000.0
  /// The most that either may cost beside what it costs a bare router.
  private static let bareRatio = 1.0 / 20
  /// What a bare router keeps up with, so that it drops nothing unseen.
  private static let bareRandomPerSecond = 20_000.0
  private static let bareRequestsPerSecond = 5_000.0
  /// Until cookies are asked for, and everything is warm.
  private static let warmUpSeconds = 2.0
  /// How long a flood fills the socket of a gate that does not run, and how long it may take to
  /// empty that.
  private static let fillingSeconds = 0.15
  private static let emptyingNanoseconds = 20 * Nanoseconds.perMillisecond
  /// A second of load is so many fillings.
  private static let fillingsPerSecond = 5.0

  /// What was measured.
  private struct Cost {
    /// Processor time of a datagram, in microseconds.
    var microseconds = 0.0
    /// Datagrams that were taken each second.
    var perSecond = 0.0
  }

  /// A gate's cost by itself, and under what the load's core can send.
  private struct GateCosts {
    /// Datagrams wait for it as they do where a flood is faster than the gate.
    var behind: [Cost] = []
    /// It keeps up with the flood, and waits for every few datagrams.
    var ahead: [Cost] = []
  }

  /// Measures datagrams that do not unmask.
  static func refusals(_ settings: BenchSettings) throws -> [BenchLine] {
    let gate = try guarded(.random, settings) { $0.count(.refuse) }
    let bare = try bare(.random, bareRandomPerSecond, settings)
    return lines(.ssu2Refuse, gate, bare, atLeast: refusalsPerSecond)
  }

  /// Measures TokenRequests in the stage of cookies.
  static func retries(_ settings: BenchSettings) throws -> [BenchLine] {
    let gate = try guarded(.tokenRequest, settings) { $0.count(.challenge) }
    let bare = try bare(.tokenRequest, bareRequestsPerSecond, settings)
    return lines(.ssu2Retry, gate, bare, atLeast: retriesPerSecond)
  }

  private static func lines(
    _ bench: Bench,
    _ gate: GateCosts,
    _ bare: [Cost],
    atLeast bound: Double
  ) -> [BenchLine] {
    let cost = Median.of(gate.behind.map(\.microseconds))
    let rate = Int(Median.of(gate.ahead.map(\.perSecond)))
    let ahead = Report.rounded(Median.of(gate.ahead.map(\.microseconds)), to: 100)
    return [
      BenchLine(
        name: bench.rawValue,
        value: (1e6 / cost).rounded(),
        unit: "/s of its core",
        bound: .valueAtLeast(bound),
        note: "by processor time while datagrams wait; when it waits for them, \(rate)/s of the "
          + "load's core, each costs \(ahead) us"
      ),
      BenchLine(
        name: bench.rawValue,
        value: cost,
        unit: "us/datagram",
        peer: "bare i2pd",
        peerValue: Median.of(bare.map(\.microseconds)),
        bound: .ratioAtMost(bareRatio)
      ),
    ]
  }

  private static func guarded(
    _ kind: DatagramFloodKind,
    _ settings: BenchSettings,
    _ expected: @escaping (GateStatus) -> UInt64
  ) throws -> GateCosts {
    let scene = try DatagramScene(.i2pd, .guarded)
    defer { scene.stop() }
    guard let gate = scene.gate else { return GateCosts() }
    try scene.endAnswers()
    _ = try run(scene.flood(kind, perSecond: nil, seconds: warmUpSeconds), scene)
    let filling = try scene.flood(kind, perSecond: nil, seconds: fillingSeconds)
    let fillings = Int((settings.loadSeconds * fillingsPerSecond).rounded(.up))
    let flood = try scene.flood(kind, perSecond: nil, seconds: settings.loadSeconds)
    var costs = GateCosts()
    for _ in 0..<settings.runs {
      costs.ahead.append(try cost(scene, expected) { _ = try run(flood, scene) })
      costs.behind.append(
        try cost(scene, expected) {
          for _ in 0..<fillings {
            gate.pause()
            defer { gate.resume() }
            _ = try scene.world.run { try DatagramFlood.run(filling) }
            gate.resume()
            Pause.nanoseconds(emptyingNanoseconds)
          }
        }
      )
    }
    return costs
  }

  private static func cost(
    _ scene: DatagramScene,
    _ expected: (GateStatus) -> UInt64,
    _ load: () throws -> Void
  ) throws -> Cost {
    guard let gate = scene.gate else { return Cost() }
    let before = try gate.status()
    let usedBefore = scene.gateNanoseconds
    let start = Clock.now
    try load()
    let seconds = start.secondsUntilNow
    let now = try gate.status()
    let used = scene.gateNanoseconds &- usedBefore
    let taken = now.accepted &- before.accepted
    let count = expected(now) &- expected(before)
    guard taken > 0, count * 100 >= taken * 99 else {
      throw LabError("of \(taken) datagrams \(count) were judged as they should be")
    }
    return cost(used, taken, seconds)
  }

  private static func bare(
    _ kind: DatagramFloodKind,
    _ rate: Double,
    _ settings: BenchSettings
  ) throws -> [Cost] {
    let scene = try DatagramScene(.i2pd, .bare)
    defer { scene.stop() }
    try scene.endAnswers()
    return try (0..<settings.runs).map { _ in
      let idleBefore = scene.routerNanoseconds
      let idleStart = Clock.now
      Pause.nanoseconds(Nanoseconds.perSecond)
      let idle =
        Double(scene.routerNanoseconds &- idleBefore) / Double(idleStart.secondsUntilNow)
      let before = try scene.datagramsTaken()
      let usedBefore = scene.routerNanoseconds
      let report = try run(scene.flood(kind, perSecond: rate, seconds: settings.loadSeconds), scene)
      let used = scene.routerNanoseconds &- usedBefore
      let taken = try scene.datagramsTaken() &- before
      guard taken > 0 else { throw LabError("i2pd takes no datagrams") }
      let idling = min(UInt64(idle * Double(report.elapsedNanoseconds) / 1e9), used)
      return cost(used &- idling, taken, Double(report.elapsedNanoseconds) / 1e9)
    }
  }

  private static func cost(_ used: UInt64, _ taken: UInt64, _ seconds: Double) -> Cost {
    Cost(
      microseconds: Double(used) / 1_000 / Double(taken),
      perSecond: Double(taken) / max(seconds, 0.001)
    )
  }

  private static func run(
    _ flood: DatagramFloodSettings,
    _ scene: DatagramScene
  ) throws -> DatagramFloodReport {
    let report = try scene.world.run { try DatagramFlood.run(flood) }
    // What waits in sockets still has to be taken.
    Pause.nanoseconds(100 * Nanoseconds.perMillisecond)
    return report
  }
}
