/// The benches, by the names of their numbers.
enum Bench: String, CaseIterable, Sendable {
  case refuseStratum = "refuse-stratum"
  case admitPublic = "admit-public"
  case admitFull = "admit-full"
  case relayBulk = "relay-bulk"
  case relayFrames = "relay-frames"
  case heldMemory = "held-memory"
  case floods = "flood"
  case carrierNAT = "carrier-nat"
  case bareSilent = "bare-silent"
  case ssu2Refuse = "ssu2-refuse"
  case ssu2Retry = "ssu2-retry"
  case ssu2Admitted = "ssu2-admitted"
  case ssu2Flood = "ssu2-flood"
  case ssu2Java = "ssu2-java"

  /// The names for a command line.
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// Measures what `chosen` names; what one run measures together is measured once.
  static func run(
    _ chosen: Set<Bench>,
    _ settings: BenchSettings,
    whenDone: ([BenchLine]) -> Void
  ) throws {
    if chosen.contains(.refuseStratum) { whenDone(try RefusalBench.run(settings)) }
    let admissions: Set<Bench> = [.admitPublic, .admitFull]
    if !chosen.isDisjoint(with: admissions) {
      let lines = try AdmissionBench.run(settings)
      whenDone(lines.filter { line in chosen.contains { $0.rawValue == line.name } })
    }
    if chosen.contains(.relayBulk) { whenDone(try RelayBench.bulk(settings)) }
    if chosen.contains(.relayFrames) { whenDone(try RelayBench.frames(settings)) }
    if chosen.contains(.heldMemory) { whenDone(try HeldBench.run(settings)) }
    if chosen.contains(.floods) {
      for kind in settings.floodKinds { whenDone(try FloodBench.run(kind, settings)) }
    }
    if chosen.contains(.carrierNAT) { whenDone(try CarrierNATBench.run(settings)) }
    if chosen.contains(.bareSilent) { whenDone(try BareBench.silent()) }
    try runDatagrams(chosen, settings, whenDone: whenDone)
  }

  private static func runDatagrams(
    _ chosen: Set<Bench>,
    _ settings: BenchSettings,
    whenDone: ([BenchLine]) -> Void
  ) throws {
    if chosen.contains(.ssu2Refuse) { whenDone(try DatagramCostBench.refusals(settings)) }
    if chosen.contains(.ssu2Retry) { whenDone(try DatagramCostBench.retries(settings)) }
    if chosen.contains(.ssu2Admitted) { whenDone(try AdmittedFlowBench.run(settings)) }
    if chosen.contains(.ssu2Flood) { whenDone(try DatagramFloodBench.i2pd(settings)) }
    if chosen.contains(.ssu2Java) { whenDone(try DatagramFloodBench.java(settings)) }
  }
}
