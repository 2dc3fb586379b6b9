import AllocationCounter
import Testing
import Wire

@testable import Filter

/// The rooms of the decision in the order in which a connection passes them.
private struct Rooms: ~Copyable {
  var limits = SourceLimits(LimitSettings())
  var replay: ReplaySet
  var admission = Admission(kind: .java, inFlightMaximum: 16)
  var mimicry: Mimicry
  let handshake: NTCP2Handshake
  let signatures: SignatureSet
  /// How many connections ended in each way: what was meant to be passed was.
  var proven = 0
  var refused = 0
  var matched = 0
  var waited = 0

  init(hybrid: HybridForm, signatures: consuming SignatureSet, now: Instant) {
    replay = ReplaySet(capacity: 65_536, now: now)
    mimicry = Mimicry(kind: .java, version: 966, seed: 1, now: now)
    var key = PlainRouter.privateKey
    handshake = NTCP2Handshake(
      facts: PlainRouter.facts(.java, hybrid: hybrid),
      privateKey: SecretBytes(moving: &key)
    )
    self.signatures = signatures
  }

  mutating func pass(_ source: SourceAddress, _ bytes: borrowing Span<UInt8>, now: Instant) {
    guard case .welcome(let keys) = limits.arrive(source, now: now) else {
      refused += 1
      return
    }
    _ = mimicry.endWithoutFlight(accepted: now, now: now)
    if signatures.match(bytes) != nil {
      matched += 1
      return refuse(keys, .signature, now)
    }
    switch handshake.look(bytes, replay: replay) {
    case .wait, .plausible:
      waited += 1
      limits.leaveHalfOpen(keys)
    case .refuse(let reason):
      refuse(keys, reason, now)
    case .prove:
      let verdict = handshake.prove(
        bytes,
        replay: &replay,
        now: now,
        wallSeconds: PlainRouter.wallSeconds
      )
      switch verdict {
      case .refuse(let reason): refuse(keys, reason, now)
      case .proven(let flight): admit(keys, flight, now)
      }
    }
  }

  private mutating func refuse(_ keys: SourceKeys, _ reason: Reason, _ now: Instant) {
    refused += 1
    limits.leaveHalfOpen(keys)
    limits.fail(keys, now: now)
    _ = mimicry.plan(reason, accepted: now, now: now)
  }

  private mutating func admit(_ keys: SourceKeys, _ flight: ProvenFlight, _ now: Instant) {
    proven += 1
    limits.leaveHalfOpen(keys)
    limits.ask(keys, now: now)
    let standing = limits.standing(keys, now: now)
    let inFlight = limits.inFlight(keys)
    let verdict = admission.ask(standing, addressInFlight: inFlight, now: now)
    guard verdict == .dial else { return }
    if proven % 17 == 0 { return admission.withdraw(standing) }
    limits.enterFlight(keys)
    var follower = HandshakeFollower(flight)
    _ = follower.routerSent(64)
    _ = follower.peerSent(flight.message3Length)
    var outcome = follower.routerSent(proven % 3 == 0 ? 31 : 700)
    if outcome == .underWay { outcome = follower.routerClosed() }
    _ = follower.timeIsUp()
    _ = follower.peerClosed(afterNanoseconds: 0)
    let isSession = outcome == .decided(.complete, .established)
    if isSession { limits.complete(keys, now: now) } else { limits.fail(keys, now: now) }
    admission.resolve(standing, isSession: isSession)
    limits.leaveFlight(keys)
    admission.leave()
  }
}

/// The way of a connection costs no memory and no reference count.
@Suite struct HotPathTests {
  private static let slot = 1_536
  private static let count = 5_000

  /// One first flight of the mix.
  private static func flight(_ number: Int, _ generator: inout SeededGenerator) -> [UInt8] {
    let random = (0..<150).map { _ in UInt8.random(in: 0...255, using: &generator) }
    switch number % 10 {
    case 0: return Array("GET / HTTP/1.1\r\nHost: 203.0.113.7\r\n\r\n".utf8) + random
    case 1: return Array(random.prefix(number % 64))
    case 2: return Array("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n".utf8)
    case 3, 4: return PlainFlight(privateKey: Array(random.prefix(32))).bytes
    case 5: return PlainFlight(privateKey: Array(random.prefix(32)), version: 3).bytes
    case 6: return PlainFlight(shape: .mlkem768, privateKey: Array(random.prefix(32))).bytes
    case 7:
      let bytes = PlainFlight(shape: .mlkem768, privateKey: Array(random.prefix(32))).bytes
      return Array(bytes.prefix(900))
    default: return random
    }
  }

  private static func source(_ number: Int) -> SourceAddress {
    number.isMultiple(of: 3)
      ? SourceAddress(high: 0x2001_0db8_0000_0000 | UInt64(number), low: UInt64(number))
      : SourceAddress(ipv4: 0xc633_6400 &+ UInt32(number))
  }

  #if !DEBUG
    @Test func tenThousandFirstFlightsCostNothing() throws {
      let signatures = try SignatureSet([
        try definition("http", "\"GET / HTTP\""), try definition("ssh", "\"SSH-2.0-\""),
      ])
      let start = Instant(nanoseconds: 9_000 * Nanoseconds.perSecond)
      var rooms = Rooms(hybrid: .mlkem768, signatures: signatures, now: start)
      var generator = SeededGenerator(seed: 2_026)
      let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.slot * Self.count)
      let lengths = UnsafeMutablePointer<Int>.allocate(capacity: Self.count)
      defer {
        memory.deallocate()
        lengths.deallocate()
      }
      for number in 0..<Self.count {
        let flight = Self.flight(number, &generator)
        (memory + number * Self.slot).initialize(from: flight, count: flight.count)
        lengths[number] = flight.count
      }

      func run(_ numbers: Range<Int>, at moment: Int) {
        for number in numbers {
          let nanoseconds = UInt64(moment * Self.count + number) * Nanoseconds.perMillisecond
          let bytes = Span(_unsafeStart: memory + number * Self.slot, count: lengths[number])
          rooms.pass(Self.source(number), bytes, now: start.advanced(byNanoseconds: nanoseconds))
        }
      }

      run(0..<100, at: 0)
      // Rounds are 100 seconds apart, so that failures decay. The first half of the flights comes
      // twice, the second time as replays; then the second half, which turns the replay set.
      let cost = AllocationCounter.measure {
        for round in 1...2 { run(0..<Self.count / 2, at: round * 20) }
        for round in 3...4 { run(Self.count / 2..<Self.count, at: round * 40) }
      }
      #expect(cost == .none)
      #expect(rooms.proven == Self.count * 3 / 10)
      #expect(rooms.matched > 1_900, "\(rooms.matched) matched a rule")
      #expect(rooms.waited > 900, "\(rooms.waited) were too short")
      #expect(rooms.refused > 5_000, "\(rooms.refused) were refused")
    }
  #endif
}
