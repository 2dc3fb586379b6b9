/// The benches, by the names of their numbers.
enum Bench: String, CaseIterable, Sendable {
  case refuseStratum = "refuse-stratum"
  case admitPublic = "admit-public"
  case admitFull = "admit-full"
  case relayBulk = "relay-bulk"
  case relayFrames = "relay-frames"
  case heldMemory = "held-memory"
  case floods = "flood"
  case bareSilent = "bare-silent"

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
    if chosen.contains(.bareSilent) { whenDone(try BareBench.silent()) }
  }
}
