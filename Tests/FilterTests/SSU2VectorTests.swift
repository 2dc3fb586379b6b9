import Testing
import Wire

@testable import Filter

/// Known answers: what the specification's formulas give, fixed as bytes.
@Suite struct SSU2VectorTests {
  static let tokenRequest = hex(
    "2d44ce76f68aae97f8d120aa63c4e06468d662d997462f8aebc712578035836aa3bb644df3d77c7a"
      + "d9463170b562c07e9840462945035ad96b39a4d651e3a10905998f"
  )
  static let retry = hex(
    "a3234aa5b81e08b823384027af4c8a4479c773c886573e9b634f9adf08bd0be2b872ee92710acdf3"
      + "51def0ad7ccafc3c91feab111585623195370d1f93e29af7"
  )
  static let rejection = hex(
    "afbba411f621000007056ef9eefb62a079c773c886573e9bebc712578035836ab872ee92710acdf3"
      + "51def0ad7ccafc3c351f8f13a36cb0f5565dbdbfdebdfef4cbcb02a682c72c7fc9ae77c3"
  )
  static let sessionRequest = hex(
    "9fb87efd9278a17b5cd918a6a35f189068d662d997462f8a634f9adf08bd0be2596fdb5981c9d3b3"
      + "4314501cd9fe57766e907d27904c2ebd7163da79df390f48e71810e4b11b7f296016837077a54c9f"
      + "05c5a6e074ddf93d11a100baac65f5"
  )

  static let asked = SSU2LongHeader(
    destinationIdentifier: 0x6666_6666_6666_6666,
    packetNumber: 0x0102_0304,
    type: .tokenRequest,
    version: 2,
    networkIdentifier: 2,
    sourceIdentifier: 0x7777_7777_7777_7777,
    token: 0
  )
  static let requested = SSU2LongHeader(
    destinationIdentifier: 0x6666_6666_6666_6666,
    packetNumber: 0x0102_0304,
    type: .sessionRequest,
    version: 2,
    networkIdentifier: 2,
    sourceIdentifier: 0x7777_7777_7777_7777,
    token: 0x8888_8888_8888_8888
  )

  @Test func thePlainImplementationMakesThem() {
    #expect(PlainDatagram().bytes == Self.tokenRequest)
    #expect(PlainDatagram.sessionRequest() == Self.sessionRequest)
    var retry = PlainDatagram(type: 9)
    swap(&retry.destination, &retry.source)
    retry.packetNumber = [0x0a, 0x0b, 0x0c, 0x0d]
    retry.token = [UInt8](repeating: 0x88, count: 8)
    retry.payload = Block.dateTime(0x6b00_0001) + Block.address([203, 0, 113, 7], 4_567)
    #expect(retry.bytes == Self.retry)
    retry.token = [UInt8](repeating: 0, count: 8)
    retry.payload += Block.termination(7)
    #expect(retry.bytes == Self.rejection)
  }

  @Test(arguments: RouterKind.allCases)
  func theyAreRead(kind: RouterKind) {
    let judge = DatagramJudge(kind)
    #expect(judge.look(Self.tokenRequest) == .tokenRequest(Self.asked))
    #expect(judge.look(Self.sessionRequest) == .sessionRequest(Self.requested))
    let destination: UInt64 = 0x7777_7777_7777_7777
    let retry = SSU2AnswerLook.retry(
      token: 0x8888_8888_8888_8888,
      destinationIdentifier: destination,
      isRejection: false
    )
    #expect(judge.lookAtAnswer(Self.retry) == retry)
    let rejection = SSU2AnswerLook.retry(
      token: 0,
      destinationIdentifier: destination,
      isRejection: true
    )
    #expect(judge.lookAtAnswer(Self.rejection) == rejection)
  }

  @Test func aQuestionIsNoAnswerAndTheOtherWayRound() {
    let judge = DatagramJudge()
    #expect(judge.lookAtAnswer(Self.tokenRequest) == .other)
    #expect(judge.lookAtAnswer(Self.sessionRequest) == .other)
    let destination: UInt64 = 0x7777_7777_7777_7777
    #expect(judge.look(Self.retry) == .other(destinationIdentifier: destination))
    #expect(judge.look(Self.rejection) == .other(destinationIdentifier: destination))
  }

  @Test func everyWrongBitOfATokenRequestIsNoticed() {
    let judge = DatagramJudge()
    for bit in 0..<(Self.tokenRequest.count * 8) {
      var wrong = Self.tokenRequest
      wrong[bit / 8] ^= 1 << (bit % 8)
      switch judge.look(wrong) {
      case .tokenRequest, .peerTest, .holePunch: Issue.record("bit \(bit)")
      case .sessionRequest: Issue.record("bit \(bit) makes a SessionRequest of 67 bytes")
      case .other, .refuse: break
      }
    }
  }

  @Test func everyWrongBitOfARetryIsNoticed() {
    let judge = DatagramJudge()
    for bit in 0..<(Self.retry.count * 8) {
      var wrong = Self.retry
      wrong[bit / 8] ^= 1 << (bit % 8)
      #expect(judge.lookAtAnswer(wrong) == .other, "bit \(bit)")
    }
  }

  /// Whatever packet number and padding are drawn: the packet is the one that the plain
  /// implementation makes of its parts.
  @Test(
    arguments: [0, 0x8888_8888_8888_8888] as [UInt64],
    ["203.0.113.7:4567", "[2001:db8::7]:1"]
  )
  func aWrittenRetryIsThePlainOne(token: UInt64, text: String) throws {
    let judge = DatagramJudge()
    let endpoint = try #require(Endpoint(text))
    for _ in 0..<50 {
      let written = judge.retry(
        to: Self.asked,
        requestBytes: 120,
        endpoint: endpoint,
        token: token,
        rejectionReason: SSU2RejectionReason.limits
      )
      let opened = try #require(PlainDatagram.open(written))
      var plain = PlainDatagram(type: 9)
      swap(&plain.destination, &plain.source)
      plain.packetNumber = Array(opened.header[8..<12])
      plain.token = (0..<8).map { UInt8(truncatingIfNeeded: token >> (56 - $0 * 8)) }
      plain.payload = Block.dateTime(0x6b00_0000)
      plain.payload +=
        endpoint.address.isIPv4
        ? Block.address([203, 0, 113, 7], 4_567)
        : Block.address([0x20, 1, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [7], 1)
      if token == 0 { plain.payload += Block.termination(19) }
      let padding = opened.payload.count - plain.payload.count - 3
      #expect((0...31).contains(padding))
      plain.payload += Block.padding(padding)
      #expect(written == plain.bytes)
    }
  }
}
