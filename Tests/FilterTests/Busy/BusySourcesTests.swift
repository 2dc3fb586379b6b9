import AllocationCounter
import Synchronization
import Testing
import Wire

@testable import Filter

/// The busiest sources of a shard.
@Suite struct BusySourcesTests {
  private let owner = BusySourcesOwner()

  private static func at(_ seconds: UInt64) -> Instant {
    Instant(nanoseconds: (600_000 + seconds) * Nanoseconds.perSecond)
  }

  private static func address(_ number: Int) -> SourceAddress {
    SourceAddress(ipv4: 0x0b00_0000 + UInt32(number))
  }

  private func find(_ address: SourceAddress, _ seconds: UInt64) -> BusySource? {
    owner.sources.addresses(now: Self.at(seconds)).first { $0.prefix.address == address }
  }

  @Test func whatASourceDidIsCounted() throws {
    let sources = owner.sources
    let peer = Self.address(1)
    for _ in 0..<10 { sources.noteArrival(peer, now: Self.at(0)) }
    for _ in 0..<6 { sources.note(.refuse, .silent, peer, now: Self.at(1)) }
    for _ in 0..<3 { sources.note(.admit, .proven, peer, now: Self.at(1)) }
    sources.note(.complete, .established, peer, now: Self.at(1))
    sources.note(.fail, .stalled, peer, now: Self.at(1))
    sources.noteArrival(Self.address(2), .refuse, .blocked, now: Self.at(1))
    let row = try #require(find(peer, 2))
    #expect(row.arrived == 10 && row.refused == 6 && row.admitted == 3 && row.failed == 1)
    #expect(row.lastReason == .stalled && row.prefix.length == 32)
    let network = try #require(sources.networks(now: Self.at(2)).first)
    #expect(network.prefix.description == "11.0.0.0/24")
    #expect(network.arrived == 11 && network.refused == 7 && network.lastReason == .blocked)
  }

  @Test func anIPv6NetworkIsASixtyFour() {
    owner.sources.noteArrival(SourceAddress(high: 0x2001_0db8 << 32, low: 9), now: Self.at(0))
    #expect(owner.sources.networks(now: Self.at(0)).map(\.prefix.description) == ["2001:db8::/64"])
    #expect(owner.sources.addresses(now: Self.at(0)).map(\.prefix.name) == ["2001:db8::9"])
  }

  @Test func countsAreThoseOfTheLastMinute() {
    let peer = Self.address(1)
    for second in UInt64(0)..<60 { owner.sources.noteArrival(peer, now: Self.at(second)) }
    #expect(find(peer, 59)?.arrived == 60)
    // Half of the minute before counts when half of this one is over.
    #expect(find(peer, 90)?.arrived == 30)
    #expect(find(peer, 119) != nil && find(peer, 120) == nil && find(peer, 100_000) == nil)
  }

  /// A flood of sources that come once each does not push out those that come again and again, and
  /// no count is too high.
  @Test func aFloodOfStrangersHidesNobody() {
    let sources = owner.sources
    var random = SeededGenerator(seed: 3)
    var counts: [SourceAddress: UInt32] = [:]
    for step in 0..<400_000 {
      let number =
        step.isMultiple(of: 20)
        ? Int.random(in: 0..<40, using: &random)
        : Int.random(in: 1_000..<16_000_000, using: &random)
      let address = Self.address(number)
      if number < 40 { counts[address, default: 0] += 1 }
      sources.noteArrival(address, now: Self.at(UInt64(step) / 10_000))
    }
    let rows = sources.addresses(now: Self.at(40))
    #expect(rows.count <= BusySourcesOwner.capacity)
    let found = rows.filter { counts[$0.prefix.address] != nil }
    #expect(found.count >= 38, "\(found.count) of 40 regular sources are left")
    for row in found { #expect(row.arrived <= counts[row.prefix.address] ?? 0) }
    let regular = found.map(\.arrived).min() ?? 0
    let others = rows.filter { counts[$0.prefix.address] == nil }.map(\.arrived).max() ?? 0
    #expect(regular > others, "\(regular) regular, \(others) of the flood")
  }

  /// The shard writes while others read: a row never mixes two sources.
  @Test func readersSeeWholeRows() async {
    let owner = owner
    final class End: Sendable { let isThere = Atomic<Bool>(false) }
    let end = End()
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        // What came from a source says which one it is: an even one is refused, an odd one is not.
        for step in 0..<300_000 {
          let address = Self.address((step &* 7_919) % 50_000)
          owner.sources.noteArrival(
            address,
            address.ipv4.isMultiple(of: 2) ? .refuse : .trial,
            .silent,
            now: Self.at(UInt64(step) / 10_000)
          )
        }
        end.isThere.store(true, ordering: .relaxed)
      }
      group.addTask {
        while !end.isThere.load(ordering: .relaxed) {
          for row in owner.sources.addresses(now: Self.at(20)) {
            let number = row.prefix.address.ipv4
            #expect((0x0b00_0000..<0x0b00_c350).contains(number) && row.prefix.length == 32)
            if !number.isMultiple(of: 2) { #expect(row.refused == 0) }
          }
          await Task.yield()
        }
      }
    }
  }

  #if !DEBUG
    @Test func notesAllocateNothing() {
      let sources = owner.sources
      func run(_ count: Int) {
        for number in 0..<count {
          let address = Self.address(number &* 31)
          sources.noteArrival(address, .refuse, .silent, now: Self.at(0))
        }
      }
      run(10_000)
      let started = ContinuousClock.now
      let cost = AllocationCounter.measure { run(100_000) }
      let each = (ContinuousClock.now - started) / 100_000
      #expect(cost == .none)
      #expect(each < .microseconds(2), "\(each)")
      print("an arrival in the table of the busiest: \(each)")
    }
  #endif
}
