import Kernel
import Wire

/// What a held stranger costs, and how the honest fare while as many as possible are held.
enum HeldBench {
  /// This machine's processes may have 20,000 descriptors at most: the flood's and the gate's.
  private static let strangers = 17_500
  private static let strangersPerSecond = 6_000.0
  private static let arrivalNanoseconds = 8 * Nanoseconds.perSecond
  private static let holdNanoseconds = 20 * Nanoseconds.perSecond
  private static let honestNanoseconds = 4 * Nanoseconds.perSecond
  private static let bytesMost = 1_024.0
  private static let millisecondsMost = 50.0
  private static let limits = ["held-strangers": "18000", "open-sessions": "800"]

  /// Measures both.
  static func run(_ settings: BenchSettings) throws -> [BenchLine] {
    let router = try BenchRouter(guardedWith: limits)
    defer { router.stop() }
    guard let gate = router.gate else { throw LabError("a gate was asked for") }
    let serial = HonestInitiators.Serial()
    let idle = try router.knock(forNanoseconds: honestNanoseconds, serial)
    let before = gate.observe()?.residentBytes ?? 0
    var flood = FloodSettings(
      kind: .silent,
      target: router.router.endpoint,
      sources: BenchSources.flood,
      ratePerSecond: strangersPerSecond,
      durationNanoseconds: UInt64(Double(strangers) / strangersPerSecond * 1e9)
    )
    flood.openConnectionsMaximum = strangers
    flood.holdNanoseconds = holdNanoseconds
    let asked = flood
    let flooding = LabThread { Result { try router.flood(asked) } }
    _ = Pause.until(timeoutNanoseconds: arrivalNanoseconds, intervalNanoseconds: 50_000_000) {
      ((try? gate.status().held) ?? 0) >= UInt64(strangers) * 99 / 100
    }
    let held = try gate.status().held
    let after = gate.observe()?.residentBytes ?? 0
    let honest = try router.knock(forNanoseconds: honestNanoseconds, serial)
    let heldToTheEnd = try gate.status().held
    _ = try flooding.join().get()
    guard held > 0 else { throw LabError("the gate held no stranger") }
    return lines(
      bytes: Double(after &- before) / Double(held),
      held: (held, heldToTheEnd),
      honest: honest,
      idle: idle
    )
  }

  private static func lines(
    bytes: Double,
    held: (UInt64, UInt64),
    honest: HonestTallies,
    idle: HonestTallies
  ) -> [BenchLine] {
    [
      BenchLine(
        name: Bench.heldMemory.rawValue,
        value: bytes,
        unit: "bytes/stranger",
        bound: .valueAtMost(bytesMost),
        note: "\(held.0) silent strangers, resident memory of the gate; the kernel's sockets are "
          + "not in it"
      ),
      BenchLine(
        name: Bench.heldMemory.rawValue,
        value: honest.all.medianMilliseconds ?? .infinity,
        unit: "ms, honest",
        peer: "none held",
        peerValue: idle.all.medianMilliseconds,
        bound: .valueAtMost(millisecondsMost),
        note:
          "\(honest.text); the worst \(Int(honest.all.worstMilliseconds)) ms; "
          + "\(held.1) held at the end"
      ),
    ]
  }
}
