import Filter
import Telemetry
import Testing
import Wire

@testable import Proxy

/// Rules at work in a shard: what is refused, what is only told, and what is counted.
@Suite struct RuleLifeTests {
  private static func address(_ number: UInt32) -> SourceAddress {
    SourceAddress(ipv4: 0xc633_6400 + number)
  }

  private static func rule(
    _ name: String,
    _ effect: RuleEffect,
    mode: RuleMode = .enforce,
    _ fill: (inout RuleConditions) -> Void = { _ in }
  ) -> RuleDefinition {
    var conditions = RuleConditions()
    fill(&conditions)
    return RuleDefinition(name: name, mode: mode, conditions: conditions, effect: effect)
  }

  private static func source(_ number: UInt32) -> SourceCondition {
    SourceCondition(prefixes: [SourcePrefix(address(number), length: 32)])
  }

  private static func counts(_ run: SimulationRun, _ rule: Int) -> MatchCounts {
    run.matches.counts(at: MatchPlaces()[rule: rule])
  }

  private static func run(
    _ rules: [RuleDefinition],
    score: ScoreSettings = ScoreSettings(),
    _ scene: (SimulationRun) -> Void
  ) throws -> SimulationRun {
    var book = RuleBook()
    book.rules = rules
    book.score = score
    let run = try SimulationRun(seed: 1, limits: .roomy, rules: book)
    scene(run)
    #expect(run.run(atMostSeconds: 100) == nil)
    #expect(run.shard.strangers.count == 0)
    return run
  }

  @Test(arguments: RuleAction.allCases)
  func aRuleOnTheSourceActsBeforeAnyByte(action: RuleAction) throws {
    let rules = [Self.rule("one", .act(action)) { $0.source = Self.source(1) }]
    let run = try Self.run(rules) { run in
      run.connect(.honest, from: Self.address(1), afterNanoseconds: 0)
      run.connect(.honest, from: Self.address(2), afterNanoseconds: 0)
    }
    #expect(!run.peers[0].isServed && run.peers[1].isServed)
    #expect(run.verdicts.contains("refuse rule 1"))
    #expect(Self.counts(run, 0) == MatchCounts(matched: 1, refused: 1))
    // It is who it is: nothing that it did speaks against it.
    let standing = run.shard.judge.limits.standing(
      run.shard.judge.limits.keys(Self.address(1)),
      now: run.shard.now
    )
    #expect(standing == .fresh)
  }

  @Test func aRuleThatWatchesIsToldOnceAndDoesNothing() throws {
    let rules = [
      Self.rule("watched", .act(.drop), mode: .observe) { $0.source = Self.source(1) },
      Self.rule("ignored", .act(.drop), mode: .ignore) { $0.source = Self.source(1) },
    ]
    let run = try Self.run(rules) { run in
      run.connect(.honest, from: Self.address(1), afterNanoseconds: 0)
    }
    #expect(run.peers[0].isServed)
    #expect(run.verdicts.contains("observe rule 1"))
    #expect(Self.counts(run, 0) == MatchCounts(matched: 1, wouldRefuse: 1))
    #expect(Self.counts(run, 1) == MatchCounts())
  }

  @Test func aLimitLetsSoManyThrough() throws {
    let limit = RuleLimit(
      count: 2,
      periodNanoseconds: 3_600 * Nanoseconds.perSecond,
      scope: .prefix(ipv4: 32, ipv6: 64)
    )
    let rules = [Self.rule("two", .limit(limit))]
    let run = try Self.run(rules) { run in
      for number: UInt64 in 0..<5 {
        run.connect(.silent, from: Self.address(1), afterNanoseconds: number)
      }
    }
    #expect(run.verdicts.contains("refuse ruleLimit 3"))
    #expect(Self.counts(run, 0) == MatchCounts(matched: 5, refused: 3))
  }

  @Test func weightsAddUpToAScore() throws {
    var score = ScoreSettings()
    score.refuseFrom = 3_000
    score.mode = .enforce
    let rules = [
      Self.rule("linux", .weight(2_000)) { $0.syn = SynCondition(classes: [.linux]) },
      Self.rule("slow", .weight(1_000)) {
        $0.numbers = [FeatureCondition(.roundTrip, [FeatureRange(10_000, .max)])]
      },
      Self.rule("much", .weight(9_000), mode: .observe),
    ]
    let run = try Self.run(rules, score: score) { run in
      run.connect(.honest, from: Self.address(1), afterNanoseconds: 0)
    }
    #expect(run.verdicts == "refuse score 1")
    for rule in 0..<3 { #expect(Self.counts(run, rule) == MatchCounts(matched: 1)) }
  }

  @Test func wordsInTheFirstFlightAreHeldAgainstTheSource() throws {
    let words = try SignaturePattern(text: #""mining.subscribe""#.utf8)
    let rules = [Self.rule("miner", .act(.mimic)) { $0.contents = [words] }]
    let run = try Self.run(rules) { run in
      let peer = run.connect(.silent, from: Self.address(1), afterNanoseconds: 0)
      peer.end.pieceBytes = .max
      peer.end.say(Array(#"{"id":1,"method":"mining.subscribe"}"#.utf8))
    }
    #expect(run.verdicts == "refuse rule 1")
    let keys = run.shard.judge.limits.keys(Self.address(1))
    #expect(run.shard.judge.limits.standing(keys, now: run.shard.now) == .failing)
  }

  @Test func whoCompletedAHandshakeIsRefusedByNoRule() throws {
    let rules = [
      Self.rule("everybody-later", .act(.close)) {
        $0.numbers = [FeatureCondition(.reconnects, [FeatureRange(2, .max)])]
      }
    ]
    let run = try Self.run(rules) { run in
      run.connect(.honest, from: Self.address(1), afterNanoseconds: 0)
      run.connect(.honest, from: Self.address(1), afterNanoseconds: 5 * Nanoseconds.perSecond)
      run.connect(.silent, from: Self.address(2), afterNanoseconds: 0)
      run.connect(.silent, from: Self.address(2), afterNanoseconds: 5 * Nanoseconds.perSecond)
    }
    #expect(run.peers[0].isServed && run.peers[1].isServed)
    #expect(run.verdicts.contains("refuse rule 1"))
    #expect(Self.counts(run, 0) == MatchCounts(matched: 2, refused: 1, known: 1))
  }

  @Test func openConnectionsAreCountedUntilTheyEnd() throws {
    let run = try SimulationRun(seed: 3, limits: .roomy)
    for number: UInt64 in 0..<40 {
      let manner: PeerManner = number.isMultiple(of: 2) ? .honest : .wrongFlight
      run.connect(manner, from: Self.address(1), afterNanoseconds: number * 50_000_000)
    }
    let keys = run.shard.judge.limits.keys(Self.address(1))
    var most: UInt32 = 0
    let end = run.world.now + 100 * Nanoseconds.perSecond
    while run.world.now < end, run.world.complaint == nil {
      run.turn()
      let open = run.shard.judge.limits.history(keys, now: run.shard.now).concurrency
      #expect(Int(open) == run.shard.strangers.count + run.shard.sessions.count)
      most = max(most, open)
      if run.world.isQuiet, run.shard.strangers.count == 0, run.shard.sessions.count == 0 { break }
    }
    #expect(most > 3)
    #expect(run.shard.judge.limits.history(keys, now: run.shard.now).concurrency == 0)
  }
}
