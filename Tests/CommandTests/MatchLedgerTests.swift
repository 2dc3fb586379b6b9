import Filter
import Proxy
import Telemetry
import Testing

@testable import sallyport

/// Names keep their counts over reloads, and nobody inherits another's.
@Suite struct MatchLedgerTests {
  private final class Board {
    var counts = [MatchCounts](repeating: MatchCounts(), count: MatchPlaces.count)
    func total(_ place: Int) -> MatchCounts { counts[place] }
  }

  private static func matched(_ ledger: MatchLedger, _ board: Board) -> [String: UInt64] {
    var result: [String: UInt64] = [:]
    for match in ledger.matches(total: board.total) {
      result["\(match.kind) \(match.name)"] = match.counts.matched
    }
    return result
  }

  @Test func aNameKeepsItsCounts() {
    let board = Board()
    var ledger = MatchLedger()
    var places = ledger.assign(signatures: ["a", "b"], rules: ["a"], total: board.total)
    board.counts[places[signature: 1]].matched = 7
    board.counts[places[rule: 0]].matched = 5
    #expect(Self.matched(ledger, board) == ["signature a": 0, "signature b": 7, "rule a": 5])
    places = ledger.assign(signatures: ["b"], rules: ["new", "a"], total: board.total)
    board.counts[places[signature: 0]].matched += 1
    board.counts[places[rule: 1]].matched += 1
    #expect(Self.matched(ledger, board) == ["signature b": 8, "rule new": 0, "rule a": 6])
    #expect(ledger.matches(total: board.total).map(\.name) == ["b", "new", "a"])
  }

  @Test func nobodyGetsAPlaceThatAShardMayStillCount() {
    let board = Board()
    var ledger = MatchLedger()
    var before: Set<Int> = []
    for generation in 0..<20 {
      let signatures = (0..<SignatureLimits.signatures).map { "s\(generation)-\($0)" }
      let rules = (0..<RuleLimits.rules).map { "r\(generation)-\($0)" }
      let places = ledger.assign(signatures: signatures, rules: rules, total: board.total)
      let used = Set(
        signatures.indices.map { places[signature: $0] } + rules.indices.map { places[rule: $0] }
      )
      #expect(used.count == signatures.count + rules.count)
      #expect(used.isDisjoint(with: before))
      #expect(ledger.matches(total: board.total).allSatisfy { $0.counts.matched == 0 })
      for place in used { board.counts[place].matched += UInt64(place + 1) }
      before = used
    }
  }
}
