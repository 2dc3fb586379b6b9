internal import Capture
internal import Filter
internal import Proxy
internal import Wire

/// Whole captures, run through the gate's decision.
enum Simulation {
  /// What came of it.
  struct Outcome {
    /// What was in the capture.
    var counts: CaptureReplay.Counts
    /// What the SYNs that nobody followed up looked like.
    var knocks: [String: Int] = [:]
    /// Sources that tried several ports beside the guarded ones.
    var scanners = 0
    /// Whether there was more in the capture, behind the most connections that are judged.
    var isCutShort = false
    /// Rules that ask for what no capture tells: whom the router's netDb listed.
    var cannotTell: [String] = []
    /// What was decided.
    var report: RehearsalReport
  }

  /// Runs each capture through a gate of this setup that has seen nothing before.
  ///
  /// - Parameters:
  ///   - paths: pcap or pcapng files.
  ///   - setup: The configuration, the rules and the router's files.
  ///   - rules: Other rules to try instead of the configured ones; nil keeps those.
  /// - Throws: `CaptureFault` when a file can't be read to its end.
  /// - Returns: Of each, what was in it, and what was decided.
  static func run(
    _ paths: [String],
    setup: borrowing GateSetup,
    rules: LoadedRules? = nil
  ) throws(CaptureFault) -> [Outcome] {
    let configuration = setup.loaded.configuration
    let law = setup.law(rules ?? setup.rules, shards: 1, limits: configuration.limits)
    let shared = RehearsedLaw(law)
    var outcomes: [Outcome] = []
    for path in paths {
      outcomes.append(try run(path, shared, gates: configuration.gates.map(\.endpoint)))
    }
    return outcomes
  }

  private static func run(
    _ path: String,
    _ law: RehearsedLaw,
    gates: [Endpoint]
  ) throws(CaptureFault) -> Outcome {
    var replay = CaptureReplay(gates: gates)
    var reader = try CaptureReader(path: path)
    guard let first = try reader.next() else {
      return Outcome(counts: replay.counts, report: RehearsalReport(signatures: [], rules: []))
    }
    var rehearsal = Rehearsal(
      law,
      tables: SharedTables(probes: replay.probes),
      startingAt: Instant(nanoseconds: first.nanoseconds)
    )
    var packet: CapturedPacket? = first
    while let next = packet {
      rehearsal.advance(toNanoseconds: next.nanoseconds)
      guard !rehearsal.report.isFull else { break }
      replay.take(next) { key, event, connection in rehearsal.take(key, event, connection) }
      packet = try reader.next()
    }
    return Outcome(
      counts: replay.counts,
      knocks: replay.knocks.filter { $0.value > 0 },
      scanners: replay.scanners,
      isCutShort: packet != nil,
      cannotTell: law.namesOfUntold,
      report: rehearsal.report
    )
  }
}
