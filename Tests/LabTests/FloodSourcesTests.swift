import Testing
import Wire

@testable import Lab

/// Where floods come from, and who lives among them.
@Suite struct FloodSourcesTests {
  @Test func honestNeighboursAreNoPartOfTheFlood() throws {
    var sources = try #require(BenchSources.flood)
    let flood = Set((0..<BenchSources.floodCount).map { _ in sources.next() })
    #expect(flood.count == BenchSources.floodCount)
    let networks = Set(flood.map { UInt32(truncatingIfNeeded: $0.low) >> 8 })
    let neighbours = Set((0..<5_000).map { BenchSources.insideFlood($0) })
    #expect(neighbours.count == 5_000)
    #expect(neighbours.isDisjoint(with: flood))
    #expect(neighbours.allSatisfy { networks.contains(UInt32(truncatingIfNeeded: $0.low) >> 8) })
  }
}
