import Filter
import Testing
import Wire

@testable import Lab

extension GateTests {
  /// What was let through stays, and ends as its ends wish.
  @Suite struct Relaying {
    @Test func sessionSurvivesAndItsEndIsPassedOn() throws {
      try GateTests.withGuardedRouter { guarded in
        let stay = 30 * GateTests.second
        let session = try guarded.session(lastingNanoseconds: stay)
        Pause.nanoseconds(stay - 5 * GateTests.second)
        #expect(try guarded.gate.status().sessions == 1)

        let joined = session.join()
        let result = try #require(joined)
        #expect(result.end == .established)
        #expect(result.observation.close == .finish, "the router answers our end with its own")
        let isGone = Pause.until(timeoutNanoseconds: 2 * GateTests.second) {
          (try? guarded.gate.status())?.sessions == 0
        }
        #expect(isGone)
      }
    }
  }
}
