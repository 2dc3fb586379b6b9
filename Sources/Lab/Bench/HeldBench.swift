import Kernel
import Wire

/// What a held stranger costs, and how the honest fare while as many as possible are held.
enum HeldBench {
  /// As many as are asked for; a machine that grants a process fewer descriptors holds fewer.
  private static let strangersWanted = 100_000
  /// What the gate needs besides, sessions and their dials among it.
  private static let otherDescriptors = 2_500
  private static let sessions = 800
  private static let strangersPerSecond = 6_000.0
  private static let arrivalSlackNanoseconds = 5 * Nanoseconds.perSecond
  private static let holdSlackNanoseconds = 12 * Nanoseconds.perSecond
  private static let honestNanoseconds = 4 * Nanoseconds.perSecond
  private static let bytesMost = 1_024.0
  private static let millisecondsMost = 50.0

  /// Measures both.
  static func run(_ settings: BenchSettings) throws -> [BenchLine] {
    let descriptors = DescriptorLimit.raise(to: strangersWanted + otherDescriptors)
    let strangers = min(strangersWanted, max(descriptors - otherDescriptors, 100))
    let router = try BenchRouter(
      guardedWith: ["held-strangers": "\(strangers + 500)", "open-sessions": "\(sessions)"]
    )
    defer { router.stop() }
    guard let gate = router.gate else { throw LabError("a gate was asked for") }
    let serial = HonestInitiators.Serial()
    let idle = try router.knock(forNanoseconds: honestNanoseconds, serial)
    let before = gate.observe()?.residentBytes ?? 0
    let arrivalNanoseconds = UInt64(Double(strangers) / strangersPerSecond * 1e9)
    var flood = FloodSettings(
      kind: .silent,
      target: router.router.endpoint,
      sources: BenchSources.flood,
      ratePerSecond: strangersPerSecond,
      durationNanoseconds: arrivalNanoseconds
    )
    flood.openConnectionsMaximum = strangers
    flood.holdNanoseconds = arrivalNanoseconds + holdSlackNanoseconds
    let asked = flood
    let flooding = LabThread { Result { try router.flood(asked) } }
    _ = Pause.until(
      timeoutNanoseconds: arrivalNanoseconds + arrivalSlackNanoseconds,
      intervalNanoseconds: 50 * Nanoseconds.perMillisecond
    ) {
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
      idle: idle,
      descriptors: strangers < strangersWanted ? descriptors : nil
    )
  }

  private static func lines(
    bytes: Double,
    held: (UInt64, UInt64),
    honest: HonestTallies,
    idle: HonestTallies,
    descriptors: Int?
  ) -> [BenchLine] {
    let shortage = descriptors.map {
      "; not \(strangersWanted), since a process may open \($0) descriptors here"
    }
    return [
      BenchLine(
        name: Bench.heldMemory.rawValue,
        value: bytes,
        unit: "bytes/stranger",
        bound: .valueAtMost(bytesMost),
        note: "\(held.0) silent strangers, resident memory of the gate; the kernel's sockets are "
          + "not in it\(shortage ?? "")"
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
