import Filter
import Testing
import Wire

@testable import Lab

/// Known answers, computed independently of this program and checked against real routers.
@Suite struct FirstFlightTests {
  static let router = RouterFacts(
    hash: [UInt8](repeating: 0x11, count: 32),
    staticKey: Primitives.publicKey(of: [UInt8](repeating: 0x33, count: 32)),
    initializationVector: [UInt8](repeating: 0x22, count: 16),
    endpoint: nil,
    networkIdentifier: 2
  )

  static func flight(_ change: (inout FirstFlightOptions) -> Void = { _ in }) -> FirstFlight {
    var options = FirstFlightOptions()
    options.ephemeralPrivateKey = [UInt8](repeating: 0x44, count: 32)
    options.padding = [0xaa, 0xbb, 0xcc]
    change(&options)
    return FirstFlight(
      for: router,
      options: options,
      messageThreeLength: 900,
      wallSeconds: 0x6b00_0000
    )
  }

  @Test func messageOneMatchesTheKnownAnswer() {
    let flight = Self.flight()
    let expected =
      "6dd73d9e20617f23eecd6dc4db7c82eadb0530549e610d0aa21e308eb28a5a3a"
      + "5d38667e92db7c485c5e104c04280922072515974752b0a1d763f001aea255c0aabbcc"
    #expect(Hex.text(flight.bytes) == expected)
    #expect(
      Hex.text(flight.noise.currentKey)
        == "d7de03bc0802bfc85ea84f2ab723257a4347cfd3279dae123f7cf0dff4a05c94"
    )
    #expect(
      Hex.text(Self.router.staticKey)
        == "7b0d47d93427f8311160781c7c733fd89f88970aef490d8aa0ee19a4cb8a1b14"
    )
  }

  @Test(
    arguments: [
      (nil, "72e842c545e18080d39c4493bb91d7edf228981771218c1f624e206f28d32f71"),
      (.mlkem512, "f99f6c60ea06787f8dc23fa3e9f7c0a5347710c11d99e0e99ce3902b92320720"),
      (.mlkem768, "b9c3445611cc80ecca15de37a41ab6c6fb59db83eb1e9d7e2763a8a534ec53d1"),
      (.mlkem1024, "97e68d27494150ea80548e7304453f6129bc078b140513be9a55b207a2da370c"),
    ] as [(HybridForm?, String)]
  )
  func chainingKeyFollowsFromTheName(form: HybridForm?, expected: String) {
    let noise = NoiseState(form: form, responderStaticKey: Self.router.staticKey)
    #expect(Hex.text(noise.chainingKey) == expected)
  }

  @Test func everyFaultChangesTheFlight() {
    let honest = Self.flight().bytes
    for fault in FirstFlightFault.allCases where fault != .none && fault != .brokenKeyFrame {
      #expect(Self.flight { $0.fault = fault }.bytes != honest, "\(fault)")
    }
    #expect(Self.flight { $0.clockOffsetSeconds = 61 }.bytes != honest)
    #expect(Self.flight { $0.version = 3 }.bytes != honest)
    #expect(Self.flight { $0.networkIdentifier = 3 }.bytes != honest)
    #expect(Self.flight { $0.reserved[5] = 1 }.bytes != honest)
    #expect(Self.flight { $0.declaredPaddingLength = 4 }.bytes != honest)
    #expect(Self.flight { $0.declaredMessageThreeLength = 15 }.bytes != honest)
    #expect(Self.flight { $0.extraByteCount = 7 }.bytes.count == honest.count + 7)
  }
}

/// A responder written straight from the specification with the bare primitives, so that a mistake
/// in the initiator's state is not repeated here.
private struct PlainResponder {
  let options: [UInt8]
  let encapsulationKey: [UInt8]

  init?(_ flight: [UInt8], form: HybridForm) {
    let keyLengths: [HybridForm: Int] = [.mlkem512: 800, .mlkem768: 1184, .mlkem1024: 1568]
    let names: [HybridForm: String] = [.mlkem512: "512", .mlkem768: "768", .mlkem1024: "1024"]
    guard let keyLength = keyLengths[form], let name = names[form],
      flight.count >= 32 + keyLength + 16 + 32
    else { return nil }
    var point = Primitives.decryptBlocks(
      Array(flight[0..<32]),
      key: [UInt8](repeating: 0x11, count: 32),
      initializationVector: [UInt8](repeating: 0x22, count: 16)
    )
    guard point[31] & 0x80 != 0 else { return nil }
    point[31] &= 0x7f
    let protocolName = "Noise_XKhfsaesobfse+hs2+hs3_25519+MLKEM\(name)_ChaChaPoly_SHA256"
    let chaining = Primitives.sha256(Array(protocolName.utf8))
    let privateKey = [UInt8](repeating: 0x33, count: 32)
    let first = Primitives.sha256(
      Primitives.sha256(chaining) + Primitives.publicKey(of: privateKey)
    )
    let second = Primitives.sha256(first + point)
    let secret = Primitives.sharedSecret(privateKey, point)
    let temporary = Primitives.hmac(key: chaining, secret)
    let next = Primitives.hmac(key: temporary, [1])
    let key = Primitives.hmac(key: temporary, next + [2])
    let frameA = Array(flight[32..<(32 + keyLength + 16)])
    let frameB = Array(flight[(32 + keyLength + 16)..<(32 + keyLength + 16 + 32)])
    let third = Primitives.sha256(second + frameA)
    guard
      let encapsulation = Primitives.open(frameA, key: key, counter: 0, associatedData: second),
      let options = Primitives.open(frameB, key: key, counter: 1, associatedData: third)
    else { return nil }
    encapsulationKey = encapsulation
    self.options = options
  }
}

@Suite struct HybridFirstFlightTests {
  @Test(arguments: [
    (HybridForm.mlkem512, 880), (.mlkem768, 1264), (.mlkem1024, 1648),
  ])
  func responderOpensBothFrames(form: HybridForm, length: Int) throws {
    let flight = FirstFlightTests.flight { $0.hybrid = form }.bytes
    #expect(flight.count == length + 3)
    let seen = try #require(PlainResponder(flight, form: form))
    #expect(seen.options == [2, 2, 0, 3, 3, 0x84, 0, 0, 0x6b, 0, 0, 0, 0, 0, 0, 0])
    // Two coefficients in each three bytes, all below the modulus.
    for start in stride(from: 0, to: seen.encapsulationKey.count - 32, by: 3) {
      let (a, b, c) = (
        Int(seen.encapsulationKey[start]), Int(seen.encapsulationKey[start + 1]),
        Int(seen.encapsulationKey[start + 2])
      )
      #expect(a | (b & 15) << 8 < 3329 && b >> 4 | c << 4 < 3329)
    }
  }

  @Test(arguments: HybridForm.allCases)
  func responderRefusesBrokenFrames(form: HybridForm) {
    for fault in [FirstFlightFault.brokenFrame, .brokenKeyFrame, .wrongStaticKey, .wrongRouterHash]
    {
      let flight = FirstFlightTests.flight {
        $0.hybrid = form
        $0.fault = fault
      }
      #expect(PlainResponder(flight.bytes, form: form) == nil, "\(fault)")
    }
  }
}

/// Bytes as hexadecimal text.
enum Hex {
  /// Two digits a byte.
  static func text(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
