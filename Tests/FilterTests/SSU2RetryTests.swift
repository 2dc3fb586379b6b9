import Testing
import Wire

@testable import Filter

/// The gate's own answers: right in every part, and never longer than they may be.
@Suite struct SSU2RetryTests {
  private static let endpoints = ["203.0.113.7:4567", "[2001:db8::7]:4567"].compactMap {
    Endpoint($0)
  }

  /// 1.15 and 1.4 times the question, written out.
  private static func bound(_ requestBytes: Int, _ endpoint: Endpoint) -> Int {
    endpoint.address.isIPv4 ? requestBytes * 115 / 100 : requestBytes * 140 / 100
  }

  private static func shortest(_ endpoint: Endpoint, isRejection: Bool) -> Int {
    (endpoint.address.isIPv4 ? 64 : 76) + (isRejection ? 12 : 0)
  }

  @Test(arguments: [0, 0x8888_8888_8888_8888] as [UInt64], endpoints)
  func noQuestionOfAnyLengthIsAnsweredWithMoreThanTheBound(token: UInt64, endpoint: Endpoint) {
    let judge = DatagramJudge()
    for requestBytes in 0...1_600 {
      let question = min(requestBytes, 1_472)
      for _ in 0..<4 {
        let answer = judge.retry(
          to: SSU2VectorTests.asked,
          requestBytes: requestBytes,
          endpoint: endpoint,
          token: token,
          rejectionReason: 19
        )
        let isPossible =
          Self.shortest(endpoint, isRejection: token == 0) <= Self.bound(question, endpoint)
        #expect(answer.isEmpty != isPossible, "\(requestBytes) bytes")
        #expect(answer.count <= Self.bound(question, endpoint), "\(requestBytes) bytes")
        #expect(answer.count <= SSU2Bounds.longestRetry)
      }
    }
  }

  @Test(arguments: endpoints)
  func everyTokenRequestCanBeAnswered(endpoint: Endpoint) {
    let answer = DatagramJudge().retry(
      to: SSU2VectorTests.asked,
      requestBytes: SSU2Bounds.shortestSealed,
      endpoint: endpoint,
      token: 1
    )
    #expect(answer.count == Self.shortest(endpoint, isRejection: false))
  }

  @Test(arguments: endpoints)
  func everySessionRequestCanBeRefused(endpoint: Endpoint) {
    for version in 2...4 as ClosedRange<UInt8> {
      let answer = DatagramJudge().retry(
        to: SSU2VectorTests.requested,
        requestBytes: SSU2Bounds.shortestSessionRequest(version: version),
        endpoint: endpoint,
        token: 0,
        rejectionReason: 19
      )
      #expect(!answer.isEmpty, "version \(version)")
    }
  }

  @Test func paddingIsDrawnLikeARoutersWhereThereIsRoom() {
    let judge = DatagramJudge()
    var lengths: [Int: Int] = [:]
    for _ in 0..<3_200 {
      let answer = judge.retry(
        to: SSU2VectorTests.requested,
        requestBytes: 120,
        endpoint: Self.endpoints[0],
        token: 5
      )
      lengths[answer.count, default: 0] += 1
    }
    #expect(Set(lengths.keys) == Set(67...98))
    #expect(lengths.values.allSatisfy { (40...180).contains($0) }, "\(lengths)")
  }

  @Test(arguments: [2, 3, 4] as [UInt8])
  func anAnswerHasTheVersionOfItsQuestion(version: UInt8) throws {
    let judge = DatagramJudge(.java, versions: [.classic, .mlkem512, .mlkem768])
    guard case .tokenRequest(let header) = judge.look(PlainDatagram(version: version).bytes) else {
      Issue.record("version \(version) was refused")
      return
    }
    let answer = judge.retry(
      to: header,
      requestBytes: 67,
      endpoint: Self.endpoints[0],
      token: 0x0102_0304_0506_0708
    )
    let opened = try #require(PlainDatagram.open(answer))
    #expect(Array(opened.header[12..<16]) == [9, version, 2, 0])
    let expected = SSU2AnswerLook.retry(
      token: 0x0102_0304_0506_0708,
      destinationIdentifier: header.sourceIdentifier,
      isRejection: false
    )
    #expect(judge.lookAtAnswer(answer) == expected)
  }

  @Test func packetNumbersDiffer() {
    let judge = DatagramJudge()
    let answers = (0..<100).map { _ in
      judge.retry(
        to: SSU2VectorTests.asked,
        requestBytes: 56,
        endpoint: Self.endpoints[0],
        token: 1
      )
    }
    #expect(Set(answers).count == 100)
  }

  @Test func answersOfUnpublishedVersionsAndOtherNetworksAreNone() {
    let bytes = PlainDatagram(type: 9, version: 4).bytes
    #expect(DatagramJudge().lookAtAnswer(bytes) == .other)
    #expect(DatagramJudge(versions: [.classic, .mlkem768]).lookAtAnswer(bytes) != .other)
    let foreign = PlainDatagram(type: 9, networkIdentifier: 3).bytes
    #expect(DatagramJudge().lookAtAnswer(foreign) == .other)
    #expect(DatagramJudge().lookAtAnswer(Array(SSU2VectorTests.retry.dropLast(9))) == .other)
  }

  @Test func noRoomIsAMistakeOfOurs() async {
    await #expect(processExitsWith: .failure) {
      let handshake = SSU2Handshake(facts: DatagramJudge.facts())
      var random = SmallRandom(seed: 1)
      var answer = [UInt8](repeating: 0, count: SSU2Bounds.longestRetry - 1)
      _ = answer.withUnsafeMutableBytes { buffer in
        handshake.writeRetry(
          into: buffer,
          answering: SSU2VectorTests.asked,
          requestBytes: 100,
          to: Endpoint(address: SourceAddress(ipv4: 1), port: 1),
          token: 1,
          rejectionReason: 0,
          wallSeconds: 1,
          random: &random
        )
      }
    }
  }
}
