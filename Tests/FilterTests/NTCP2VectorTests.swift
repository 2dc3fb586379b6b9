import CSodium
import Testing

@testable import Filter

/// Known answers: what the specification's formulas give, fixed as bytes.
@Suite struct NTCP2VectorTests {
  static let classic = hex(
    "6dd73d9e20617f23eecd6dc4db7c82eadb0530549e610d0aa21e308eb28a5a3a"
      + "5d38667e92db7c485c5e104c04280922072515974752b0a1d763f001aea255c0aabbcc"
  )

  @Test func thePublishedFlightIsProven() throws {
    #expect(try FirstFlightCorpus.bytes("classic") == Self.classic)
    let expected = ProofVerdict.proven(ProvenFlight(length: 67, message3Length: 948))
    for kind in RouterKind.allCases {
      let judge = Judge(kind)
      #expect(judge.look(Self.classic) == .prove)
      #expect(judge.prove(Self.classic) == expected)
    }
  }

  @Test func thePlainImplementationMakesTheKeptFlights() throws {
    #expect(PlainFlight().bytes == Self.classic)
    for shape in PlainFlight.Shape.allCases where shape != .classic {
      let kept = try FirstFlightCorpus.bytes("\(shape)")
      #expect(kept.count == shape.length + 3)
      #expect(PlainFlight(shape: shape).bytes == kept, "\(shape)")
    }
  }

  @Test(arguments: RouterKind.allCases)
  func everyKeptHybridFlightIsProvenWhereItsFormIsPublished(kind: RouterKind) throws {
    for shape in PlainFlight.Shape.allCases where shape != .classic {
      let kept = try FirstFlightCorpus.bytes("\(shape)")
      for other in PlainFlight.Shape.allCases {
        let judge = Judge(kind, hybrid: other.published)
        let verdict = judge.judge(kept)
        if other == shape {
          let flight = ProvenFlight(length: shape.length + 3, message3Length: 948)
          #expect(verdict == .proven(flight), "\(shape)")
        } else if other == .classic {
          #expect(verdict == .refuse(.hybridUnpublished), "\(shape)")
        } else {
          // Too short for the form, too long for it, or its frames are elsewhere.
          let verdicts: [ProofVerdict?] = [nil, .refuse(.unauthenticated), .refuse(.oversized)]
          #expect(verdicts.contains(verdict), "\(shape) where \(other) is published")
        }
      }
    }
  }

  @Test func aClassicFlightIsProvenWhereAHybridFormIsPublished() {
    for form in HybridForm.allCases {
      let expected = ProofVerdict.proven(ProvenFlight(length: 67, message3Length: 948))
      #expect(Judge(hybrid: form).judge(Self.classic) == expected)
    }
  }

  @Test func theHybridOptionsAreTheSecondFrameUnderTheKey() {
    for shape in PlainFlight.Shape.allCases where shape != .classic {
      let flight = PlainFlight(shape: shape, optionsCounter: 0).bytes
      #expect(Judge(hybrid: shape.published).judge(flight) == .refuse(.unauthenticated))
    }
  }

  @Test(
    arguments: [
      (.classic, "72e842c545e18080d39c4493bb91d7edf228981771218c1f624e206f28d32f71"),
      (.mlkem512, "f99f6c60ea06787f8dc23fa3e9f7c0a5347710c11d99e0e99ce3902b92320720"),
      (.mlkem768, "b9c3445611cc80ecca15de37a41ab6c6fb59db83eb1e9d7e2763a8a534ec53d1"),
      (.mlkem1024, "97e68d27494150ea80548e7304453f6129bc078b140513be9a55b207a2da370c"),
    ] as [(NTCP2Form, String)]
  )
  func chainingKeysFollowFromTheNames(form: NTCP2Form, expected: String) {
    #expect(Plain.sha256(Array(form.noiseName.description.utf8)) == hex(expected))
  }

  @Test func lengthsAreThePublishedOnes() {
    #expect(NTCP2Form.allCases.map(\.lengthBeforePadding) == [64, 880, 1_264, 1_648])
    #expect(NTCP2Handshake.longestFirstFlight == 2 * 1_648)
    #expect(PlainFlight.Shape.allCases.map(\.length) == [64, 880, 1_264, 1_648])
  }

  @Test func everyWrongBitOfTheKeyOrTheFrameIsRefused() {
    let judge = Judge()
    for bit in 0..<(64 * 8) {
      var flight = Self.classic
      flight[bit / 8] ^= 1 << (bit % 8)
      let verdict = judge.judge(flight)
      let marked = verdict == .refuse(.hybridUnpublished) && bit < 32 * 8
      #expect(verdict == .refuse(.unauthenticated) || marked, "bit \(bit)")
    }
    #expect(judge.judge(Self.classic) != .refuse(.replayed), "a failure was recorded")
  }

  @Test func paddingIsNoPartOfTheProof() {
    var flight = Self.classic
    flight[65] ^= 0xff
    #expect(Judge().judge(flight) == .proven(ProvenFlight(length: 67, message3Length: 948)))
  }

  @Test func someWrongBitsOfEveryHybridFrameAreRefused() throws {
    for shape in PlainFlight.Shape.allCases where shape != .classic {
      let kept = try FirstFlightCorpus.bytes("\(shape)")
      let judge = Judge(hybrid: shape.published)
      for index in stride(from: 32, to: shape.length, by: 31) {
        var flight = kept
        flight[index] ^= 0x10
        #expect(judge.judge(flight) == .refuse(.unauthenticated), "\(shape), byte \(index)")
      }
      #expect(judge.judge(kept) == .proven(ProvenFlight(length: kept.count, message3Length: 948)))
    }
  }
}
