import Testing
import Wire

/// Hand-made RouterInfos, to reach what real files do not contain.
@Suite("RouterInfo mappings and odd parts")
struct RouterInfoMappingTests {
  private static let keyCertificate: [UInt8] = [5, 0, 4, 0, 7, 0, 4]
  private static let signature = [UInt8](repeating: 0xee, count: 64)

  /// A RouterInfo with no address and the mapping bytes given.
  private func parse(
    mapping: [UInt8],
    certificate: [UInt8] = Self.keyCertificate,
    end: [UInt8] = Self.signature
  ) throws(RouterInfoFault) -> RouterInfo {
    let identity = [UInt8](repeating: 1, count: 384) + certificate
    let length = [UInt8(mapping.count >> 8), UInt8(mapping.count & 255)]
    let middle = [UInt8](repeating: 0, count: 10)
    return try RouterInfo(identity + middle + length + mapping + end)
  }

  private static func pair(_ key: String, _ value: String) -> [UInt8] {
    [UInt8(key.utf8.count)] + key.utf8 + [0x3d, UInt8(value.utf8.count)] + value.utf8 + [0x3b]
  }

  @Test(
    "A broken mapping is a fault at its place",
    arguments: [
      (
        RouterInfoMappingTests.pair("a", "1") + RouterInfoMappingTests.pair("a", "2"), 409,
        .uniqueKey
      ),
      ([1, 0x61, 0x3a, 1, 0x31, 0x3b], 405, .equalsSign),
      ([1, 0x61, 0x3d, 1, 0x31, 0x3d], 408, .semicolon),
      ([1, 0x61, 0x3d, 1, 0x31], 408, .semicolon),
      ([9, 0x61], 403, .key),
      ([1, 0x61, 0x3d, 9, 0x31, 0x3b], 406, .value),
      ([1, 0x61, 0x3d], 406, .value),
      ([1, 0xff, 0x3d, 1, 0x31, 0x3b], 404, .text),
    ] as [([UInt8], Int, RouterInfoFault.Expectation)]
  )
  func brokenMapping(mapping: [UInt8], offset: Int, expected: RouterInfoFault.Expectation) {
    #expect(throws: RouterInfoFault(offset: offset, expected: expected)) {
      try parse(mapping: mapping)
    }
  }

  @Test("As many pairs as are allowed, and one more")
  func boundedMapping() throws {
    let most = (0..<RouterOptions.maximumPairs).flatMap { Self.pair("k\($0)", "") }
    #expect(try parse(mapping: most).options.pairs.count == RouterOptions.maximumPairs)
    #expect(throws: RouterInfoFault(offset: 403 + most.count, expected: .boundedMapping)) {
      try parse(mapping: most + Self.pair("more", ""))
    }
  }

  @Test("Other certificates are read, their signature being whatever is left")
  func otherCertificates() throws {
    let none = try parse(mapping: [], certificate: [0, 0, 0], end: Array(repeating: 1, count: 40))
    #expect(none.identity.byteCount == 387)
    #expect(none.identity.signingType == nil)
    #expect(!none.identity.signsWithEd25519)
    #expect(none.signatureRange.count == 40)

    let p256 = try parse(mapping: [], certificate: [5, 0, 4, 0, 1, 0, 0])
    #expect(p256.identity.signingType == 1)
    #expect(throws: RouterInfoFault(offset: 387, expected: .keyTypes)) {
      try parse(mapping: [], certificate: [5, 0, 3, 0, 7, 0])
    }
    #expect(throws: RouterInfoFault(offset: 399, expected: .signature)) {
      try parse(mapping: [], certificate: [0, 0, 0], end: [])
    }
  }

  private func address(_ style: String, _ pairs: [String: String]) -> RouterAddress {
    RouterAddress(
      cost: 1,
      styleName: style,
      options: RouterOptions(pairs.map { RouterOptions.Pair(key: $0.key, value: $0.value) })
    )
  }

  @Test("Which addresses speak which transport")
  func transports() {
    #expect(address("NTCP2", ["v": "2"]).speaksNTCP2)
    #expect(address("NTCP", ["v": "2"]).speaksNTCP2)
    #expect(address("NTCP2", ["v": "2,3"]).speaksNTCP2)
    #expect(!address("NTCP", [:]).speaksNTCP2)
    #expect(!address("NTCP2", ["v": "3"]).speaksNTCP2)
    #expect(!address("NTCP2", ["v": "2,x"]).speaksNTCP2)
    #expect(!address("SSU2", ["v": "2"]).speaksNTCP2)
    #expect(address("SSU", ["v": "1,2"]).speaksSSU2)
    #expect(address("SSU2", ["v": "2"]).speaksSSU2)
    #expect(!address("SSU", [:]).speaksSSU2)
    #expect(!address("NTCP2", ["v": "2"]).speaksSSU2)
    #expect(address("carrier pigeon", ["v": "2"]).style == nil)
  }

  @Test(
    "A port is digits and not zero",
    arguments: [
      ("1", 1), ("65535", 65_535), ("0", nil), ("65536", nil), ("", nil), ("+1", nil), ("-1", nil),
      (" 1", nil), ("1.0", nil), ("99999999999999999999", nil),
    ] as [(String, UInt16?)]
  )
  func ports(text: String, port: UInt16?) {
    #expect(address("NTCP2", ["port": text]).port == port)
  }

  @Test("Malformed options are nil, not something near")
  func malformedOptions() {
    let odd = address("NTCP2", ["s": "AAAA", "i": "AAAA", "host": "router.example", "pq": "4,x"])
    #expect(odd.staticKey == nil)
    #expect(odd.initializationVector == nil)
    #expect(odd.host == nil)
    #expect(odd.endpoint == nil)
    #expect(odd.hybridForms == nil)
    #expect(address("SSU2", ["pq": "3,4"]).hybridForms == [3, 4])
  }

  @Test("An address without host, port or vector is not published")
  func published() throws {
    let whole = ["v": "2", "host": "11.0.0.1", "port": "1", "i": "x", "s": "y"]
    for missing in ["host", "port", "i"] {
      let bytes = RouterInfo.encodeSignedPart(
        identity: [UInt8](repeating: 1, count: 384) + Self.keyCertificate,
        publishedMilliseconds: 0x0102_0304_0506_0708,
        addresses: [
          address("NTCP2", whole.filter { $0.key != missing }), address("NTCP2", whole),
          address("SSU2", whole.filter { $0.key != missing }),
          address("SSU2", whole.merging(["port": "2"]) { $1 }),
        ],
        peerHashes: [UInt8](repeating: 7, count: 64),
        options: RouterOptions([])
      )
      let info = try RouterInfo(bytes + Self.signature)
      #expect(info.publishedNTCP2Addresses.map(\.endpoint) == [Endpoint("11.0.0.1:1")])
      #expect(info.publishedSSU2Addresses.map(\.endpoint) == [Endpoint("11.0.0.1:2")])
      #expect(info.peerHashRange.count == 64)
      #expect(info.publishedMilliseconds == 0x0102_0304_0506_0708)
    }
  }
}
