import Filter
import Kernel
import Testing
import Wire

@testable import Lab

/// The real gate in front of real routers, one scenario after the other: together they would want
/// more than the two cores of a small machine.
@Suite(
  .serialized,
  .enabled(if: GuardedI2PD.isPossible, "needs root for namespaces and kernel rules, and i2pd")
)
struct GateTests {
  static let second = Nanoseconds.perSecond

  static func withGuardedRouter(
    _ settings: LabGateSettings = LabGateSettings(),
    startsGate: Bool = true,
    _ body: (GuardedI2PD) throws -> Void
  ) throws {
    let guarded = try GuardedI2PD(settings, startsGate: startsGate)
    defer { guarded.close() }
    do {
      try body(guarded)
    } catch {
      Issue.record("\(error)\nthe gate's log:\n\(guarded.gate.log)")
    }
  }
}
