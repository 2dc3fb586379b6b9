import Filter
import Testing
import Wire

@testable import Lab

/// The first two minutes of a soak, beside all other tests.
@Suite(.enabled(if: GuardedI2PD.isPossible, LabNeeds.why))
struct SoakTests {
  @Test(.timeLimit(.minutes(5))) func aMixedLoadLeavesEverythingAsItWas() throws {
    let plan = Soak.Plan(seconds: 120, datagramsPerSecond: 5_000, lookSeconds: 10)
    let outcome = try Soak(plan: plan) { print($0) }.run()
    print(outcome.text)
    #expect(outcome.faults.isEmpty)
    #expect(outcome.looks.count >= 8 && outcome.floods.count == 4)
    #expect(outcome.status.count(.challenge) > 0 && outcome.status.count(.refuse) > 0)
  }
}

/// What a soak says of what it saw.
@Suite struct SoakOutcomeTests {
  private static func outcome(_ change: (inout Soak.Look) -> Void) -> Soak.Outcome {
    let first = Soak.Look(
      seconds: 10,
      gateBytes: 20 << 20,
      gateDescriptors: 20,
      routerBytes: 40 << 20,
      routerDescriptors: 30
    )
    var last = first
    change(&last)
    var outcome = Soak.Outcome(looks: [first, last, first])
    outcome.honest.i2pd.sessions.add(establishedAfter: 1)
    outcome.floods = [DatagramFloodReport(kind: .random)]
    return outcome
  }

  @Test func whatGrowsOrEndsIsAFault() {
    #expect(Self.outcome { $0.gateBytes += 1 << 20 }.faults.isEmpty)
    #expect(Self.outcome { $0.gateBytes += 5 << 20 }.faults.count == 1)
    #expect(Self.outcome { $0.gateBytes = 0 }.faults == ["the gate ended"])
    #expect(Self.outcome { $0.routerBytes += 64 << 20 }.faults.count == 1)
    #expect(Self.outcome { $0.gateDescriptors += 9 }.faults.count == 1)
    #expect(Self.outcome { $0.routerDescriptors += 9 }.faults.count == 1)
    #expect(Soak.Outcome().faults.count == 1)
  }

  @Test func theHonestHaveToGetIn() {
    var outcome = Self.outcome { _ in }
    for _ in 0..<98 { outcome.honest.java.sessions.add(establishedAfter: 1) }
    outcome.honest.java.sessions.add(establishedAfter: nil)
    #expect(outcome.faults.isEmpty)
    outcome.honest.java.sessions.add(establishedAfter: nil)
    #expect(outcome.faults.count == 1)
  }
}
