import Testing
import Wire

@testable import Filter

/// What the options say, once they are open; and that no flight is let through twice.
@Suite struct NTCP2ProofTests {
  private func verdict(
    _ kind: RouterKind = .i2pd,
    wallSeconds: UInt64 = PlainRouter.wallSeconds,
    _ change: (inout PlainFlight) -> Void
  ) -> ProofVerdict? {
    var flight = PlainFlight(padding: [])
    change(&flight)
    return Judge(kind, hybrid: flight.shape.published)
      .judge(flight.bytes, wallSeconds: wallSeconds)
  }

  @Test func onlyTheOwnNetworkAndZeroAreTaken() {
    for network in UInt8.min...UInt8.max {
      let isGood = network == 2 || network == 0
      let expected: ProofVerdict =
        isGood
        ? .proven(ProvenFlight(length: 64, message3Length: 948)) : .refuse(.otherNetwork)
      #expect(verdict { $0.networkIdentifier = network } == expected, "network \(network)")
    }
    let flight = PlainFlight(networkIdentifier: 99, padding: []).bytes
    let expected = ProofVerdict.proven(ProvenFlight(length: 64, message3Length: 948))
    #expect(Judge(networkIdentifier: 99).judge(flight) == expected)
  }

  @Test func onlyVersionTwoIsTaken() {
    for version in UInt8.min...UInt8.max where version != 2 {
      #expect(verdict { $0.version = version } == .refuse(.otherVersion), "version \(version)")
    }
  }

  @Test func reservedBytesAreIgnored() {
    let expected = ProofVerdict.proven(ProvenFlight(length: 64, message3Length: 948))
    for index in 0..<6 {
      #expect(verdict { $0.reserved[index] = 0xff } == expected, "reserved byte \(index)")
    }
  }

  @Test(
    arguments: [
      (.i2pd, .classic, 223), (.java, .classic, 256), (.i2pd, .mlkem512, 880),
      (.java, .mlkem768, 1_264), (.i2pd, .mlkem1024, 1_648),
    ] as [(RouterKind, PlainFlight.Shape, UInt16)]
  )
  func paddingHasABorder(kind: RouterKind, shape: PlainFlight.Shape, longest: UInt16) {
    for padding in [0, 1, longest - 1, longest] {
      let flight = ProvenFlight(length: shape.length + Int(padding), message3Length: 948)
      let verdict = verdict(kind) {
        $0.shape = shape
        $0.claimedPadding = padding
      }
      #expect(verdict == .proven(flight), "\(padding) bytes")
    }
    for padding in [longest + 1, 0x8000, .max] {
      let verdict = verdict(kind) {
        $0.shape = shape
        $0.claimedPadding = padding
      }
      #expect(verdict == .refuse(.paddingTooLong), "\(padding) bytes")
    }
  }

  @Test(arguments: [(.i2pd, 6_000), (.java, 4_048)] as [(RouterKind, UInt16)])
  func message3HasBorders(kind: RouterKind, longest: UInt16) {
    for length in [459, 460, longest - 1, longest] {
      let flight = ProvenFlight(length: 64, message3Length: 48 + Int(length))
      #expect(verdict(kind) { $0.part2Length = length } == .proven(flight), "\(length)")
    }
    for length in [0, 15, 16, 458, longest + 1, .max] {
      let verdict = verdict(kind) { $0.part2Length = length }
      #expect(verdict == .refuse(.message3OutOfBounds), "\(length)")
    }
  }

  @Test func aClockMoreThanAMinuteOffIsMarkedInBothDirections() {
    let wall = PlainRouter.wallSeconds
    for (difference, isSkewed) in [(0, false), (59, false), (60, false), (61, true), (9_999, true)]
    {
      let expected = ProofVerdict.proven(
        ProvenFlight(length: 64, message3Length: 948, isSkewed: isSkewed)
      )
      let offset = UInt64(difference)
      #expect(verdict(wallSeconds: wall + offset) { _ in } == expected, "-\(difference) s")
      #expect(verdict(wallSeconds: wall - offset) { _ in } == expected, "+\(difference) s")
    }
    for timestamp in [0, UInt32.max] {
      let skewed = ProofVerdict.proven(
        ProvenFlight(length: 64, message3Length: 948, isSkewed: true)
      )
      #expect(verdict { $0.timestamp = timestamp } == skewed)
      #expect(verdict(wallSeconds: .max) { $0.timestamp = timestamp } == skewed)
    }
  }

  @Test func aProvenFlightIsRefusedTheSecondTime() {
    let judge = Judge()
    let flight = PlainFlight().bytes
    #expect(judge.judge(flight) != .refuse(.replayed))
    #expect(judge.look(flight) == .refuse(.replayed))
    #expect(judge.look(Array(flight.prefix(64))) == .refuse(.replayed))
    #expect(judge.look(Array(flight.prefix(63))) == .wait(forBytes: 64))
  }

  @Test func copiesLookedAtBeforeAnyProofAreProvenOnlyOnce() {
    let judge = Judge()
    let flight = PlainFlight().bytes
    #expect(judge.look(flight) == .prove)
    #expect(judge.look(flight) == .prove)
    #expect(judge.prove(flight) == .proven(ProvenFlight(length: 67, message3Length: 948)))
    #expect(judge.prove(flight) == .refuse(.replayed))
  }

  @Test func aFlightWithBadOptionsIsRecordedAndAFailureIsNot() {
    let judge = Judge()
    let foreign = PlainFlight(networkIdentifier: 3).bytes
    #expect(judge.judge(foreign) == .refuse(.otherNetwork))
    #expect(judge.judge(foreign) == .refuse(.replayed))
    var broken = PlainFlight(privateKey: [UInt8](repeating: 0x55, count: 32)).bytes
    broken[40] ^= 1
    #expect(judge.judge(broken) == .refuse(.unauthenticated))
    #expect(judge.judge(broken) == .refuse(.unauthenticated))
  }

  @Test func theRecordOutlivesTheClockSkewThatARouterTakes() {
    let judge = Judge()
    let flight = PlainFlight().bytes
    let start = judge.now
    _ = judge.judge(flight)
    for second in stride(from: 1, through: 129, by: 4) {
      judge.now = start.advanced(byNanoseconds: UInt64(second) * Nanoseconds.perSecond)
      let key = (0..<32).map { _ in UInt8(second) }
      _ = judge.judge(PlainFlight(privateKey: key).bytes)
      #expect(judge.look(flight) == .refuse(.replayed), "after \(second) s")
    }
  }

  @Test func manyPeersAtOnceAreAllProven() {
    var generator = SeededGenerator(seed: 7)
    let judge = Judge(.java, hybrid: .mlkem768)
    for round in 0..<40 {
      let key = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let flight = PlainFlight(
        shape: round % 3 == 0 ? .mlkem768 : .classic,
        privateKey: key,
        padding: [UInt8](repeating: 1, count: round),
        part2Length: UInt16(500 + round)
      )
      let length = flight.shape.length + round
      let expected = ProvenFlight(length: length, message3Length: 548 + round)
      #expect(judge.judge(flight.bytes) == .proven(expected), "round \(round)")
    }
  }
}
