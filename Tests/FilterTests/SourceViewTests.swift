import Testing
import Wire

@testable import Filter

/// What `why` says of a source: it looks, and changes nothing.
@Suite struct SourceViewTests {
  private static let start = SourceLimitsTests.start
  private static let source = SourceLimitsTests.address("203.0.113.7")

  private static func law(
    _ rules: [RuleDefinition] = [],
    _ score: ScoreSettings = ScoreSettings(),
    _ change: (inout LimitSettings) -> Void = { _ in }
  ) throws -> Law {
    var limits = LimitSettings()
    change(&limits)
    var book = RuleBook()
    book.rules = rules
    book.score = score
    return Law(
      handshake: NTCP2Handshake(
        facts: PlainRouter.facts(.i2pd, hybrid: nil),
        privateKey: nil
      ),
      rules: SharedRules(try RuleProgram(book), signatures: try SignatureSet([])),
      limits: limits
    )
  }

  private static func arrive(_ judge: inout Filter.Judge, _ law: borrowing Law) -> ArrivalVerdict {
    judge.arrive(NewArrival(source: source), law, now: start)
  }

  private static func explanation(
    _ judge: borrowing Filter.Judge,
    _ law: borrowing Law
  ) throws -> Explanation {
    try #require(Explanation(judge.view(of: source, law, now: start), law.rules))
  }

  @Test func rulesOfAnotherReloadExplainNothing() throws {
    let law = try Self.law([rule("old", .weight(1))])
    let next = try Self.law()
    let judge = Filter.Judge(law, now: Self.start)
    let view = judge.view(of: Self.source, law, now: Self.start)
    #expect(Explanation(view, next.rules) == nil)
    #expect(Explanation(view, law.rules)?.rules.map(\.name) == ["old"])
  }

  @Test func aStrangerIsUnknownAndStaysSo() throws {
    let law = try Self.law([rule("all", .weight(500))])
    let judge = Filter.Judge(law, now: Self.start)
    for _ in 0..<3 {
      let view = judge.view(of: Self.source, law, now: Self.start)
      #expect(!view.isRemembered && view.refusal == nil)
      #expect(view.address.tokensLeft == law.limits.addressRate.burst)
      #expect(view.history.standing == .fresh && view.history.earlier == .none)
      let explanation = try #require(Explanation(view, law.rules))
      #expect(explanation.verdict == .welcome && explanation.ground == .nothing)
      #expect(explanation.rules.map(\.name) == ["all"])
      #expect(explanation.score.all == 500 && explanation.changes.isEmpty)
    }
  }

  @Test func bucketsAndCountsAreShownAsTheyAre() throws {
    let law = try Self.law { limits in
      limits.addressRate = RateLimit(perSecond: 1, burst: 4)
    }
    var judge = Filter.Judge(law, now: Self.start)
    for taken: UInt32 in 1...4 {
      guard case .welcome = Self.arrive(&judge, law) else {
        Issue.record("refused")
        return
      }
      let view = judge.view(of: Self.source, law, now: Self.start)
      #expect(view.isRemembered && view.address.tokensLeft == 4 - taken)
      #expect(view.address.halfOpen == taken && view.history.concurrency == taken)
      #expect(view.history.reconnectsPerMinute == taken)
      #expect(view.network.tokensLeft == law.limits.networkRate.burst - taken)
    }
    let view = judge.view(of: Self.source, law, now: Self.start)
    #expect(view.refusal == .addressRate)
    let explanation = try #require(Explanation(view, law.rules))
    #expect(explanation.verdict == .refuse(.addressRate, rule: nil))
    #expect(explanation.changes == [.token(afterNanoseconds: Nanoseconds.perSecond)])
    // And so it is.
    guard case .refuse(.addressRate) = Self.arrive(&judge, law) else {
      Issue.record("welcome")
      return
    }
    let later = Self.start.advanced(byNanoseconds: Nanoseconds.perSecond)
    #expect(judge.view(of: Self.source, law, now: later).refusal == nil)
  }

  @Test func theRuleThatDecidesIsNamedAndSoIsTheWayOut() throws {
    var score = ScoreSettings()
    score.refuseFrom = 5_000
    score.mode = .enforce
    let law = try Self.law(
      [
        rule("heavy", .weight(7_000), mode: .enforce) {
          $0.numbers = [FeatureCondition(.failures, [FeatureRange(1, .max)])]
        },
        rule("watching", .act(.drop), mode: .observe) {
          $0.numbers = [FeatureCondition(.failures, [FeatureRange(1, .max)])]
        },
      ],
      score
    )
    var judge = Filter.Judge(law, now: Self.start)
    judge.limits.fail(judge.limits.keys(Self.source), now: Self.start)
    let explanation = try Self.explanation(judge, law)
    #expect(explanation.verdict == .refuse(.score, rule: nil))
    #expect(explanation.watched == .refuse(.rule, rule: "watching"))
    #expect(explanation.ground == .failures(1))
    #expect(explanation.score == RuleScore(enforced: 7_000, all: 7_000))
    #expect(
      explanation.changes == [
        .lowerScore(by: 2_001), .completion, .allowance,
        .noFailure(forNanoseconds: 60 * Nanoseconds.perSecond),
      ]
    )
    judge.limits.complete(judge.limits.keys(Self.source), now: Self.start)
    let known = try Self.explanation(judge, law)
    #expect(known.verdict == .welcome && known.ground == .completions(1))
  }

  @Test func aLookTakesNoTokenOfARule() throws {
    let limit = try RuleLimit(text: "1/1h per /32")
    let law = try Self.law([rule("once", .limit(limit), mode: .enforce)])
    var judge = Filter.Judge(law, now: Self.start)
    for _ in 0..<3 {
      let view = judge.view(of: Self.source, law, now: Self.start)
      #expect(view.emptyBuckets.isEmpty)
    }
    guard case .welcome(_, let findings) = Self.arrive(&judge, law) else { return }
    #expect(findings.order == nil)
    let explanation = try Self.explanation(judge, law)
    #expect(explanation.verdict == .refuse(.ruleLimit, rule: "once"))
    #expect(explanation.rules.map(\.isOver) == [true])
  }

  @Test func whatPeopleSaidComesFirst() throws {
    let law = try Self.law([
      rule("all", .act(.drop), mode: .enforce) {
        $0.source = SourceCondition(prefixes: [
          prefix("203.0.113.0/24")
        ])
      },
      rule("allowed", .weight(1)) {
        $0.numbers = [FeatureCondition(.allowed, [FeatureRange(1, 1)])]
      },
    ]) { limits in
      limits.addressRate = RateLimit(perSecond: 1, burst: 1)
    }
    var judge = Filter.Judge(law, now: Self.start)
    guard case .welcome = Self.arrive(&judge, law) else {
      Issue.record("refused")
      return
    }
    func explanation(_ wish: PeopleVerdict) throws -> Explanation {
      let view = judge.view(of: Self.source, wish: wish, law, now: Self.start)
      return try #require(Explanation(view, law.rules))
    }
    #expect(try explanation(.unnamed).verdict == .refuse(.addressRate, rule: nil))
    let allowed = try explanation(.allowed)
    #expect(allowed.verdict == .welcome && allowed.watched == .welcome)
    #expect(allowed.exemption == .allowed && allowed.rules.map(\.name) == ["all", "allowed"])
    let blocked = try explanation(.blocked)
    #expect(blocked.verdict == .refuse(.blocked, rule: nil) && blocked.changes.isEmpty)
  }
}
