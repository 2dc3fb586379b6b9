import Filter
import Kernel
import Wire

/// What it costs to refuse a connection that speaks Stratum.
enum RefusalBench {
  /// The bench's rule: as HAProxy's, it closes at once.
  private static let rules = """
    [[signature]]
    name = "bench-stratum"
    about = "what the bench's flood says"
    mode = "enforce"
    action = "close"
    patterns = ['''`{"id"`''', '''`{"method`''', '''`{"params`''', '''`{"jsonrp`''']

    """

  /// The most that a refusal may cost beside what it costs a bare router.
  private static let bareRatio = 0.1

  /// Measures the gate beside HAProxy, which matches the same bytes.
  static func run(_ settings: BenchSettings) throws -> [BenchLine] {
    let wire = try BenchWire()
    defer { wire.remove() }
    let service = try BenchService(on: wire)
    let rulesDirectory = "\(wire.directory)/rules.d"
    try Files.makeDirectory(rulesDirectory)
    try Files.write(rules, to: "\(rulesDirectory)/bench.toml")
    let guarding = BenchService.gate(proof: .full, rulesDirectory: rulesDirectory)
    var gateCosts: [Double] = []
    var peerCosts: [Double] = []
    var gateCores: [Double] = []
    var peerCores: [Double] = []
    var acceptCosts: [Double] = []
    for _ in 0..<settings.runs {
      let gate = try cost(.gate(guarding), service, wire, settings)
      let peer = try cost(.peer(.haproxyFilter), service, wire, settings)
      acceptCosts.append(try AcceptCost.microseconds(on: wire, settings))
      gateCosts.append(gate.process)
      gateCores.append(gate.core)
      peerCosts.append(peer.process)
      peerCores.append(peer.core)
    }
    wire.remove()
    let bare = try BareBench.stratumMicroseconds(settings)
    return [
      BenchLine(
        name: Bench.refuseStratum.rawValue,
        value: Median.of(gateCosts),
        unit: "us/connection",
        peer: "bare i2pd",
        peerValue: bare,
        bound: .ratioAtMost(bareRatio)
      ),
      BenchLine(
        name: Bench.refuseStratum.rawValue,
        value: Median.of(gateCosts),
        unit: "us/connection",
        peer: BenchPeer.Kind.haproxyFilter.rawValue,
        peerValue: Median.of(peerCosts),
        bound: .ratioAtMost(1),
        note: "the whole core: gate \(Report.rounded(Median.of(gateCores), to: 10)), HAProxy "
          + "\(Report.rounded(Median.of(peerCores), to: 10)) us/connection"
      ),
      BenchLine(
        name: Bench.refuseStratum.rawValue,
        value: Median.of(gateCosts),
        unit: "us/connection",
        peer: "accept, read, close",
        peerValue: Median.of(acceptCosts)
      ),
    ]
  }

  private static func cost(
    _ side: BenchSide,
    _ service: BenchService,
    _ wire: BenchWire,
    _ settings: BenchSettings
  ) throws -> (process: Double, core: Double) {
    let proxy = try RunningProxy(side, before: service, on: wire)
    defer { proxy.stop() }
    var flood = FloodSettings(
      kind: .stratum,
      target: proxy.entry,
      sources: BenchSources.flood,
      ratePerSecond: settings.refusalsPerSecond,
      durationNanoseconds: UInt64(settings.loadSeconds * 1e9)
    )
    flood.core = Int32(BenchSettings.loadCore)
    let asked = flood
    let (report, cost) = try ProxyCost.of(proxy) {
      try wire.world.run { try Flood.run(asked) }
    }
    let refused = report.finishedByPeer &+ report.resetByPeer
    guard refused * 100 >= report.attempted * 99 else {
      throw LabError("of \(report.attempted) connections \(refused) were refused by \(side.name)")
    }
    if let gate = proxy.gate {
      let counted = try gate.status().count(.refuse, .signature)
      guard counted * 100 >= refused * 99 else {
        throw LabError("\(counted) of \(refused) refusals were for a signature")
      }
    }
    let each = 1_000 * Double(report.attempted)
    return (Double(cost.processNanoseconds) / each, Double(cost.coreNanoseconds) / each)
  }
}
