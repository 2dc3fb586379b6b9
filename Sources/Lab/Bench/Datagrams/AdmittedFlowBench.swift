import Kernel
import Wire

/// What an admitted flow costs the gate: nothing, since the kernel carries it.
enum AdmittedFlowBench {
  private static let packetsPerSecond = 10_000.0
  private static let threadName = "datagrams"
  /// A shard looks up by itself this often, flow or not.
  private static let waitsPerSecond = 1.0
  /// The share of packets that must reach the router, in percent.
  private static let deliveredPercent = 99.0

  /// Sends a flow that a handshake has opened, and counts what the gate notices of it.
  static func run(_ settings: BenchSettings) throws -> [BenchLine] {
    let scene = try DatagramScene(.i2pd, .guarded)
    defer { scene.stop() }
    guard let gate = scene.gate, let pid = gate.pid else { return [] }
    let source = Endpoint(address: BenchSources.honest(1), port: 9_222)
    var options = SSU2HandshakeOptions()
    options.farewell = .leave
    let opening = try scene.handshake(from: source, options)
    guard opening.end == .established else {
      throw LabError("the flow's handshake ended by \(opening.end)")
    }
    Pause.nanoseconds(Nanoseconds.perSecond)
    var flow = try scene.flood(.random, perSecond: packetsPerSecond, seconds: settings.floodSeconds)
    guard
      let sender = FloodSources(
        network: SourcePrefix(source.address, length: 32),
        count: 1
      )
    else { throw LabError("no address for a flow") }
    flow.sources = sender
    flow.sourcePort = source.port
    let asked = flow
    let before = (try gate.status(), try scene.datagramsTaken(), waits(pid))
    let report = try scene.world.run { try DatagramFlood.run(asked) }
    let woken = waits(pid) &- before.2
    Pause.nanoseconds(100 * Nanoseconds.perMillisecond)
    let delivered = try scene.datagramsTaken() &- before.1
    let seen = try gate.status().accepted &- before.0.accepted
    return lines(report, woken: woken, delivered: delivered, seen: seen)
  }

  private static func waits(_ pid: Int32) -> UInt64 {
    ProcessTimes.waits(of: pid, threadsNamed: threadName)
  }

  private static func lines(
    _ report: DatagramFloodReport,
    woken: UInt64,
    delivered: UInt64,
    seen: UInt64
  ) -> [BenchLine] {
    let name = Bench.ssu2Admitted.rawValue
    let seconds = Double(report.elapsedNanoseconds) / 1e9
    let own = (seconds * waitsPerSecond).rounded(.up)
    return [
      BenchLine(
        name: name,
        value: max(Double(woken) - own, 0),
        unit: "wake-ups",
        bound: .valueAtMost(0),
        note: "\(Int(report.sentPerSecond)) packets/s for \(Report.seconds(seconds)); "
          + "\(woken) wake-ups in all, \(Int(own)) of them its own looks"
      ),
      BenchLine(
        name: name,
        value: Double(seen),
        unit: "datagrams at the gate",
        bound: .valueAtMost(0)
      ),
      BenchLine(
        name: name,
        value: 100 * Double(delivered) / Double(max(report.sent, 1)),
        unit: "% at the router",
        bound: .valueAtLeast(deliveredPercent)
      ),
    ]
  }
}
