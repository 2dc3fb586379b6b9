import AllocationCounter
import Testing
import Wire

@testable import Filter

/// What a datagram passes in this room: the look, the cookie, the answer.
private struct DatagramRooms: ~Copyable {
  let handshake = SSU2Handshake(
    facts: DatagramJudge.facts(versions: [.classic, .mlkem512, .mlkem768])
  )
  var jar: CookieJar
  var random = SmallRandom(seed: 1)
  /// How many datagrams ended in each way: what was meant to be passed was.
  var challenged = 0
  var proven = 0
  var opened = 0
  var others = 0
  var refused = 0

  init(now: Instant) {
    jar = CookieJar(capacity: 1_024, now: now)
  }

  mutating func pass(
    _ datagram: UnsafeRawBufferPointer,
    _ endpoint: Endpoint,
    answer: UnsafeMutableRawBufferPointer,
    now: Instant
  ) {
    switch handshake.look(datagram, wallSeconds: DatagramJudge.wallSeconds) {
    case .tokenRequest(let header):
      challenge(header, datagram.count, endpoint, answer, now)
    case .sessionRequest, .peerTest, .holePunch:
      opened += 1
    case .other:
      others += 1
    case .refuse:
      refused += 1
    }
  }

  private mutating func challenge(
    _ header: SSU2LongHeader,
    _ count: Int,
    _ endpoint: Endpoint,
    _ answer: UnsafeMutableRawBufferPointer,
    _ now: Instant
  ) {
    let cookie = jar.mint(
      endpoint,
      destinationIdentifier: header.destinationIdentifier,
      sourceIdentifier: header.sourceIdentifier,
      now: now
    )
    let length = handshake.writeRetry(
      into: answer,
      answering: header,
      requestBytes: count,
      to: endpoint,
      token: cookie,
      rejectionReason: 0,
      wallSeconds: DatagramJudge.wallSeconds,
      random: &random
    )
    let written = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(answer)[..<length])
    guard case .retry(let token, _, false) = handshake.lookAtAnswer(written) else { return }
    challenged += 1
    let verdict = jar.check(
      token,
      from: endpoint,
      destinationIdentifier: header.destinationIdentifier,
      sourceIdentifier: header.sourceIdentifier,
      now: now
    )
    if verdict == .ours { proven += 1 }
  }
}

/// The way of a datagram costs no memory and no reference count.
@Suite struct SSU2HotPathTests {
  private static let slot = 1_536
  private static let count = 1_000

  /// One datagram of the mix.
  private static func datagram(_ number: Int, _ generator: inout SeededGenerator) -> [UInt8] {
    let identifier = (0..<8).map { _ in UInt8.random(in: 1...255, using: &generator) }
    let random = (0..<120).map { _ in UInt8.random(in: 0...255, using: &generator) }
    switch number % 10 {
    case 0, 1, 2: return PlainDatagram(destination: identifier).bytes
    case 3: return PlainDatagram.sessionRequest(token: identifier)
    case 4: return PlainDatagram.sessionRequest(token: identifier, version: 4)
    case 5: return PlainDatagram.peerTest(5, nonce: Array(identifier.prefix(4))).bytes
    case 6: return PlainDatagram(type: 10, networkIdentifier: 7).bytes
    case 7: return Array(random.prefix(number % 40))
    default: return random
    }
  }

  #if !DEBUG
    @Test func tenThousandDatagramsCostNothing() {
      let start = Instant(nanoseconds: 9_000 * Nanoseconds.perSecond)
      var rooms = DatagramRooms(now: start)
      var generator = SeededGenerator(seed: 2_026)
      let memory = UnsafeMutableRawPointer.allocate(
        byteCount: Self.slot * (Self.count + 1),
        alignment: 8
      )
      let lengths = UnsafeMutablePointer<Int>.allocate(capacity: Self.count)
      defer {
        memory.deallocate()
        lengths.deallocate()
      }
      for number in 0..<Self.count {
        let bytes = Self.datagram(number, &generator)
        memory.advanced(by: number * Self.slot).copyMemory(from: bytes, byteCount: bytes.count)
        lengths[number] = bytes.count
      }
      let answer = UnsafeMutableRawBufferPointer(
        start: memory + Self.slot * Self.count,
        count: Self.slot
      )

      func run(_ round: Int) {
        for number in 0..<Self.count {
          // Rounds are twenty seconds apart, so that the secrets turn on the way.
          let nanoseconds = UInt64(round * 20) * Nanoseconds.perSecond
          let address = SourceAddress(
            high: number.isMultiple(of: 2) ? 0x2001_0db8 << 32 : 0,
            low: 0xffff_cb00_7100 | UInt64(number & 0xff)
          )
          rooms.pass(
            UnsafeRawBufferPointer(start: memory + number * Self.slot, count: lengths[number]),
            Endpoint(address: address, port: UInt16(number)),
            answer: answer,
            now: start.advanced(byNanoseconds: nanoseconds)
          )
        }
      }

      run(0)
      let cost = AllocationCounter.measure {
        for round in 1...10 { run(round) }
      }
      #expect(cost == .none)
      #expect(rooms.challenged == 11 * Self.count * 3 / 10)
      #expect(rooms.proven > 0 && rooms.proven < rooms.challenged, "\(rooms.proven) proven")
      #expect(rooms.opened == 11 * Self.count * 3 / 10)
      #expect(rooms.others > 2_000 && rooms.refused > 2_000)
    }
  #endif
}
