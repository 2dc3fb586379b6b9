/// What was seen at one moment of a demonstration.
struct DemoSample: Sendable {
  /// Connections that the flood of this phase has begun, or datagrams that it has sent.
  var attempted: UInt64 = 0
  /// The gate's numbers; nil without a gate.
  var status: GateStatus?
  /// The gate's process; nil without a gate.
  var gate: ProcessObservation?
  /// The router's process; nil when it is gone.
  var router: ProcessObservation?
  /// How honest peers have fared in this phase over NTCP2.
  var honest = HonestPeers.Tallies()
  /// How newcomers have fared in this phase over SSU2.
  var newcomers = HonestDatagramPeers.Tallies()

  /// The router's processor time since `earlier`, in percent of a core.
  func routerPercent(since earlier: DemoSample) -> Double? {
    guard let now = router, let before = earlier.router else { return nil }
    return now.processorPercent(since: before)
  }

  /// The gate's processor time since `earlier`, in percent of a core.
  func gatePercent(since earlier: DemoSample) -> Double? {
    guard let now = gate, let before = earlier.gate else { return nil }
    return now.processorPercent(since: before)
  }
}

/// One phase as it went.
struct DemoOutcome: Sendable {
  /// What was planned.
  let phase: DemoPlan.Phase
  /// What was seen, a second apart; at least two.
  let samples: [DemoSample]

  /// The first look.
  var first: DemoSample { samples.first ?? DemoSample() }
  /// The last look.
  var last: DemoSample { samples.last ?? DemoSample() }
  /// The most memory that the router held.
  var routerBytesMax: UInt64 { samples.compactMap { $0.router?.residentBytes }.max() ?? 0 }
  /// The most descriptors that the router had open.
  var routerDescriptorsMax: Int { samples.compactMap { $0.router?.openDescriptors }.max() ?? 0 }
  /// Connections that the flood began each second, or datagrams that it sent.
  var floodPerSecond: Int {
    phase.seconds > 0 ? Int(last.attempted) / phase.seconds : 0
  }
}
