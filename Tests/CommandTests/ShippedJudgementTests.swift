import Filter
import Testing
import Wire

@testable import sallyport

/// The rules that are shipped beside the signatures.
@Suite struct ShippedJudgementTests {
  private func load() throws -> LoadedRules {
    try RuleFiles.load(
      directory: repository + "/Rules",
      origin: Fault(file: "Rules", line: 1, problem: "", remedy: "")
    )
  }

  /// Enforced from the start is only what can't hit an honest peer.
  @Test func rulesWatchUnlessAnAccidentIsImpossible() throws {
    let loaded = try load()
    #expect(loaded.rules.count >= 10)
    #expect(loaded.score.mode == .observe)
    for rule in loaded.rules where rule.definition.mode != .observe {
      #expect(rule.definition.refusesForBytesAlone, "\(rule.name)")
      #expect((rule.chance ?? 1) < 1e-15, "\(rule.name)")
    }
  }

  private func peer(_ fill: (inout Features) -> Void) -> Features {
    var features = Features(source: SourceAddress(ipv4: 0xcb00_7107))
    features.standing = .fresh
    features.isListed = false
    features.isAllowed = false
    features.isBlocked = false
    features.earlier = EarlierOutcome.none
    features[.roundTrip] = 80_000
    features[.firstByte] = 90
    features[.concurrency] = 2
    features[.failures] = 0
    features[.networkFailures] = 3
    features[.reconnects] = 2
    features[.portsProbed] = 0
    fill(&features)
    return features
  }

  private func judge(_ features: Features, _ bytes: [UInt8]) throws -> RuleVerdict {
    let program = try RuleProgram(try load().book)
    var features = features
    features.learn(flight: bytes.span)
    return program.firstFlight(features, bytes.span)
  }

  @Test func nobodyHonestWouldBeRefusedIfAllWereEnforced() throws {
    let flight = (0..<128).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ $0 &* $0 &* 7) }
    #expect(try judge(peer { _ in }, flight).watched == .pass)
    let crowded = peer {
      $0.standing = .crowded
      $0[.networkFailures] = 500
      $0[.concurrency] = 250
      $0[.reconnects] = 60
      $0[.failures] = 9
    }
    #expect(try judge(crowded, flight).watched == .pass)
  }

  /// What an honest peer may share with a bad neighbour, or owe to a bad line, all at once.
  @Test func whatAPeerMayBeSuspectedOfNeverReachesTheBound() throws {
    let loaded = try load()
    let tipping: Set<String> = ["scanner-syn", "readable-flight"]
    let sum = loaded.rules.filter { !tipping.contains($0.name) }.reduce(Int32(0)) { sum, rule in
      guard case .weight(let weight) = rule.definition.effect, weight > 0 else { return sum }
      return sum + weight
    }
    let bound = try #require(loaded.score.refuseFrom)
    #expect(sum < bound)
    for rule in loaded.rules where tipping.contains(rule.name) {
      guard case .weight(let weight) = rule.definition.effect else {
        Issue.record("\(rule.name) has no weight")
        continue
      }
      #expect(sum + weight >= bound, "\(rule.name) tips nothing")
      #expect(weight < bound, "\(rule.name) refuses by itself")
    }
  }

  /// An address of many, some of whom fail: as long as others there come in, nobody is paced.
  @Test func nobodyIsPacedWhereHandshakesComplete() throws {
    let loaded = try load()
    let program = try RuleProgram(loaded.book)
    let pace = try #require(loaded.rules.firstIndex { $0.name == "failing-pace" })
    func isPaced(_ fill: (inout Features) -> Void) -> Bool {
      let features = peer {
        $0.standing = .failing
        $0[.failures] = 20
        fill(&$0)
      }
      return program.arrival(features).matched.contains(pace)
    }
    #expect(isPaced { _ in })
    #expect(isPaced { $0.earlier = .fail })
    #expect(!isPaced { $0.earlier = .complete })
    #expect(!isPaced { $0.standing = .known })
  }

  @Test func aScannerThatGoesOnWouldBe() throws {
    let text = Array("GET /admin/login.php HTTP/1.0".utf8)
    let scanner = peer {
      $0[.portsProbed] = 9
      $0[.reconnects] = 60
      $0.standing = .failing
    }
    let verdict = try judge(scanner, text)
    #expect(verdict.watched == .score(.mimic))
    #expect(verdict.decision == .pass)
    #expect(verdict.score.enforced == 0)
    let listed = try judge(
      peer {
        $0[.portsProbed] = 9
        $0[.reconnects] = 60
        $0.isListed = true
      },
      text
    )
    #expect(listed.watched == .pass)
  }

  @Test func aMinerIsRefusedWhereverItsWordsStand() throws {
    let words = Array(#"{"x":[],"id":7,"params":["a"],"method":"mining.subscribe"}"#.utf8)
    #expect(try judge(peer { _ in }, words).decision.action == .mimic)
    let known = try judge(peer { $0.standing = .known }, words)
    #expect(known.decision == .pass)
    #expect(known.exemption == .known)
  }
}
