import AllocationCounter
import Filter
import Kernel
import Telemetry
import Testing
import Wire

@testable import Proxy

/// What a connection costs the heap and the reference counts: nothing.
@Suite("Hot path", .serialized)
struct HotPathTests {
  /// An address of this host for a peer of its own.
  private static func address(_ number: Int) -> UInt32 {
    0x7f10_0000 + UInt32(number) << 4 + 1
  }

  private static func expectNothing(_ gate: borrowing LoopbackGate) {
    let cost = (gate.allocations, gate.references, gate.turns)
    #expect(cost.0 == 0, "allocations in \(cost.2) turns")
    #expect(cost.1 == 0, "retains and releases in \(cost.2) turns")
  }

  @Test("An idle turn", .inOptimisedBuilds)
  func idle() throws {
    var gate = try LoopbackGate(limits: .unthrottled)
    let client = try gate.connect(from: Self.address(0), saying: [])
    gate.turn()
    gate.forgetCost()
    for _ in 0..<20 { gate.turn() }
    #expect(gate.heldCount == 1)
    _ = consume client
    Self.expectNothing(gate)
  }

  @Test("A reload is no part of it, and is seen to cost something", .inOptimisedBuilds)
  func reload() throws {
    var gate = try LoopbackGate(limits: .unthrottled)
    gate.mailbox.put(try TestRouter.policy(limits: .unthrottled))
    let client = try gate.connect(from: Self.address(0), saying: [])
    gate.turn()
    _ = consume client
    // The old policy is only given back: whoever sent the new one frees it.
    #expect(gate.allocations > 0)
  }

  /// Half of it from few addresses: their proofs are put off.
  @Test("5,000 first flights of garbage", .inOptimisedBuilds)
  func garbage() throws {
    var random = SmallRandom(seed: 1)
    var gate = try LoopbackGate(limits: .unthrottled)
    for number in 0..<5_100 {
      if number == 100 { gate.forgetCost() }
      let address = Self.address(number.isMultiple(of: 2) ? number : number % 50)
      let client = try gate.connect(from: address, saying: random.bytes(400))
      gate.settle()
      #expect(gate.heldCount == 0)
      _ = consume client
    }
    Self.expectNothing(gate)
  }

  @Test("2,000 first flights that are kept, or find no room", .inOptimisedBuilds)
  func keptFlights() throws {
    var random = SmallRandom(seed: 3)
    let ring = FlightRing()
    let reader = ring.makeReader()
    var gate = try LoopbackGate(limits: .unthrottled, refusedFlights: ring)
    for number in 0..<2_100 {
      if number == 100 { gate.forgetCost() }
      let said = random.bytes(400)
      let client = try gate.connect(from: Self.address(number), saying: said)
      gate.settle()
      _ = consume client
      if number < 1_000 { #expect(reader.next()?.bytes == said) }
    }
    Self.expectNothing(gate)
    #expect(gate.board.snapshot()[.flightsLost] == 1_100 - UInt64(FlightRing.capacity))
  }

  @Test("3,000 greetings of another protocol", .inOptimisedBuilds)
  func signatures() throws {
    var gate = try LoopbackGate(limits: .unthrottled)
    let greeting = Array("GET / HTTP/1.1\r\n".utf8) + [UInt8](repeating: 65, count: 400)
    for number in 0..<3_100 {
      if number == 100 { gate.forgetCost() }
      let client = try gate.connect(from: Self.address(number), saying: greeting)
      gate.settle()
      #expect(gate.heldCount == 0)
      _ = consume client
    }
    Self.expectNothing(gate)
  }

  /// Rules that ask for everything there is, and watch: what they match goes on.
  private static func rules() throws -> RuleBook {
    var book = RuleBook()
    let effects: [RuleEffect] = [
      .weight(500), .weight(-250), .limit(try RuleLimit(text: "100/1s per /24")), .act(.mimic),
    ]
    let words = try SignaturePattern(text: #""mining.submit""#.utf8)
    for number in 0..<50 {
      var conditions = RuleConditions()
      switch number % 4 {
      case 0: conditions.syn = SynCondition(classes: [.linux, .zmap])
      case 1: conditions.contents = [words]
      default:
        let feature = Feature.allCases[number % Feature.allCases.count]
        conditions.numbers = [FeatureCondition(feature, [FeatureRange(0, .max)])]
      }
      book.rules.append(
        RuleDefinition(
          name: "rule-\(number)",
          mode: number % 4 == 1 ? .enforce : .observe,
          conditions: conditions,
          effect: effects[number % effects.count]
        )
      )
    }
    return book
  }

  @Test("2,000 sessions and 2,000 refusals past 50 rules", .inOptimisedBuilds)
  func sessionsPastRules() throws {
    var random = SmallRandom(seed: 2)
    var gate = try LoopbackGate(limits: .unthrottled, rules: Self.rules())
    for number in 0..<2_100 {
      if number == 100 { gate.forgetCost() }
      try Self.session(number, &gate)
      let stranger = try gate.connect(from: Self.address(number % 40), saying: random.bytes(400))
      gate.settle()
      _ = consume stranger
    }
    Self.expectNothing(gate)
    let numbers = gate.board.snapshot()
    let observed = numbers.count(
      verdict: Int(Verdict.observe.rawValue),
      reason: Int(Reason.rule.rawValue)
    )
    // The peers of this host are in a private range: they are asked, and exempt.
    #expect(observed == 0 && gate.matches.counts(at: MatchPlaces()[rule: 0]).matched > 4_000)
  }

  @Test("2,000 sessions, from the first flight to the last byte", .inOptimisedBuilds)
  func sessions() throws {
    var gate = try LoopbackGate(limits: .unthrottled)
    for number in 0..<2_100 {
      if number == 100 { gate.forgetCost() }
      try Self.session(number, &gate)
    }
    Self.expectNothing(gate)
    let numbers = gate.board.snapshot()
    let complete = numbers.count(
      verdict: Int(Verdict.complete.rawValue),
      reason: Int(Reason.established.rawValue)
    )
    #expect(complete == 2_100)
  }

  private static func session(_ number: Int, _ gate: inout LoopbackGate) throws {
    let flight = TestRouter.flight(padding: 20, wallSeconds: Clock.wallSeconds)
    let client = try gate.connect(from: address(number), saying: flight)
    var accepted: StreamSocket?
    for _ in 0..<8 {
      gate.turn()
      accepted = gate.acceptAtRouter()
      if accepted != nil { break }
    }
    guard let router = accepted.take() else {
      Issue.record("the router is not dialled for flight \(number)")
      return
    }
    var received = 0
    for _ in 0..<8 where received < flight.count {
      gate.turn()
      received += gate.read(router)
    }
    #expect(received == flight.count)
    gate.send([UInt8](repeating: 1, count: 100), on: router)
    gate.turn()
    #expect(gate.read(client) == 100)
    gate.send([UInt8](repeating: 2, count: TestRouter.message3Length + 100), on: client)
    gate.turn()
    #expect(gate.read(router) == TestRouter.message3Length + 100)
    gate.send([UInt8](repeating: 3, count: 100), on: router)
    gate.turn()
    #expect(gate.read(client) == 100)
    client.shutdownSending()
    gate.turn()
    router.shutdownSending()
    gate.settle()
    #expect(gate.heldCount == 0)
  }
}
