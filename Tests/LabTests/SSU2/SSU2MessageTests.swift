import Testing
import Wire

@testable import Lab

/// Known answers, computed independently of this program and checked against real routers.
@Suite struct SSU2MessageTests {
  private static let introductionKey = [UInt8](repeating: 0x55, count: 32)
  private static let router = SSU2RouterFacts(
    hash: [UInt8](repeating: 0x11, count: 32),
    staticKey: Primitives.publicKey(of: [UInt8](repeating: 0x33, count: 32)),
    introductionKey: introductionKey,
    endpoint: nil,
    networkIdentifier: 2
  )
  private static let initiator: UInt64 = 0x7777_7777_7777_7777
  private static let responder: UInt64 = 0x6666_6666_6666_6666
  private static let token: UInt64 = 0x8888_8888_8888_8888

  private static func header(
    _ type: SSU2MessageType,
    number: UInt32,
    token: UInt64 = 0
  ) -> SSU2Header {
    var header = SSU2Header(
      type,
      to: type == .retry ? initiator : responder,
      from: type == .retry ? responder : initiator,
      token: token,
      networkIdentifier: 2
    )
    header.packetNumber = number
    return header
  }

  private static func text(_ parts: String...) -> String { parts.joined() }

  @Test func tokenRequestMatchesTheKnownAnswer() {
    let payload = SSU2Block.dateTime(0x6b00_0000).bytes + SSU2Block.padding(count: 9).bytes
    let datagram = SSU2Sealed.seal(
      Self.header(.tokenRequest, number: 0x0102_0304),
      payload,
      key: Self.introductionKey
    )
    let expected = Self.text(
      "2d44ce76f68aae97f8d120aa63c4e06468d662d997462f8aebc712578035836a",
      "a3bb644df3d77c7ad9463170b562c07e9840462945035ad96b39a4d651e3a10905998f"
    )
    #expect(Hex.text(datagram) == expected)
  }

  @Test func retryMatchesTheKnownAnswer() throws {
    let address = Endpoint(address: try #require(SourceAddress("203.0.113.7")), port: 4567)
    let header = Self.header(.retry, number: 0x0a0b_0c0d, token: Self.token)
    let blocks: [SSU2Block] = [.dateTime(0x6b00_0001), .address(address)]
    let datagram = SSU2Sealed.seal(header, blocks.flatMap(\.bytes), key: Self.introductionKey)
    let expected = Self.text(
      "a3234aa5b81e08b823384027af4c8a4479c773c886573e9b634f9adf08bd0be2",
      "b872ee92710acdf351def0ad7ccafc3c91feab111585623195370d1f93e29af7"
    )
    #expect(Hex.text(datagram) == expected)
    #expect(SSU2Sealed.header(of: datagram, key: Self.introductionKey) == header)
    let payload = SSU2Sealed.open(datagram, header: header, key: Self.introductionKey)
    #expect(payload.flatMap(SSU2Block.parse) == blocks)
    #expect(SSU2Sealed.open(datagram, header: header, key: Self.router.hash) == nil)
  }

  @Test func sessionRequestMatchesTheKnownAnswer() {
    let expected = Self.text(
      "9fb87efd9278a17b5cd918a6a35f189068d662d997462f8a634f9adf08bd0be2",
      "596fdb5981c9d3b34314501cd9fe57766e907d27904c2ebd7163da79df390f48",
      "e71810e4b11b7f296016837077a54c9f05c5a6e074ddf93d11a100baac65f5"
    )
    let request = SSU2SessionRequest(
      for: Self.router,
      header: Self.header(.sessionRequest, number: 0x0102_0304, token: Self.token),
      payload: SSU2Block.dateTime(0x6b00_0002).bytes + SSU2Block.padding(count: 5).bytes,
      ephemeralPrivateKey: [UInt8](repeating: 0x44, count: 32)
    )
    #expect(Hex.text(request.datagram) == expected)
    #expect(
      Hex.text(request.createdMaskKey)
        == "f5b555b2c5eb64792ce53dee35e12b5fb9591df0b7444f4ed3eebe68924510f4"
    )
  }

  @Test func cutBlocksAreRefused() {
    let payload = SSU2Block.dateTime(1).bytes + SSU2Block.newToken(expires: 2, token: 3).bytes
    #expect(SSU2Block.parse(payload)?.count == 2)
    for count in [1, 2, 5, 8, payload.count - 1] {
      #expect(SSU2Block.parse([UInt8](payload.prefix(count))) == nil, "cut to \(count)")
    }
    // A block too short for its type is one of which nothing is known.
    #expect(SSU2Block.parse([0, 0, 1, 7]) == [.other(type: 0)])
  }
}
