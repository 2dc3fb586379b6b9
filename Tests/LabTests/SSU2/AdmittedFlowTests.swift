import Testing
import Wire

@testable import Lab

extension GateTests {
  /// What the kernel carries is no news to the gate.
  @Suite struct AdmittedFlowTests {
    @Test(.timeLimit(.minutes(1))) func anAdmittedFlowWakesNobody() throws {
      var settings = BenchSettings()
      settings.floodSeconds = 3
      let lines = try AdmittedFlowBench.run(settings)
      #expect(lines.count == 3)
      for line in lines { #expect(line.isWithinBound == true, "\(line)") }
    }
  }
}

/// The words of newcomers.
@Suite struct HonestDatagramPeersTests {
  @Test func aTallyCountsFirstAttemptsAndEnds() {
    var tallies = HonestDatagramPeers.Tallies()
    tallies.i2pd.add(1_000_000, 1, "established")
    tallies.java.add(2_000_000, 2, "established")
    tallies.java.add(nil, 2, "a second Retry")
    #expect(tallies.all.established == 2 && tallies.all.tried == 3)
    #expect(
      tallies.text
        == "i2pd manner 1/1 (1 at first); "
        + "Java manner 1/2 (0 at first), ended by 1 a second Retry"
    )
  }
}
