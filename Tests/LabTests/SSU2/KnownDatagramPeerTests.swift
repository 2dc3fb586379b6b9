import Filter
import Kernel
import Testing
import Wire

@testable import Lab

/// A peer that shook hands over NTCP2, and then comes to the SSU2 port in a flood of strangers.
@Suite(.serialized, .enabled(if: GuardedI2PD.isPossible, LabNeeds.why))
struct KnownDatagramPeerTests {
  private static let floodNanoseconds = 30 * Nanoseconds.perSecond
  /// The control thread writes what shards learn four times a second.
  private static let noteNanoseconds = 2 * Nanoseconds.perSecond

  @Test(.timeLimit(.minutes(3))) func strangersUseUpNothingOfItsWay() throws {
    let guarded = try GuardedDualStack()
    defer { guarded.close() }
    let known = SSU2Manner.allCases.map { _ in guarded.newSource() }
    for peer in known {
      #expect(try guarded.handshakeNTCP2(from: peer).end == .established)
    }
    Pause.nanoseconds(Self.noteNanoseconds)
    var settings = DatagramFloodSettings(
      kind: .tokenRequest,
      target: guarded.endpointSSU2,
      sources: try #require(FloodOrigin.everywhere.sources),
      ratePerSecond: 1_000,
      durationNanoseconds: Self.floodNanoseconds
    )
    settings.router = guarded.factsSSU2
    settings.preparedCount = 256
    let flood = try RunningFlood(settings, in: guarded.topology.world.namespace)
    defer { flood.stop() }
    let isUsedUp = Pause.until(timeoutNanoseconds: 15 * Nanoseconds.perSecond) {
      (try? guarded.gate.status().count(.challenge, .overloaded)).map { $0 > 500 } ?? false
    }
    #expect(isUsedUp)
    for (peer, manner) in zip(known, SSU2Manner.allCases) {
      let result = try guarded.handshakeSSU2(from: peer, manner)
      #expect(result.end == .established, "\(manner): \(result.report)")
      // The router's own Retry alone: the gate asked for nothing.
      #expect(result.retryTokens.count == 1 && result.redialCount == 0, "\(manner)")
    }
    let stranger = try guarded.handshakeSSU2()
    #expect(stranger.retryTokens.count > 1, "a stranger is asked for a cookie first")
    #expect(flood.stop() == nil)
  }
}
