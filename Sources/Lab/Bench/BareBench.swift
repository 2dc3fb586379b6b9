import Kernel
import Wire

/// What floods do to a router that nobody guards.
enum BareBench {
  private static let silentSeconds = 20.0
  private static let afterNanoseconds = 5 * Nanoseconds.perSecond
  private static let stratumPerSecond = 1_500.0
  private static let stratumHoldNanoseconds = Nanoseconds.perSecond

  /// Descriptors and honest peers under silent connections: with the limit of Debian's unit, and
  /// with the usual limit of a process.
  static func silent() throws -> [BenchLine] {
    try [(descriptors: 8_192, rate: 1_000.0), (descriptors: 1_024, rate: 60.0)].flatMap {
      try silent(descriptors: $0.descriptors, ratePerSecond: $0.rate)
    }
  }

  private static func silent(descriptors: Int, ratePerSecond: Double) throws -> [BenchLine] {
    let router = try BenchRouter(guardedWith: nil, descriptors: descriptors)
    defer { router.stop() }
    let serial = HonestInitiators.Serial()
    var flood = FloodSettings(
      kind: .silent,
      target: router.router.endpoint,
      sources: BenchSources.flood,
      ratePerSecond: ratePerSecond,
      durationNanoseconds: UInt64(silentSeconds * 1e9)
    )
    flood.openConnectionsMaximum = 15_000
    flood.holdNanoseconds = 60 * Nanoseconds.perSecond
    flood.whenFull = .dropOldest
    let idle = router.router.observe()?.openDescriptors ?? 0
    let sampler = RouterSampler(router.router)
    let (during, _) = try Flooding.during(flood, at: router) {
      let honest = try HonestInitiators(at: router.router, from: router.network.world, serial)
      Pause.nanoseconds(UInt64(silentSeconds * 1e9))
      return honest.stop()
    }
    let after = try router.knock(forNanoseconds: afterNanoseconds, serial)
    let most = sampler.stop().map(\.openDescriptors).max() ?? 0
    return [
      BenchLine(
        name: Bench.bareSilent.rawValue,
        value: during.all.percent,
        unit: "% honest",
        note: "i2pd alone with a limit of \(descriptors) descriptors, "
          + "\(Int(ratePerSecond)) silent connections/s for \(Int(silentSeconds)) s; "
          + "descriptors \(idle) before, \(most) at most; "
          + "during: \(during.text); in the 5 s after it: \(after.text)"
      )
    ]
  }

  /// Processor time of a bare router for a connection that speaks Stratum, in microseconds.
  static func stratumMicroseconds(_ settings: BenchSettings) throws -> Double {
    let router = try BenchRouter(guardedWith: nil)
    defer { router.stop() }
    let seconds = settings.loadSeconds
    let costs = try (0..<settings.runs).map { _ in
      let idle = router.processorNanoseconds
      Pause.nanoseconds(UInt64(seconds * 1e9))
      let before = router.processorNanoseconds
      var flood = FloodSettings(
        kind: .stratum,
        target: router.router.endpoint,
        sources: BenchSources.flood,
        ratePerSecond: stratumPerSecond,
        durationNanoseconds: UInt64(seconds * 1e9)
      )
      flood.holdNanoseconds = stratumHoldNanoseconds
      let start = Clock.now
      let report = try router.flood(flood)
      let elapsed = start.secondsUntilNow
      let used = Double(router.processorNanoseconds &- before)
      let idling = Double(before &- idle) * elapsed / seconds
      return (used - idling) / 1_000 / Double(max(report.connected, 1))
    }
    return Median.of(costs)
  }
}
