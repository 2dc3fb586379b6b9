import AllocationCounter
import Testing
import Wire

@testable import Filter

/// What the whole judgement of a connection may cost before its proof: people, limits, standing, 50
/// rules at its arrival, and signatures, the same rules and the form at its first flight.
@Suite(.serialized) struct JudgeCostTests {
  private static func law(_ generator: inout SeededGenerator) throws -> Law {
    var limits = LimitSettings()
    let wide = RateLimit(perSecond: 10_000_000, burst: 10_000_000)
    (limits.addressRate, limits.networkRate, limits.gateRate) = (wide, wide, wide)
    limits.addressHalfOpen = 65_535
    limits.networkHalfOpen = 65_535
    var key = PlainRouter.privateKey
    return Law(
      handshake: NTCP2Handshake(
        facts: PlainRouter.facts(.i2pd, hybrid: nil),
        privateKey: SecretBytes(moving: &key)
      ),
      rules: SharedRules(
        try RuleProgram(try RuleCostTests.book(&generator)),
        signatures: try SignatureSet([try definition("http", "\"GET / HTTP\"")])
      ),
      limits: limits
    )
  }

  @Test func aMillionSourcesFitInto128Mebibytes() {
    // For each a record of its address and of a network of its own, a rule's bucket, a standing.
    let sources = Int(PowerOfTwo.atLeast(1_000_000))
    let records = sources * 2 * MemoryLayout<SourceRecord>.stride
    let buckets = sources * RuleBuckets.bytesPerBucket
    let standings = sources * StandingTable.wordsPerPlace * MemoryLayout<UInt64>.stride
    print("1,000,000 sources take \((records + buckets + standings) >> 20) MiB.")
    #expect(records + buckets + standings <= 128 << 20)
  }

  #if !DEBUG
    private static func timing(of sources: Int) throws -> BatchTiming {
      var generator = SeededGenerator(seed: 60)
      let law = try law(&generator)
      let start = Instant(nanoseconds: 9_000 * Nanoseconds.perSecond)
      var judge = Filter.Judge(law, now: start)
      let arrivals = (0..<sources).map { _ in
        var arrival = NewArrival(
          source: SourceAddress(ipv4: UInt32(truncatingIfNeeded: generator.next()))
        )
        arrival.syn = generator.next() & 3 == 0 ? .masscan : .linux
        arrival.roundTripMicroseconds = 20_000
        return arrival
      }
      let bytes = (0..<1_024).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let (all, flights) = (arrivals.span, bytes.span)
      var (welcome, told) = (0, 0)
      let timing = BatchTiming.measure(connections, batch: 1_024) { range in
        for index in range {
          let now = start.advanced(byNanoseconds: UInt64(index) * 100_000)
          guard
            case .welcome(var visitor, let findings) =
              judge.arrive(all[index % sources], law, now: now)
          else { continue }
          welcome += 1
          let place = index & 511
          let flight = flights.extracting(place..<(place + 300))
          let look = judge.look(flight, of: &visitor, law, now: now)
          told += findings.met.isEmpty && look.findings.met.isEmpty ? 0 : 1
        }
      }
      #expect(welcome >= connections && told > connections / 16)
      #expect(timing.cost == .none)
      return timing
    }

    private static let connections = 65_536

    @Test func aConnectionIsJudgedInAMicrosecond() throws {
      let few = try Self.timing(of: 64)
      let many = try Self.timing(of: 4_096)
      print("A whole judgement with 50 rules: \(few), of 64 sources in turn;")
      print("\(many), of 4,096 of them.")
      withKnownIssue("0.91 to 1.09 us on one machine, more when it is busy", isIntermittent: true) {
        #expect(few.best <= 1_000)
      }
      #expect(few.best <= 2_000)
    }
  #endif
}
