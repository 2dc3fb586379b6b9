import Kernel
import Synchronization
import Testing
import Wire

@testable import Lab

/// Java I2P refuses newcomers once strangers connect too often: behind the gate it never learns of
/// the strangers.
@Suite(
  .serialized,
  .enabled(if: LabNeeds.namespaces && LabNeeds.gate, LabNeeds.why)
)
struct JavaLimiterTests {
  /// Junk connections a second, of all kinds together.
  private static let junkPerSecond = 20.0
  private static let kinds: [FloodKind] = [.silent, .stratum, .garbage, .replay]
  private static let seconds: UInt64 = 35
  /// Twelve a minute: Java I2P admits fifteen when nobody else comes. The first comes when a minute
  /// has lasted long enough for its rate to mean something.
  private static let honestPauseNanoseconds = 5 * Nanoseconds.perSecond
  private static let firstHonestNanoseconds = 8 * Nanoseconds.perSecond

  /// What came of the time at one router.
  private struct Outcome: Sendable {
    var honest = 0
    var established = 0
  }

  @Test func newcomersGetInBehindTheGate() throws {
    let lab = try GuardedStandIn()
    defer { lab.close() }
    let outcomes = Mutex<[Outcome]>([Outcome(), Outcome()])
    var threads: [Joinable] = []
    for (index, standIn) in [lab.bare, lab.guarded].enumerated() {
      for (number, kind) in Self.kinds.enumerated() {
        let network = SourcePrefix(
          AddressPlan.worldSource(UInt32(2_000_000 + index * 400_000 + number * 65_536)),
          length: 16
        )
        let settings = Self.flood(kind, standIn, from: network)
        let thread = try lab.pair.topology.world.namespace.startThread {
          _ = try? Flood.run(settings)
        }
        threads.append(Joinable(thread))
      }
      let thread = try lab.pair.topology.world.namespace.startThread {
        let outcome = Self.callHonestly(standIn, lab.pair)
        outcomes.withLock { $0[index] = outcome }
      }
      threads.append(Joinable(thread))
    }
    for thread in threads { thread.join() }
    let (bare, guarded) = outcomes.withLock { ($0[0], $0[1]) }
    let reports = [lab.bare.counters.snapshot, lab.guarded.counters.snapshot]
    print("bare: established \(bare.established) of \(bare.honest)\n\(reports[0])")
    print("guarded: established \(guarded.established) of \(guarded.honest)\n\(reports[1])")
    #expect(bare.established < bare.honest && reports[0].refusedByLimiter > 100)
    #expect(guarded.honest >= 5 && guarded.established == guarded.honest)
    #expect(reports[1].refusedByLimiter == 0 && reports[1].refusedAsBlocked == 0)
    // One more: the first of the replayed flights is no repetition.
    #expect(reports[1].accepted <= UInt64(guarded.honest + 1))
  }

  private static func flood(
    _ kind: FloodKind,
    _ standIn: StandInHost,
    from network: SourcePrefix
  ) -> FloodSettings {
    var settings = FloodSettings(
      kind: kind,
      target: standIn.endpoint,
      sources: FloodSources(network: network, count: 60_000),
      ratePerSecond: junkPerSecond / Double(kinds.count),
      durationNanoseconds: seconds * Nanoseconds.perSecond
    )
    settings.openConnectionsMaximum = 400
    settings.holdNanoseconds = 3 * Nanoseconds.perSecond
    settings.router = standIn.facts
    settings.preparedFlightCount = 1
    return settings
  }

  private static func callHonestly(_ standIn: StandInHost, _ pair: GuardedPair) -> Outcome {
    var outcome = Outcome()
    let end = Clock.now.advanced(byNanoseconds: seconds * Nanoseconds.perSecond)
    Pause.nanoseconds(firstHonestNanoseconds)
    while Clock.now < end {
      let source = pair.freshEnd().address
      var options = HandshakeOptions()
      options.farewell = .sendMessageFirst
      let result = Initiator.handshake(
        to: standIn.endpoint,
        from: source,
        router: standIn.facts,
        options: options
      )
      outcome.honest += 1
      if result.end == .established { outcome.established += 1 }
      Pause.nanoseconds(honestPauseNanoseconds)
    }
    return outcome
  }
}
