import Testing
import Wire

@testable import Filter

/// What follows from a rule's verdict for a connection and its source.
@Suite struct JudgeRulesTests {
  private static let start = SourceLimitsTests.start
  private static let source = SourceLimitsTests.address("203.0.113.7")

  private static func law(_ rules: RuleDefinition...) throws -> Law {
    var book = RuleBook()
    book.rules = rules
    return Law(
      handshake: NTCP2Handshake(facts: PlainRouter.facts(.i2pd, hybrid: nil), privateKey: nil),
      rules: SharedRules(try RuleProgram(book), signatures: try SignatureSet([])),
      limits: LimitSettings()
    )
  }

  private static func numbers(_ conditions: (Feature, String)...) throws -> [FeatureCondition] {
    try conditions.map { try range($1, $0) }
  }

  /// What becomes of a flight that comes six seconds after its connection.
  private static func order(_ rule: RuleDefinition) throws -> RefusalOrder? {
    let law = try law(rule)
    var judge = Filter.Judge(law, now: start)
    let arrival = judge.arrive(NewArrival(source: source), law, now: start)
    guard case .welcome(var visitor, _) = arrival else { return nil }
    let later = start.advanced(byNanoseconds: 6 * Nanoseconds.perSecond)
    let bytes = Array("MINE abcdefgh".utf8)
    return judge.look(bytes.span, of: &visitor, law, now: later).findings.order
  }

  @Test func onlyBytesSpeakAgainstTheirSource() throws {
    let times = try Self.numbers((.firstByte, "> 5s"))
    let slow = rule("slow", .act(.mimic)) { $0.numbers = times }
    #expect(try Self.order(slow)?.isHostile == false)
    let readable = try Self.numbers((.firstByte, "> 5s"), (.printable, ">= 90%"))
    let text = rule("text", .act(.mimic)) { $0.numbers = readable }
    #expect(try Self.order(text)?.isHostile == true)
    let short = try Self.numbers((.firstByte, "> 5s"), (.flightLength, "< 64"))
    #expect(try Self.order(rule("short", .act(.mimic)) { $0.numbers = short })?.isHostile == true)
    let words = try rule("words", .act(.mimic)) { $0.beginnings = [try pattern("\"MINE\"")] }
    #expect(try Self.order(words)?.isHostile == true)
    let piece = try rule("piece", .act(.mimic)) { $0.contents = [try pattern("\"abcdef\"")] }
    #expect(try Self.order(piece)?.isHostile == true)
  }

  /// After a reload the same number may be another rule's.
  @Test func aReloadForgetsTheNumbersThatWereMet() throws {
    let old = try Self.law(rule("old", .weight(1)), rule("both", .weight(1)))
    let limit = try RuleLimit(text: "1/1h per /32")
    let new = try Self.law(
      try rule("new", .limit(limit)) { $0.numbers = [try range("> 0", .flightLength)] },
      rule("both", .weight(1))
    )
    var judge = Filter.Judge(old, now: Self.start)
    var orders: [RefusalOrder?] = []
    for _ in 0..<2 {
      let arrival = judge.arrive(NewArrival(source: Self.source), old, now: Self.start)
      guard case .welcome(var visitor, let findings) = arrival else {
        Issue.record("refused")
        return
      }
      #expect(Array(findings.met) == [0, 1])
      judge.reload(new)
      let bytes: [UInt8] = [1, 2, 3]
      let look = judge.look(bytes.span, of: &visitor, new, now: Self.start)
      #expect(Array(look.findings.met) == [0, 1])
      orders.append(look.findings.order)
      let again = judge.look(bytes.span, of: &visitor, new, now: Self.start)
      #expect(again.findings.met.isEmpty)
    }
    #expect(orders.map { $0?.reason } == [nil, .ruleLimit])
  }
}
