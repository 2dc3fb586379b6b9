internal import Capture
internal import Filter
internal import Proxy
internal import Wire

/// A whole capture, run through the gate's decision.
enum Simulation {
  /// What came of it.
  struct Outcome {
    /// What was in the capture.
    var counts: CaptureReplay.Counts
    /// What the SYNs that nobody followed up looked like.
    var knocks: [String: Int] = [:]
    /// Sources that tried several ports beside the guarded ones.
    var scanners = 0
    /// What was decided.
    var report: RehearsalReport
  }

  /// Runs the capture at `path` through a gate of this setup.
  ///
  /// - Parameters:
  ///   - path: A pcap or pcapng file.
  ///   - setup: The configuration, the rules and the router's files.
  ///   - rules: Other rules to try instead of the configured ones; nil keeps those.
  /// - Throws: `CaptureFault` when the file can't be read to its end.
  /// - Returns: What was in the capture, and what was decided.
  static func run(
    _ path: String,
    setup: borrowing GateSetup,
    rules: LoadedRules? = nil
  ) throws(CaptureFault) -> Outcome {
    let configuration = setup.loaded.configuration
    let gates = configuration.gates.map(\.endpoint)
    var replay = CaptureReplay(gates: gates)
    var reader = try CaptureReader(path: path)
    guard let first = try reader.next() else {
      return Outcome(counts: replay.counts, report: RehearsalReport(signatures: [], rules: []))
    }
    var rehearsal = Rehearsal(
      setup.law(rules ?? setup.rules, shards: 1, limits: configuration.limits),
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
      report: rehearsal.report
    )
  }
}
