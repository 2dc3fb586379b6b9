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

  /// What one run measured.
  private struct Cost {
    /// Processor time of a datagram, in microseconds.
    var microseconds = 0.0
    /// Datagrams that were taken each second.
    var perSecond = 0.0
    /// Datagrams that the flood sent each second.
    var sentPerSecond = 0.0
  }

  /// Measures datagrams that do not unmask.
  static func refusals(_ settings: BenchSettings) throws -> [BenchLine] {
    let gate = try guarded(.random, settings) { ($0.count(.refuse), "refused") }
    let bare = try bare(.random, bareRandomPerSecond, settings)
    return lines(.ssu2Refuse, gate, bare, atLeast: refusalsPerSecond)
  }

  /// Measures TokenRequests in the stage of cookies.
  static func retries(_ settings: BenchSettings) throws -> [BenchLine] {
    let gate = try guarded(.tokenRequest, settings) { ($0.count(.challenge), "answered") }
    let bare = try bare(.tokenRequest, bareRequestsPerSecond, settings)
    return lines(.ssu2Retry, gate, bare, atLeast: retriesPerSecond)
  }

  private static func lines(
    _ bench: Bench,
    _ gate: [Cost],
    _ bare: [Cost],
    atLeast bound: Double
  ) -> [BenchLine] {
    let cost = Median.of(gate.map(\.microseconds))
    let rate = Int(Median.of(gate.map(\.perSecond)))
    let sent = Int(Median.of(gate.map(\.sentPerSecond)))
    return [
      BenchLine(
        name: bench.rawValue,
        value: (1e6 / cost).rounded(),
        unit: "/s of its core",
        bound: .valueAtLeast(bound),
        note: "by processor time; the load's core sent \(sent)/s and the gate took \(rate)/s"
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
    _ expected: (GateStatus) -> (count: UInt64, word: String)
  ) throws -> [Cost] {
    let scene = try DatagramScene(.i2pd, .guarded)
    defer { scene.stop() }
    guard let gate = scene.gate else { return [] }
    _ = try run(scene.flood(kind, perSecond: nil, seconds: warmUpSeconds), scene)
    return try (0..<settings.runs).map { _ in
      let before = try gate.status()
      let usedBefore = scene.gateNanoseconds
      let report = try run(scene.flood(kind, perSecond: nil, seconds: settings.loadSeconds), scene)
      let used = scene.gateNanoseconds &- usedBefore
      let now = try gate.status()
      let taken = now.accepted &- before.accepted
      let (count, word) = (expected(now).count &- expected(before).count, expected(now).word)
      guard taken > 0, count * 100 >= taken * 99 else {
        throw LabError("of \(taken) datagrams \(count) were \(word)")
      }
      return cost(used, taken, report)
    }
  }

  private static func bare(
    _ kind: DatagramFloodKind,
    _ rate: Double,
    _ settings: BenchSettings
  ) throws -> [Cost] {
    let scene = try DatagramScene(.i2pd, .bare)
    defer { scene.stop() }
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
      return cost(used &- idling, taken, report)
    }
  }

  private static func cost(
    _ usedNanoseconds: UInt64,
    _ taken: UInt64,
    _ report: DatagramFloodReport
  ) -> Cost {
    Cost(
      microseconds: Double(usedNanoseconds) / 1_000 / Double(taken),
      perSecond: Double(taken) * 1e9 / Double(max(report.elapsedNanoseconds, 1)),
      sentPerSecond: report.sentPerSecond
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
