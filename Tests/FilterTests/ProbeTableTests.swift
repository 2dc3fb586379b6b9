import AllocationCounter
import Synchronization
import Testing
import Wire

@testable import Filter

/// The table that the radar and the shards share.
@Suite struct ProbeTableTests {
  private static let second = Nanoseconds.perSecond
  private let owner = ProbeTableOwner()
  private let source = SourceAddress(ipv4: 0xc633_6407)

  private func at(_ seconds: UInt64) -> Instant {
    Instant(nanoseconds: 5_000 * Self.second + seconds * Self.second)
  }

  @Test func connectionsTakeTheirSynsBack() {
    let table = owner.table
    #expect(table.counts(of: source, now: at(0)) == .none)
    for _ in 0..<5 { table.sawSyn(from: source, now: at(0)) }
    #expect(table.counts(of: source, now: at(0)).unfinishedSyns == 5)
    // A shard may be quicker than the radar: its connection counts all the same.
    for _ in 0..<7 { table.sawConnection(from: source, now: at(1)) }
    #expect(table.counts(of: source, now: at(1)).unfinishedSyns == 0)
    for _ in 0..<3 { table.sawSyn(from: source, now: at(2)) }
    #expect(table.counts(of: source, now: at(2)).unfinishedSyns == 1)
    #expect(table.counts(of: SourceAddress(ipv4: 1), now: at(2)) == .none)
  }

  @Test func neighbouringPortsAreCountedOnce() {
    let table = owner.table
    for _ in 0..<3 {
      for port: UInt16 in 17_650..<17_662 where port != 17_654 {
        table.sawProbe(from: source, port: port, now: at(0))
      }
    }
    let counts = table.counts(of: source, now: at(0))
    #expect((9...11).contains(counts.portsProbed) && counts.unfinishedSyns == 0)
    for port in UInt16.min...UInt16.max { table.sawProbe(from: source, port: port, now: at(0)) }
    #expect(table.counts(of: source, now: at(0)).portsProbed == 64)
  }

  @Test func countsFadeAndAreForgotten() {
    let table = owner.table
    for _ in 0..<64 { table.sawSyn(from: source, now: at(0)) }
    table.sawProbe(from: source, port: 22, now: at(0))
    #expect(table.counts(of: source, now: at(110)).unfinishedSyns == 64)
    #expect(table.counts(of: source, now: at(130)).unfinishedSyns == 32)
    #expect(table.counts(of: source, now: at(500)).unfinishedSyns == 4)
    #expect(table.counts(of: source, now: at(1_300)) == .none)
    table.sawSyn(from: source, now: at(1_300))
    #expect(table.counts(of: source, now: at(1_300)).unfinishedSyns == 1)
    #expect(table.counts(of: source, now: at(1_300)).portsProbed == 0)
  }

  @Test func portsAreForgottenThoughTheirSourceGoesOnComing() {
    let table = owner.table
    for port: UInt16 in 20..<25 { table.sawProbe(from: source, port: port, now: at(0)) }
    let probed = table.counts(of: source, now: at(0)).portsProbed
    for minute: UInt64 in 1...19 {
      table.sawConnection(from: source, now: at(60 * minute))
      #expect(table.counts(of: source, now: at(60 * minute)).portsProbed == probed)
    }
    table.sawSyn(from: source, now: at(1_200))
    #expect(table.counts(of: source, now: at(1_200)).portsProbed == 0)
    // Another probe begins a new set.
    table.sawProbe(from: source, port: 80, now: at(1_260))
    #expect(table.counts(of: source, now: at(2_400)).portsProbed == 1)
  }

  @Test func fullCountsAreHalvedTogether() {
    let table = owner.table
    for _ in 0..<20_000 { table.sawSyn(from: source, now: at(0)) }
    for _ in 0..<20_000 { table.sawConnection(from: source, now: at(0)) }
    #expect(table.counts(of: source, now: at(0)).unfinishedSyns < 8_192)
  }

  @Test func aFloodOfAddressesForgetsTheOldestFirst() {
    let table = owner.table
    for number in 0..<200_000 {
      table.sawSyn(from: SourceAddress(ipv4: UInt32(number)), now: at(UInt64(number) / 1_000))
    }
    var remembered = 0
    for number in 199_000..<200_000 {
      let last = SourceAddress(ipv4: UInt32(number))
      if table.counts(of: last, now: at(200)).unfinishedSyns == 1 { remembered += 1 }
    }
    #expect(remembered > 950, "\(remembered)")
    #expect(table.counts(of: SourceAddress(ipv4: 5), now: at(200)).unfinishedSyns == 0)
  }

  /// A race may lose a count where a place changes its owner, and nothing else.
  @Test func threadsShareItWithoutALock() async {
    let owner = owner
    let sources = (0..<64).map { SourceAddress(ipv4: 0x0b40_0000 &+ UInt32($0) &* 77) }
    let now = at(0)
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<4 {
        group.addTask {
          for _ in 0..<500 {
            for source in sources {
              if worker < 2 { owner.table.sawSyn(from: source, now: now) }
              if worker == 2 { owner.table.sawConnection(from: source, now: now) }
              if worker == 3 { owner.table.sawProbe(from: source, port: 22, now: now) }
            }
          }
        }
      }
    }
    for source in sources {
      let counts = owner.table.counts(of: source, now: now)
      #expect(counts.portsProbed == 1)
      #expect((400...600).contains(counts.unfinishedSyns), "\(counts.unfinishedSyns)")
    }
  }

  #if !DEBUG
    @Test func itCostsNoMemoryAndLittleTime() {
      let table = owner.table
      let now = at(0)
      var sum = 0
      func run(_ count: Int) {
        for number in 0..<count {
          let source = SourceAddress(ipv4: UInt32(truncatingIfNeeded: number &* 7_919))
          table.sawConnection(from: source, now: now)
          sum &+= Int(table.counts(of: source, now: now).unfinishedSyns)
        }
      }
      run(100)
      let started = ContinuousClock.now
      let cost = AllocationCounter.measure { run(100_000) }
      let each = (ContinuousClock.now - started) / 200_000
      #expect(cost == .none)
      #expect(each < .microseconds(2), "\(each)")
      print("a look or a count in the radar's table: \(each)")
    }
  #endif
}
