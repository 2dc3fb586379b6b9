import Telemetry
import Testing
import Wire

/// What rules matched, in the journal: nothing twice, nothing missed.
@Suite struct RuleSumsTests {
  /// What the lines of a journal add up to.
  private final class Told {
    var sums: [String: MatchCounts] = [:]
    var lines = 0
    var leftOut = 0

    func take(_ entry: JournalEntry) {
      let fields = Dictionary(uniqueKeysWithValues: entry.fields.map { ($0.name, $0.value) })
      let number = { (name: String) in fields["SALLYPORT_" + name].flatMap { UInt64($0) } ?? 0 }
      leftOut += Int(number("LINES"))
      guard let name = fields["SALLYPORT_RULE"], let kind = fields["SALLYPORT_KIND"] else { return }
      lines += 1
      let counts = MatchCounts(
        matched: number("MATCHED"),
        refused: number("REFUSED"),
        wouldRefuse: number("WOULD_REFUSE"),
        known: number("KNOWN")
      )
      sums["\(kind) \(name)"] = (sums["\(kind) \(name)"] ?? MatchCounts()) + counts
    }
  }

  private static func journal(_ told: Told) -> Journal {
    Journal(send: { told.take($0) }, sleep: { _ in })
  }

  private static func second(_ number: UInt64) -> Instant {
    Instant(nanoseconds: number * Nanoseconds.perSecond)
  }

  private static func report(
    _ sums: inout RuleSums,
    _ matches: [RuleMatches],
    to journal: inout Journal,
    at now: Instant
  ) {
    if sums.isDue(at: now) { sums.look(matches, at: now) }
    sums.tell(to: &journal, at: now)
  }

  private static func match(_ name: String, _ counts: MatchCounts) -> RuleMatches {
    RuleMatches(kind: name.hasPrefix("s") ? .signature : .rule, name: name, counts: counts)
  }

  @Test func aLineComesOnceAnIntervalForWhatMatched() {
    let told = Told()
    var journal = Self.journal(told)
    var sums = RuleSums(intervalNanoseconds: 60 * Nanoseconds.perSecond, startingAt: Self.second(0))
    let matches = [
      Self.match("one", MatchCounts(matched: 5, refused: 2, wouldRefuse: 1, known: 1)),
      Self.match("still", MatchCounts()),
    ]
    for number in 0..<UInt64(60) {
      Self.report(&sums, matches, to: &journal, at: Self.second(number))
      #expect(told.lines == 0)
    }
    for number in 60..<UInt64(300) {
      Self.report(&sums, matches, to: &journal, at: Self.second(number))
    }
    #expect(told.lines == 1 && told.sums == ["rule one": matches[0].counts])
  }

  /// Rules come and go as a reload has them, and counts of a new one begin anew.
  @Test(arguments: 1...30) func everythingIsToldOnce(round: Int) {
    var random = SystemRandomNumberGenerator()
    let told = Told()
    var journal = Self.journal(told)
    var sums = RuleSums(intervalNanoseconds: 10 * Nanoseconds.perSecond, startingAt: Self.second(0))
    var current: [RuleMatches] = []
    var model: [String: MatchCounts] = [:]
    var now: UInt64 = 0
    for _ in 0..<400 {
      now += 1
      switch Int.random(in: 0..<20, using: &random) {
      case 0:
        sums.look(current, at: Self.second(now))
        let names = (0..<40).map { $0 % 2 == 0 ? "s\($0)" : "r\($0)" }.shuffled().prefix(25)
        current = names.map { name in
          current.first { $0.name == name } ?? Self.match(name, MatchCounts())
        }
      default:
        for index in current.indices where Bool.random(using: &random) {
          let added = MatchCounts(
            matched: 3,
            refused: UInt64.random(in: 0...2, using: &random),
            wouldRefuse: UInt64.random(in: 0...2, using: &random),
            known: UInt64.random(in: 0...1, using: &random)
          )
          current[index].counts = current[index].counts + added
          let key = "\(current[index].kind.rawValue) \(current[index].name)"
          model[key] = (model[key] ?? MatchCounts()) + added
        }
      }
      Self.report(&sums, current, to: &journal, at: Self.second(now))
    }
    _ = sums.finish(current, to: &journal, at: Self.second(now))
    #expect(told.sums == model)
    #expect(told.leftOut == 0)
  }

  @Test func theEndDoesNotLastForEver() {
    let told = Told()
    var waited: UInt64 = 0
    var journal = Journal(send: { told.take($0) }, sleep: { waited += $0 })
    var sums = RuleSums(intervalNanoseconds: 10 * Nanoseconds.perSecond, startingAt: Self.second(0))
    let matches = (0..<1_000).map { Self.match("r\($0)", MatchCounts(matched: 1)) }
    let end = sums.finish(matches, to: &journal, at: Self.second(1))
    journal.tick(at: end.advanced(byNanoseconds: Nanoseconds.perSecond))
    #expect(waited <= 3 * Nanoseconds.perSecond)
    #expect(told.lines + told.leftOut == 1_000)
  }
}
