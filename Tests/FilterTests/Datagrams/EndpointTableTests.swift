import AllocationCounter
import Testing
import Wire

@testable import Filter

/// The tables of endpoints against dictionaries with times, and what they cost.
@Suite struct EndpointTableTests {
  private static let second = Nanoseconds.perSecond
  private static let start = Instant(nanoseconds: 90_000 * Nanoseconds.perSecond)

  /// A key that is spread like a hash.
  private static func key(_ number: UInt64) -> UInt64 {
    var random = SmallRandom(seed: number)
    return random.next() | 1
  }

  @Test(arguments: UInt64(1)...6)
  func theWitnessTableAgreesWithADictionary(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var table = WitnessTable(capacity: 512)
    var ends: [UInt64: Instant] = [:]
    var returned: Set<UInt64> = []
    var now = Self.start
    var seen: [WitnessVerdict: Int] = [:]
    for step in 0..<20_000 {
      let place = "seed \(seed), step \(step)"
      let pause = UInt64.random(in: 0...(step % 500 == 0 ? 12_000 : 60), using: &generator)
      now = now.advanced(byNanoseconds: pause * Nanoseconds.perMillisecond)
      let number = UInt64.random(in: 0..<200, using: &generator)
      if Bool.random(using: &generator) {
        if ends[number].map({ $0 <= now }) ?? true { returned.remove(number) }
        table.remember(Self.key(number), now: now)
        ends[number] = now.advanced(byNanoseconds: WitnessTable.spanNanoseconds)
      } else {
        var expected = WitnessVerdict.unknown
        if let end = ends[number], now.nanoseconds &+ 1 < end.nanoseconds {
          expected = returned.insert(number).inserted ? .first : .again
        } else if let end = ends[number], now <= end {
          continue
        }
        let verdict = table.comesBack(Self.key(number), now: now)
        #expect(verdict == expected, "\(place)")
        seen[verdict, default: 0] += 1
      }
    }
    #expect(seen.count == 3 && seen.values.allSatisfy { $0 > 100 }, "seed \(seed): \(seen)")
  }

  @Test func aFloodOfTokensPushesOutOnlyTheOldest() {
    var table = WitnessTable(capacity: 64)
    var now = Self.start
    for number in 0..<10_000 as Range<UInt64> {
      now = now.advanced(byNanoseconds: Nanoseconds.perMillisecond)
      table.remember(Self.key(number), now: now)
      // As many as it has room for, less what lies unevenly.
      for back in 1...40 as ClosedRange<UInt64> where number > 1_000 && number % 97 == 0 {
        #expect(table.comesBack(Self.key(number - back), now: now) != .unknown, "\(number)")
      }
    }
  }

  @Test(arguments: UInt64(1)...6)
  func provenEndpointsAgreeWithADictionary(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let lifetime: UInt64 = 3_600
    var table = ProvenEndpoints(capacity: 600, lifetimeNanoseconds: lifetime * Self.second)
    var naive = NaiveEndpoints(lifetimeSeconds: lifetime)
    // Seconds are what the table counts in: a moment within one would be as good as its start.
    var seconds: UInt64 = UInt64(UInt32.max) - 20_000
    var found = (endpoint: 0, session: 0, nothing: 0)
    for step in 0..<20_000 {
      let place = "seed \(seed), step \(step)"
      seconds += UInt64.random(in: 0...(step % 1_000 == 0 ? 5_000 : 3), using: &generator)
      let now = Instant(nanoseconds: seconds * Self.second)
      let endpoint = UInt64.random(in: 0..<500, using: &generator)
      let session = UInt64.random(in: 1_000..<1_300, using: &generator)
      switch Int.random(in: 0..<8, using: &generator) {
      case 0, 1:
        let novelty = naive.prove(endpoint, session: session, seconds: seconds)
        let proof = table.prove(Self.key(endpoint), session: Self.key(session), now: now)
        #expect(proof.novelty == novelty, "\(place)")
      case 2:
        let ago = UInt64.random(in: 0...5_000, using: &generator)
        naive.restore(endpoint, agoSeconds: ago, seconds: seconds)
        table.restore(Self.key(endpoint), provenAgoNanoseconds: ago * Self.second, now: now)
      case 3, 4, 5:
        let isThere = table.find(Self.key(endpoint), now: now) != nil
        #expect(isThere == naive.isProven(endpoint, seconds: seconds), "\(place)")
        if isThere { found.endpoint += 1 } else { found.nothing += 1 }
      default:
        let slot = table.find(session: Self.key(session), now: now)
        let owner = naive.owner(of: session, seconds: seconds)
        #expect(slot == owner.flatMap { table.find(Self.key($0), now: now) }, "\(place)")
        if slot != nil { found.session += 1 }
      }
    }
    #expect(found.endpoint > 1_000 && found.session > 500 && found.nothing > 500, "\(found)")
  }

  @Test func vouchersAndRequestsBelongToOneEndpoint() {
    var table = ProvenEndpoints(capacity: 64, lifetimeNanoseconds: 3_600 * Self.second)
    let one = table.prove(Self.key(1), session: Self.key(100), now: Self.start).slot
    let other = table.prove(Self.key(2), session: Self.key(101), now: Self.start).slot
    #expect(one != other)
    table.grantVouchers(one, 2)
    let taken = [table.takeVoucher(one), table.takeVoucher(one), table.takeVoucher(one)]
    #expect(taken == [true, true, false])
    let none = table.takeVoucher(other)
    #expect(!none)
    let limit = RateLimit(perSecond: 1, burst: 3)
    let requests = (0..<5).count { _ in table.takeRequest(one, limit, now: Self.start) }
    #expect(requests == 3)
    let others = (0..<5).count { _ in table.takeRequest(other, limit, now: Self.start) }
    #expect(others == 3)
    #expect(table.holds(one, session: Self.key(100)) && !table.holds(one, session: Self.key(101)))
  }

  @Test func aFullTableForgetsWhoWasProvenLongestAgo() {
    var table = ProvenEndpoints(capacity: 256, lifetimeNanoseconds: 7_200 * Self.second)
    var now = Self.start
    for number in 0..<20_000 as Range<UInt64> {
      now = now.advanced(byNanoseconds: Self.second)
      _ = table.prove(Self.key(number), session: Self.key(number + 1_000_000), now: now)
      guard number > 2_000, number % 501 == 0 else { continue }
      // Twice the capacity are remembered; those of the last hundred seconds are all there.
      for back in 0...100 as ClosedRange<UInt64> {
        let slot = table.find(Self.key(number - back), now: now)
        #expect(slot != nil, "\(number) - \(back)")
        let session = table.find(session: Self.key(number - back + 1_000_000), now: now)
        #expect(session == slot, "\(number) - \(back)")
      }
    }
    let remembered = (0..<20_000 as Range<UInt64>).count {
      table.find(Self.key($0), now: now) != nil
    }
    #expect(remembered <= 512)
  }

  /// What a million endpoints cost: every byte that the tables ask for, and none of them forgotten
  /// within its hour.
  @Test func aMillionEndpointsFitInto96BytesEach() {
    let count: UInt32 = 1_000_000
    var holder = TableHolder()
    let cost = AllocationCounter.measure { holder.make(count) }
    #expect(cost.bytes <= 96 * UInt64(count), "\(cost.bytes / UInt64(count)) bytes an endpoint")
    let forgotten = holder.forgottenAfterAnHour(count)
    #expect(forgotten == 0, "\(forgotten) of \(count) were forgotten within the hour")
  }

  /// The tables of one gate, made when their cost is measured.
  private struct TableHolder: ~Copyable {
    private var witnesses: WitnessTable?
    private var proven: ProvenEndpoints?
    private var news: ProvenNews?

    init() {
      witnesses = nil
      proven = nil
      news = nil
    }

    mutating func make(_ count: UInt32) {
      witnesses = WitnessTable(capacity: DatagramLimits().witnessedTokens)
      proven = ProvenEndpoints(capacity: count, lifetimeNanoseconds: 3_600 * second)
      news = ProvenNews()
    }

    mutating func forgottenAfterAnHour(_ count: UInt32) -> Int {
      guard var table = proven.take() else { return -1 }
      for number in 0..<UInt64(count) {
        let moment = start.advanced(byNanoseconds: number * 3_590_000)
        _ = table.prove(key(number), session: key(number + 1 << 32), now: moment)
      }
      let end = start.advanced(byNanoseconds: 3_590 * second)
      return (0..<UInt64(count)).count { table.find(key($0), now: end) == nil }
    }
  }

  @Test func newsWaitInTheirOrderAndAreBounded() {
    var news = ProvenNews()
    let endpoints = (0..<3_000).map {
      Endpoint(address: SourceAddress(ipv4: 0xc633_6400), port: UInt16($0))
    }
    for endpoint in endpoints { news.add(endpoint) }
    for endpoint in endpoints.prefix(1_024) {
      let next = news.take()
      #expect(next == endpoint)
    }
    let none = news.take()
    #expect(none == nil)
    news.add(endpoints[7])
    let again = news.take()
    #expect(again == endpoints[7])
  }
}

/// Proven endpoints without a bound.
private struct NaiveEndpoints {
  private struct Entry {
    var seconds: UInt64
    var session: UInt64
  }

  let lifetimeSeconds: UInt64
  private var entries: [UInt64: Entry] = [:]
  /// Who showed a session last.
  private var owners: [UInt64: UInt64] = [:]

  init(lifetimeSeconds: UInt64) {
    self.lifetimeSeconds = lifetimeSeconds
  }

  func isProven(_ endpoint: UInt64, seconds: UInt64) -> Bool {
    entries[endpoint].map { seconds - $0.seconds < lifetimeSeconds } ?? false
  }

  mutating func prove(_ endpoint: UInt64, session: UInt64, seconds: UInt64) -> ProofNovelty {
    var novelty = ProofNovelty.new
    if let entry = entries[endpoint], isProven(endpoint, seconds: seconds) {
      novelty = seconds - entry.seconds < 600 ? .known : .renewed
    }
    if let before = entries[endpoint]?.session, before != session, owners[before] == endpoint {
      owners[before] = nil
    }
    if entries[endpoint]?.session != session { owners[session] = endpoint }
    entries[endpoint] = Entry(seconds: seconds, session: session)
    return novelty
  }

  mutating func restore(_ endpoint: UInt64, agoSeconds: UInt64, seconds: UInt64) {
    // One that is known, even as too old, is not touched.
    guard entries[endpoint] == nil, agoSeconds < lifetimeSeconds else { return }
    entries[endpoint] = Entry(seconds: seconds - agoSeconds, session: 0)
  }

  func owner(of session: UInt64, seconds: UInt64) -> UInt64? {
    guard let owner = owners[session], isProven(owner, seconds: seconds) else { return nil }
    return entries[owner]?.session == session ? owner : nil
  }
}
