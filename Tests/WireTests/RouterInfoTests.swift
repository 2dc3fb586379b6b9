import Testing
import Wire

@Suite("RouterInfo")
struct RouterInfoTests {
  let single: [UInt8]
  let dual: [UInt8]

  init() throws {
    single = try Corpus.bytes("RouterFiles/i2pd/router.info")
    dual = try Corpus.bytes("RouterFiles/i2pd-dual/router.info")
  }

  @Test("i2pd's file, part by part")
  func knownFile() throws {
    let info = try RouterInfo(single)
    #expect(info.identity.byteCount == 391)
    #expect(info.identity.certificateType == 5)
    #expect(info.identity.signingType == 7)
    #expect(info.identity.encryptionType == 4)
    #expect(info.identity.signsWithEd25519)
    #expect(info.publishedMilliseconds == 1_795_369_587_711)
    #expect(info.networkIdentifier == 99)
    #expect(info.version == "0.9.57")
    #expect(info.options["caps"] == "Xf")
    #expect(info.options["absent"] == nil)
    #expect(info.signedRange == 0..<735)
    #expect(info.signatureRange == 735..<799)
    #expect(info.peerHashRange.isEmpty)
    #expect(info.addresses.map(\.styleName) == ["NTCP2", "SSU2"])
  }

  @Test("Its addresses, option by option")
  func knownAddresses() throws {
    let info = try RouterInfo(single)
    let ntcp2 = try #require(info.addresses.first)
    #expect(ntcp2.style == .ntcp2)
    #expect(ntcp2.speaksNTCP2)
    #expect(!ntcp2.speaksSSU2)
    #expect(ntcp2.cost == 3)
    #expect(ntcp2.expirationMilliseconds == 0)
    #expect(ntcp2.endpoint == Endpoint("11.1.0.1:9111"))
    #expect(ntcp2.initializationVector == I2PBase64.decode("pRdGXM8vZ8yfal7ftF~7~Q=="))
    #expect(ntcp2.staticKey?.count == 32)
    #expect(ntcp2.versions == [2])
    #expect(ntcp2.hybridForms == [])
    #expect(ntcp2.introductionKey == nil)

    let ssu2 = try #require(info.addresses.last)
    #expect(ssu2.style == .ssu2)
    #expect(ssu2.speaksSSU2)
    #expect(ssu2.endpoint == Endpoint("11.1.0.1:9222"))
    #expect(ssu2.capabilities == "BC")
    #expect(
      ssu2.introductionKey == I2PBase64.decode("Ue0Yl2fwDi0MSV5OXd0XIeAMXqgqwh9156ZgW5pjzcE=")
    )
    #expect(ssu2.initializationVector == nil)
  }

  @Test("Two families share key and vector")
  func dualStack() throws {
    let published = try RouterInfo(dual).publishedNTCP2Addresses
    #expect(published.map(\.endpoint) == [Endpoint("11.1.0.1:9111"), Endpoint("[2c01::1]:9111")])
    #expect(Set(published.map(\.staticKey)).count == 1)
    #expect(Set(published.map(\.initializationVector)).count == 1)
  }

  @Test("Every truncation is a fault inside what is left")
  func truncations() {
    for bytes in [single, dual] {
      for count in 0..<bytes.count {
        let error = #expect(throws: RouterInfoFault.self) {
          try RouterInfo(Array(bytes.prefix(count)))
        }
        #expect((0...count).contains(error?.offset ?? -1), "\(count) bytes")
      }
    }
  }

  @Test("A byte behind the signature is a fault, and so is a file without end")
  func excess() {
    #expect(throws: RouterInfoFault(offset: 735, expected: .signature)) {
      try RouterInfo(single + [0])
    }
    #expect(throws: RouterInfoFault(offset: 4_096, expected: .boundedSize)) {
      try RouterInfo([UInt8](repeating: 0, count: 4_097))
    }
  }

  @Test("Changing any byte never traps and never loses one")
  func everyByteChanged() {
    for index in dual.indices {
      for change: UInt8 in [0x01, 0x80, 0xff] {
        var bytes = dual
        bytes[index] ^= change
        #expect(violatedRouterInfoProperty(bytes) == nil, "byte \(index)")
      }
    }
  }

  @Test(
    "Faults name the byte and what should stand there",
    arguments: [
      (0, RouterInfoFault(offset: 0, expected: .keys), "byte 0: expected 384 bytes of keys"),
      (
        386, RouterInfoFault(offset: 384, expected: .certificate),
        "byte 384: expected a certificate (type, length, content)"
      ),
      (
        398, RouterInfoFault(offset: 391, expected: .publicationTime),
        "byte 391: expected 8 bytes of publication time"
      ),
      (
        399, RouterInfoFault(offset: 399, expected: .addressCount),
        "byte 399: expected the number of addresses"
      ),
      (
        420, RouterInfoFault(offset: 415, expected: .mapping),
        "byte 415: expected a mapping as long as its length says"
      ),
      (
        798, RouterInfoFault(offset: 735, expected: .signature),
        "byte 735: expected the signature and then the end"
      ),
    ]
  )
  func faultWords(count: Int, fault: RouterInfoFault, words: String) {
    #expect(throws: fault) { try RouterInfo(Array(single.prefix(count))) }
    #expect("\(fault)" == words)
  }

  @Test("Every expectation has words of its own")
  func expectationWords() {
    let words = RouterInfoFault.Expectation.allCases.map(\.words)
    #expect(Set(words).count == words.count)
    #expect(words.allSatisfy { !$0.isEmpty })
  }
}
