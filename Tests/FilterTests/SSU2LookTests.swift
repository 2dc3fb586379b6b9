import Testing

@testable import Filter

/// Every check refuses what it is there for, and nothing else.
@Suite struct SSU2LookTests {
  private static let now = DatagramJudge.wallSeconds
  private static let destination: UInt64 = 0x6666_6666_6666_6666

  private func look(_ datagram: PlainDatagram, _ judge: DatagramJudge = .init()) -> SSU2Look {
    judge.look(datagram.bytes)
  }

  private func isTokenRequest(_ look: SSU2Look) -> Bool {
    if case .tokenRequest = look { true } else { false }
  }

  @Test func everyLengthOfATokenRequestHasItsVerdict() {
    let judge = DatagramJudge()
    for padding in 0...1_440 {
      let datagram = PlainDatagram(payload: Block.dateTime(0x6b00_0000) + Block.padding(padding))
      let verdict = judge.look(datagram.bytes)
      let count = datagram.bytes.count
      if count <= 1_472 {
        #expect(isTokenRequest(verdict), "\(count) bytes")
      } else {
        #expect(verdict == .refuse(.oversized), "\(count) bytes")
      }
    }
  }

  @Test(arguments: [7, 10, 11] as [UInt8])
  func whatIsTooShortForItsTypeIsUndersized(type: UInt8) {
    for payload in 0..<8 {
      let datagram = PlainDatagram(type: type, payload: [UInt8](repeating: 1, count: payload))
      #expect(look(datagram) == .refuse(.undersized), "\(payload) bytes of payload")
    }
    let shortest = PlainDatagram(type: 10, payload: Block.dateTime(0x6b00_0000) + [200, 0, 0])
    #expect(isTokenRequest(look(shortest)))
  }

  @Test func whatIsTooShortForAHeaderIsUndersizedUnseen() {
    let judge = DatagramJudge()
    for count in 0..<40 {
      #expect(judge.look([UInt8](repeating: 7, count: count)) == .refuse(.undersized))
    }
    #expect(judge.look([UInt8](repeating: 7, count: 40)) != .refuse(.undersized))
    #expect(judge.look([UInt8](repeating: 7, count: 1_473)) == .refuse(.oversized))
  }

  @Test(arguments: [(2, 80), (3, 896), (4, 1_280)] as [(UInt8, Int)])
  func sessionRequestsHaveTheLengthOfTheirVersion(version: UInt8, beforePayload: Int) {
    let judge = DatagramJudge(versions: [.classic, .mlkem512, .mlkem768])
    for payload in 0...100 {
      let bytes = PlainDatagram.sessionRequest(
        version: version,
        payload: [UInt8](repeating: 0, count: payload)
      )
      #expect(bytes.count == beforePayload + payload)
      let verdict = judge.look(bytes)
      if payload < 8 {
        #expect(verdict == .refuse(.undersized), "\(payload) bytes of payload")
      } else if case .sessionRequest(let header) = verdict {
        #expect(header.version == version)
      } else {
        Issue.record("\(payload) bytes of payload: \(verdict)")
      }
    }
  }

  @Test func onlyPublishedVersionsAreTaken() {
    let sets: [SSU2Versions] = [
      .classic, [.classic, .mlkem512], [.classic, .mlkem768], [.classic, .mlkem512, .mlkem768],
    ]
    for versions in sets {
      let judge = DatagramJudge(versions: versions)
      for version in UInt8.min...UInt8.max {
        let isPublished =
          version == 2 || version == 3 && versions.contains(.mlkem512)
          || version == 4 && versions.contains(.mlkem768)
        let verdict = look(PlainDatagram(version: version), judge)
        #expect(isTokenRequest(verdict) == isPublished, "version \(version)")
        if !isPublished { #expect(verdict == .refuse(.otherVersion), "version \(version)") }
      }
    }
  }

  @Test func otherNetworksAreRefused() {
    let judge = DatagramJudge(networkIdentifier: 99)
    for network in UInt8.min...UInt8.max {
      let verdict = look(PlainDatagram(networkIdentifier: network), judge)
      if network == 99 {
        #expect(isTokenRequest(verdict))
      } else {
        #expect(verdict == .refuse(.otherNetwork), "network \(network)")
      }
    }
  }

  /// A session's header looks random under the introduction key: what fits in one byte by chance
  /// must not be taken for a stranger's.
  @Test func whatFitsInTypeAloneMayBelongToASession() {
    let verdict = look(PlainDatagram(version: 9, networkIdentifier: 9))
    #expect(verdict == .other(destinationIdentifier: Self.destination))
  }

  @Test func headersOfSessionsAreOthersWithTheirIdentifier() {
    for type in UInt8.min...UInt8.max where ![0, 7, 10, 11].contains(type) {
      let verdict = look(PlainDatagram(type: type))
      #expect(verdict == .other(destinationIdentifier: Self.destination), "type \(type)")
    }
    var generator = SeededGenerator(seed: 7)
    let judge = DatagramJudge()
    var others = 0
    for count in 32...200 {
      let body = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let bytes = PlainDatagram.sessionData(
        destination: [UInt8](repeating: 0x66, count: 8),
        body: body
      )
      if judge.look(bytes) == .other(destinationIdentifier: Self.destination) { others += 1 }
    }
    #expect(others >= 167)
  }

  @Test func flagsAreNotLookedAt() {
    #expect(isTokenRequest(look(PlainDatagram(flags: 0xff))))
  }

  @Test(arguments: [0, 10] as [UInt8])
  func identifiersAreTwo(type: UInt8) {
    let zeros = [UInt8](repeating: 0, count: 8)
    let payload = Block.dateTime(0x6b00_0000) + Block.padding(60)
    var datagram = PlainDatagram(type: type, payload: payload)
    datagram.source = datagram.destination
    #expect(look(datagram) == .refuse(.sameIdentifiers))
    datagram.source = zeros
    #expect(look(datagram) == .refuse(.sameIdentifiers))
    datagram.source = [0, 0, 0, 0, 0, 0, 0, 1]
    #expect(look(datagram) != .refuse(.sameIdentifiers))
    datagram.destination = zeros
    #expect(look(datagram) == .refuse(.sameIdentifiers))
  }

  @Test func aTokenRequestHasNoTokenAndASessionRequestHasOne() {
    let token: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1]
    #expect(look(PlainDatagram(token: token)) == .refuse(.undecodable))
    let none = PlainDatagram.sessionRequest(token: [UInt8](repeating: 0, count: 8))
    #expect(DatagramJudge().look(none) == .refuse(.tokenMissing))
    guard case .sessionRequest = DatagramJudge().look(PlainDatagram.sessionRequest(token: token))
    else {
      Issue.record("a SessionRequest with a token of one bit was refused")
      return
    }
  }

  @Test func ephemeralKeysThatNobodyMakesAreRefused() {
    let good = Plain.publicKey([UInt8](repeating: 0x44, count: 32))
    var long = good
    long[31] |= 0x80
    let zero = [UInt8](repeating: 0, count: 32)
    let order8 = hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")
    for point in [long, zero, order8, [1] + zero.dropFirst()] {
      let verdict = DatagramJudge().look(PlainDatagram.sessionRequest(point: point))
      #expect(verdict == .refuse(.weakKey))
    }
  }

  @Test func anotherRoutersKeyOpensNothing() {
    var datagram = PlainDatagram()
    datagram.key[0] ^= 1
    #expect(!isTokenRequest(look(datagram)))
  }

  @Test(arguments: [(.i2pd, 60), (.java, 120)] as [(RouterKind, UInt32)])
  func clocksMayDifferAsMuchAsTheRouterTakes(kind: RouterKind, limit: UInt32) {
    let judge = DatagramJudge(kind)
    for difference in [0, 1, limit - 1, limit] {
      for sent in [0x6b00_0000 + difference, 0x6b00_0000 - difference] {
        let verdict = look(PlainDatagram(payload: Block.dateTime(sent) + [254, 0, 0]), judge)
        #expect(isTokenRequest(verdict), "\(difference) s")
      }
    }
    for sent in [0x6b00_0001 + limit, 0x6aff_ffff - limit, 0, UInt32.max] {
      let verdict = look(PlainDatagram(payload: Block.dateTime(sent) + [254, 0, 0]), judge)
      #expect(verdict == .refuse(.clockSkew), "sent at \(sent)")
    }
    let datagram = PlainDatagram().bytes
    for wall in [UInt64.min, UInt64.max] {
      #expect(judge.look(datagram, wallSeconds: wall) == .refuse(.clockSkew))
    }
  }
}
