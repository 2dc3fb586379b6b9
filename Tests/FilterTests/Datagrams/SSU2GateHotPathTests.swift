import AllocationCounter
import Testing
import Wire

@testable import Filter

/// Datagrams of one kind in memory that is made before anything is counted.
private struct Mix: ~Copyable {
  static let slot = 1_536

  private let memory: UnsafeMutablePointer<UInt8>
  private let lengths: UnsafeMutablePointer<Int>
  let count: Int

  init(_ datagrams: [[UInt8]]) {
    count = datagrams.count
    memory = .allocate(capacity: Self.slot * count)
    lengths = .allocate(capacity: count)
    for (index, datagram) in datagrams.enumerated() {
      precondition(datagram.count <= Self.slot)
      (memory + index * Self.slot).initialize(from: datagram, count: datagram.count)
      lengths[index] = datagram.count
    }
  }

  deinit {
    memory.deallocate()
    lengths.deallocate()
  }

  func bytes(_ index: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: memory + index * Self.slot, count: lengths[index])
  }
}

/// What the way of a datagram costs.
@Suite struct SSU2GateHotPathTests {
  private static let start = Instant(nanoseconds: 60_000 * Nanoseconds.perSecond)
  private static let kinds = 8

  /// A source of its own for each number, of both families.
  private static func source(_ number: Int) -> Endpoint {
    let spread = UInt64(number) &* 0x9e37_79b9_7f4a_7c15
    let address =
      number.isMultiple(of: 3)
      ? SourceAddress(high: 0x2a00_0000_0000_0000 | spread >> 8, low: spread)
      : SourceAddress(ipv4: UInt32(truncatingIfNeeded: spread >> 24) | 0x0b00_0000)
    return Endpoint(address: address, port: 9_000 + UInt16(number & 255))
  }

  private static func datagram(_ number: Int, _ generator: inout SeededGenerator) -> [UInt8] {
    let (destination, source) = (UInt64(number) << 8 | 1, UInt64(number) << 8 | 2)
    switch number % kinds {
    case 0, 1:
      return DatagramForge.tokenRequest(destination: destination, source: source, &generator)
    case 2:
      return DatagramForge.sessionRequest(
        destination: destination,
        source: source,
        token: 77,
        &generator
      )
    case 3:
      return DatagramForge.sessionRequest(
        destination: destination,
        source: source,
        token: generator.next() | 1,
        &generator
      )
    case 4: return DatagramForge.data(destination: UInt64(number - 2) << 8 | 1, &generator)
    case 5: return PlainDatagram.peerTest(5).bytes
    case 6: return PlainDatagram.holePunch().bytes
    default: return DatagramForge.noise(number % 1_400, &generator)
    }
  }

  /// Of the first sources every third is known.
  private static func standings() -> StandingTableOwner {
    let owner = StandingTableOwner(capacity: 16_384)
    var writer = owner.makeWriter()
    for number in stride(from: 0, to: 10_000, by: 3) {
      let peer = source(number).address
      writer.note(.passed(.handshake), of: peer, StandingLifetimes(), now: start)
    }
    return owner
  }

  #if !DEBUG
    @Test(arguments: RouterKind.allCases)
    func tenThousandDatagramsCostNothing(kind: RouterKind) {
      let count = 10_000
      var generator = SeededGenerator(seed: 2_026)
      let mix = Mix((0..<count).map { Self.datagram($0, &generator) })
      let retry = Mix([
        DatagramForge.retry(destination: 6, source: 5, token: 77, reason: 0, &generator),
        DatagramForge.noise(100, &generator),
      ])
      let owner = Self.standings()
      defer { withExtendedLifetime(owner) {} }
      var gate = SSU2Gate(
        facts: DatagramJudge.facts(kind),
        limits: DatagramLimits(),
        standings: owner.table,
        seed: 1,
        now: Self.start
      )
      let answer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128, alignment: 8)
      defer { answer.deallocate() }
      var counts = InlineArray<8, Int>(repeating: 0)

      func run(_ numbers: Range<Int>, pass: Int) {
        for number in numbers {
          let milliseconds = UInt64(pass * count + number)
          let now = Self.start.advanced(byNanoseconds: milliseconds * Nanoseconds.perMillisecond)
          let source = Self.source(number)
          if number % Self.kinds == 2 {
            _ = gate.answered(retry.bytes(0), to: source, now: now)
          }
          if number % Self.kinds == 7 {
            _ = gate.answered(retry.bytes(1), to: source, now: now)
            gate.restore(source, provenAgoNanoseconds: 5, now: now)
          }
          let verdict = gate.arrive(
            mix.bytes(number),
            from: source,
            now: now,
            wallSeconds: DatagramForge.wallSeconds,
            answer: answer
          )
          counts[Int(verdict.verdict.rawValue) & 7] += 1
          _ = gate.takeProven()
          _ = gate.stage(now: now)
        }
      }

      run(0..<100, pass: 0)
      let cost = AllocationCounter.measure {
        for pass in 1...3 { run(0..<count, pass: pass * 100) }
      }
      #expect(cost == .none)
      for verdict in [Verdict.refuse, .admit, .trial, .challenge] {
        #expect(counts[Int(verdict.rawValue) & 7] > 100, "\(verdict)")
      }
    }
  #endif

  /// Nanoseconds of one whole decision. The bounds leave room for a busy machine; the aim is 600
  /// for junk and 2,500 for a challenge.
  @Test func decisionsAreQuick() {
    let count = 4_096
    var generator = SeededGenerator(seed: 11)
    var cases: [(name: String, most: Double, datagrams: [[UInt8]])] = []
    cases.append(
      ("junk", 6_000, (0..<count).map { _ in DatagramForge.noise(100, &generator) })
    )
    cases.append(
      (
        "challenge", 25_000,
        (0..<count).map { number in
          DatagramForge.tokenRequest(
            destination: UInt64(number) << 8 | 1,
            source: 2,
            &generator
          )
        }
      )
    )
    cases.append(
      (
        "made-up token", 25_000,
        (0..<count).map { number in
          DatagramForge.sessionRequest(
            destination: UInt64(number) << 8 | 1,
            source: 2,
            token: generator.next() | 1,
            &generator
          )
        }
      )
    )
    cases.append(
      (
        "data of an unknown flow", 10_000,
        (0..<count).map { number in
          DatagramForge.data(destination: UInt64(number) << 8 | 1, &generator)
        }
      )
    )
    for (name, most, datagrams) in cases {
      let nanoseconds = Self.measure(Mix(datagrams))
      print("one decision, \(name): \(Int(nanoseconds)) ns")
      #expect(nanoseconds < most, "\(name)")
    }
  }

  /// The best of several rounds over the mix, each datagram from a source of its own, with a full
  /// table of proven endpoints.
  private static func measure(_ mix: borrowing Mix) -> Double {
    let answer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128, alignment: 8)
    defer { answer.deallocate() }
    let owner = standings()
    defer { withExtendedLifetime(owner) {} }
    var gate = SSU2Gate(
      facts: DatagramJudge.facts(.i2pd),
      limits: DatagramLimits(),
      standings: owner.table,
      seed: 1,
      now: start
    )
    for number in 0..<100_000 {
      gate.restore(source(5_000_000 + number), provenAgoNanoseconds: 5, now: start)
    }
    var number = 0
    func run(_ indices: Range<Int>) {
      for index in indices {
        number += 1
        let now = start.advanced(byNanoseconds: UInt64(number) * 10_000)
        _ = gate.arrive(
          mix.bytes(index),
          from: source(number),
          now: now,
          wallSeconds: DatagramForge.wallSeconds,
          answer: answer
        )
      }
    }
    run(0..<mix.count)
    // So few at a time that many a round is not interrupted.
    let part = 128
    let clock = ContinuousClock()
    var best = Duration.seconds(1)
    for _ in 0..<8 {
      for first in stride(from: 0, to: mix.count, by: part) {
        best = min(best, clock.measure { run(first..<first + part) })
      }
    }
    return Double(best.components.attoseconds) / 1e9 / Double(part)
  }
}
