import AllocationCounter
import Testing
import Wire

@testable import Filter

/// What a decision may cost, measured for a tenth of a second or so: a machine that others share is
/// slow for moments of some tens of milliseconds.
@Suite(.serialized) struct RuleCostTests {
  /// Fifty rules of every kind over lists of 200,000 networks.
  static func book(_ generator: inout SeededGenerator) throws -> RuleBook {
    var book = RuleBook()
    book.lists = (0..<4).map { list in
      NamedPrefixes(
        name: "list-\(list)",
        prefixes: (0..<50_000).map { _ in
          SourcePrefix(
            SourceAddress(ipv4: UInt32(truncatingIfNeeded: generator.next())),
            length: UInt8.random(in: 16...32, using: &generator)
          )
        }
      )
    }
    let linux = try SynPattern(text: "4:64:0:*:mss*20,10:mss,sok,ts,nop,ws:df,id+:0")
    for number in 0..<50 {
      let fill: (inout RuleConditions) throws -> Void = { conditions in
        switch number % 10 {
        case 0: conditions.syn = SynCondition(classes: [.zmap, .masscan])
        case 1:
          conditions.source = SourceCondition(lists: ["list-\(number / 10 % 4)"])
          conditions.numbers = [try range(">= \(number)", .concurrency)]
        case 2: conditions.numbers = [try range("> \(number)/m", .reconnects)]
        case 3:
          conditions.numbers = [
            try range("< \(number)ms", .roundTrip), try range("> 3", .failures),
          ]
        case 4: conditions.numbers = [FeatureCondition(.standing, [FeatureRange(2, 3)])]
        case 5: conditions.syn = SynCondition(patterns: [linux])
        case 6: conditions.beginnings = [try pattern("\"GET /\(number)\"")]
        case 7: conditions.contents = [try pattern("\"mining.\(number)\"")]
        case 8:
          conditions.numbers = [
            try range(">= \(number)%", .printable), try range("< 64", .flightLength),
          ]
        default:
          conditions.source = SourceCondition(prefixes: [prefix("203.0.\(number).0/24")])
          conditions.numbers = [try range("> \(number)", .networkFailures)]
        }
      }
      let limit = try RuleLimit(text: "100/1s per /24")
      let effects: [RuleEffect] = [.weight(500), .weight(-250), .limit(limit), .act(.mimic)]
      let mode: RuleMode = number % 4 == 3 ? .observe : .enforce
      book.rules.append(try rule("rule-\(number)", effects[number % 4], mode: mode, fill))
    }
    book.score.refuseFrom = 100_000
    book.score.mode = .enforce
    return book
  }

  private static func features(_ generator: inout SeededGenerator) -> Features {
    let source = SourceAddress(ipv4: UInt32(truncatingIfNeeded: generator.next()))
    var features = Features(source: source)
    features.learn(syn: generator.next() & 3 == 0 ? .masscan : .linux)
    features.standing = Standing.allCases[1 + Int(generator.next() % 3)]
    features.isListed = generator.next() & 1 == 0
    features.isAllowed = false
    features.isBlocked = false
    features.earlier = EarlierOutcome.none
    for feature in Feature.allCases where feature.unit != nil {
      features[feature] = UInt32(generator.next() % 60)
    }
    features[.roundTrip] = UInt32.random(in: 1_000...300_000, using: &generator)
    features[.firstByte] = UInt32.random(in: 0...5_000, using: &generator)
    return features
  }

  #if !DEBUG
    @Test func fiftyRulesAreDecidedInTwoHundredNanoseconds() throws {
      var generator = SeededGenerator(seed: 50)
      let program = try RuleProgram(try Self.book(&generator))
      let count = 4_096
      let features = (0..<count).map { _ in Self.features(&generator) }
      let bytes = (0..<1_024).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let all = features.span
      let flights = bytes.span
      var matched = 0
      let arrival = BatchTiming.measure(count * 128, batch: 1_024) { range in
        for index in range where !program.arrival(all[index & (count - 1)]).matched.isEmpty {
          matched += 1
        }
      }
      let flight = BatchTiming.measure(count * 128, batch: 1_024) { range in
        for index in range {
          let start = index & 511
          let bytes = flights.extracting(start..<(start + 300))
          let verdict = program.firstFlight(all[index & (count - 1)], bytes)
          if !verdict.matched.isEmpty { matched += 1 }
        }
      }
      print("50 rules at arrival: \(arrival); \(arrival.cost).")
      print("50 rules on a first flight of 300 bytes: \(flight); \(flight.cost).")
      print("Features take \(MemoryLayout<Features>.stride) bytes,", terminator: " ")
      print("a verdict \(MemoryLayout<RuleVerdict>.stride).")
      #expect(matched > count * 128)
      #expect(arrival.cost == .none && flight.cost == .none)
      #expect(arrival.best <= 200)
      #expect(flight.best <= 200)
    }

    @Test func bucketsAreAskedWithoutAllocation() throws {
      var generator = SeededGenerator(seed: 51)
      var book = RuleBook()
      for number in 0..<4 {
        let limit = try RuleLimit(text: "\(number + 1)/1s per /\(24 + number)")
        book.rules.append(rule("rule-\(number)", .limit(limit)))
      }
      let program = try RuleProgram(book)
      var buckets = RuleBuckets(capacity: 65_536)
      let features = (0..<4_096).map { _ in Self.features(&generator) }
      var passed = 0
      let all = features.span
      let timing = BatchTiming.measure(features.count * 64, batch: 1_024) { range in
        for index in range {
          let place = index & 4_095
          let verdict = program.arrival(all[place])
          let now = Instant(nanoseconds: UInt64(index) * 1_000)
          let settled = buckets.settle(verdict, program, source: all[place].source, now: now)
          passed += settled.decision == .pass ? 1 : 0
        }
      }
      print("Four limits by network: \(timing); \(timing.cost).")
      #expect(passed > 0)
      #expect(timing.cost == .none)
      #expect(timing.best <= 300)
    }
  #endif
}
