import Filter
import Kernel
import Wire

/// What a flood does to a router behind the gate, and to the honest.
enum FloodBench {
  /// Connections that a flood holds open at most: this process's descriptors allow no more.
  private static let openMax = 15_000
  private static let holdNanoseconds = 10 * Nanoseconds.perSecond
  /// How long the honest knock after a flood.
  private static let afterNanoseconds = 5 * Nanoseconds.perSecond
  /// Honest first flights that are made before a flood, at most: they are good for 80 seconds.
  private static let flightsMax = 300_000.0
  private static let flightsPerSecond = 20_000.0

  /// The share of honest handshakes that must come through, in percent.
  private static let honestPercent = 99.0
  /// Router time under a flood, against the same honest peers without one.
  private static let routerRatio = 1.3
  /// Descriptors that a flood may take of the router.
  private static let routerDescriptors = 20.0

  /// One window of time: what the router and the gate used, and how the honest fared.
  private struct Window {
    var routerNanoseconds: UInt64 = 0
    var gateNanoseconds: UInt64 = 0
    var refusals: UInt64 = 0
    var descriptorsMax = 0
    var seconds = 0.0
    var honest: HonestTallies = [:]
  }

  /// Runs a flood of `kind` against a router and a gate of its own.
  static func run(_ kind: FloodKind, _ settings: BenchSettings) throws -> [BenchLine] {
    let router = try BenchRouter(guardedWith: [:])
    defer { router.stop() }
    let serial = HonestInitiators.Serial()
    let nanoseconds = UInt64(settings.floodSeconds * 1e9)
    let idle = try window(router, serial, nanoseconds)
    var flood = FloodSettings(
      kind: kind,
      target: router.router.endpoint,
      sources: BenchSources.flood,
      durationNanoseconds: nanoseconds
    )
    flood.openConnectionsMaximum = openMax
    flood.holdNanoseconds = holdNanoseconds
    flood.whenFull = .dropOldest
    flood.preparedFlightCount = Int(min(flightsPerSecond * settings.floodSeconds, flightsMax))
    let (under, report) = try Flooding.during(flood, at: router) {
      try window(router, serial, nanoseconds)
    }
    let after = try router.knock(forNanoseconds: afterNanoseconds, serial)
    return lines(kind, idle, under, report, after)
  }

  private static func window(
    _ router: BenchRouter,
    _ serial: HonestInitiators.Serial,
    _ nanoseconds: UInt64
  ) throws -> Window {
    var window = Window()
    let gateBefore = gateNanoseconds(router)
    let refusalsBefore = try refusals(router)
    let sampler = RouterSampler(router.router)
    let honest = try HonestInitiators(at: router.router, from: router.network.world, serial)
    let before = router.processorNanoseconds
    let start = Clock.now
    Pause.nanoseconds(nanoseconds)
    window.seconds = start.secondsUntilNow
    window.routerNanoseconds = router.processorNanoseconds &- before
    window.gateNanoseconds = gateNanoseconds(router) &- gateBefore
    window.refusals = try refusals(router) &- refusalsBefore
    window.honest = honest.stop()
    window.descriptorsMax = sampler.stop().map(\.openDescriptors).max() ?? 0
    return window
  }

  private static func gateNanoseconds(_ router: BenchRouter) -> UInt64 {
    router.gate?.pid.flatMap { ProcessTimes.processorNanoseconds(of: $0) } ?? 0
  }

  private static func refusals(_ router: BenchRouter) throws -> UInt64 {
    try router.gate?.status().count(.refuse) ?? 0
  }

  private static func lines(
    _ kind: FloodKind,
    _ idle: Window,
    _ under: Window,
    _ flood: FloodReport,
    _ after: HonestTallies
  ) -> [BenchLine] {
    let name = "flood-\(kind.rawValue)"
    let honest = under.honest.all + after.all
    let rate = flood.attemptsPerSecond
    let reused = flood.flightsReused
    return [
      BenchLine(
        name: name,
        value: honest.percent,
        unit: "% honest",
        bound: .valueAtLeast(honestPercent),
        note: "\(Int(rate)) connections/s for \(Report.seconds(under.seconds)); during: "
          + "\(under.honest.text); after: \(after.text)"
          + (reused > 0 ? "; \(reused) first flights said again" : "")
      ),
      BenchLine(
        name: name,
        value: honest.medianMilliseconds ?? 0,
        unit: "ms, median",
        peer: "no flood",
        peerValue: idle.honest.all.medianMilliseconds,
        note: "the worst \(Int(honest.worstMilliseconds)) ms, without a flood "
          + "\(Int(idle.honest.all.worstMilliseconds)) ms"
      ),
      BenchLine(
        name: name,
        value: Double(under.routerNanoseconds) / 1e6 / under.seconds,
        unit: "router ms/s",
        peer: "no flood",
        peerValue: Double(idle.routerNanoseconds) / 1e6 / idle.seconds,
        bound: .ratioAtMost(routerRatio)
      ),
      BenchLine(
        name: name,
        value: Double(under.descriptorsMax - idle.descriptorsMax),
        unit: "router fds more",
        bound: .valueAtMost(routerDescriptors)
      ),
      BenchLine(
        name: name,
        value: Double(under.gateNanoseconds) / 1e7 / under.seconds,
        unit: "gate %",
        note: "\(Int(Double(under.refusals) / under.seconds)) refusals/s"
      ),
    ]
  }
}
