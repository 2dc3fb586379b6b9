import Testing

@testable import Filter

/// What is inside a seal: blocks, peer tests, hole punches.
@Suite struct SSU2PayloadTests {
  private static let dateTime = Block.dateTime(0x6b00_0000)

  private func look(_ datagram: PlainDatagram) -> SSU2Look {
    DatagramJudge().look(datagram.bytes)
  }

  private func look(payload: [UInt8]) -> SSU2Look {
    look(PlainDatagram(payload: payload))
  }

  @Test func blocksMayComeInAnyOrderAndUnknownOnesAreSkipped() {
    let payloads = [
      Self.dateTime + Block.padding(0),
      Block.padding(20) + Self.dateTime,
      Block.block(77, [1, 2, 3]) + Self.dateTime + Block.block(0xf0, []),
      Block.address([203, 0, 113, 7], 9) + Self.dateTime,
    ]
    for payload in payloads {
      guard case .tokenRequest = look(payload: payload) else {
        Issue.record("\(payload)")
        continue
      }
    }
  }

  @Test func whatIsNoWholeBlocksIsUndecodable() {
    let payloads: [[UInt8]] = [
      Self.dateTime + [254], Self.dateTime + [254, 0], Self.dateTime + [254, 0, 1],
      Self.dateTime + [254, 0xff, 0xff, 0], Self.dateTime + [254, 0, 3, 0, 0],
      Block.block(0, [1, 2, 3]) + [254, 0, 0], Block.block(0, [1, 2, 3, 4, 5]),
      [0, 0, 4, 0x6b, 0, 0, 0, 0],
    ]
    for payload in payloads {
      #expect(look(payload: payload) == .refuse(.undecodable), "\(payload)")
    }
  }

  @Test func whoDoesNotSayWhenIsRefused() {
    #expect(look(payload: Block.padding(9)) == .refuse(.noDateTime))
    var test = PlainDatagram.peerTest(7)
    test.payload = Block.peerTest(7)
    #expect(look(test) == .refuse(.noDateTime))
    var punch = PlainDatagram.holePunch()
    punch.payload = Block.relayResponse
    #expect(look(punch) == .refuse(.noDateTime))
  }

  @Test func onlyMessages5To7OfAPeerTestComeFromOutside() {
    for number in UInt8.min...UInt8.max {
      let verdict = look(.peerTest(number))
      if (5...7).contains(number) {
        guard case .peerTest(let header) = verdict else {
          Issue.record("message \(number): \(verdict)")
          continue
        }
        #expect(header.type == .peerTest)
        #expect(header.destinationIdentifier == 0x0908_0706_0908_0706)
      } else {
        #expect(verdict == .refuse(.undecodable), "message \(number)")
      }
    }
    var without = PlainDatagram.peerTest(nil)
    without.payload += Block.padding(9)
    #expect(look(without) == .refuse(.undecodable))
    var empty = without
    empty.payload += Block.block(10, [])
    #expect(look(empty) == .refuse(.undecodable))
  }

  @Test func aHolePunchAnswersARelayRequest() {
    guard case .holePunch(let header) = look(.holePunch()) else {
      Issue.record("a good hole punch was refused")
      return
    }
    #expect(header.sourceIdentifier == ~header.destinationIdentifier)
    #expect(look(.holePunch(hasResponse: false)) == .refuse(.undecodable))
  }

  @Test func identifiersOutsideOfSessionsAreANonceAndItsComplement() {
    for datagram in [PlainDatagram.peerTest(6), .holePunch()] {
      var other = datagram
      swap(&other.destination, &other.source)
      #expect(look(other) != .refuse(.undecodable))
      other.source[0] ^= 1
      #expect(look(other) == .refuse(.undecodable))
      other = datagram
      other.destination[7] ^= 1
      other.source[7] ^= 1
      #expect(look(other) == .refuse(.undecodable), "halves that differ")
    }
  }

  @Test func skewedPeerTestsAreRefused() {
    var test = PlainDatagram.peerTest(5)
    test.payload = Block.dateTime(0x6b00_0100) + Block.peerTest(5)
    #expect(look(test) == .refuse(.clockSkew))
  }

  @Test func everyWrongBitOfAPeerTestIsNoticed() {
    let judge = DatagramJudge()
    let bytes = PlainDatagram.peerTest(7).bytes
    for bit in 0..<(bytes.count * 8) {
      var wrong = bytes
      wrong[bit / 8] ^= 1 << (bit % 8)
      switch judge.look(wrong) {
      case .tokenRequest, .peerTest, .holePunch: Issue.record("bit \(bit)")
      case .sessionRequest, .other, .refuse: break
      }
    }
  }
}
