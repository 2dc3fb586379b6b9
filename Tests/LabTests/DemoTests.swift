import Testing
import Wire

@testable import Lab

/// The text of a demonstration, without a network.
@Suite struct DemoTests {
  private static func tally(established: Int, failed: Int) -> HandshakeTally {
    var tally = HandshakeTally()
    for index in 0..<established {
      var result = HandshakeResult(end: .established, observation: Observation())
      result.establishedAfterNanoseconds = UInt64(index + 1) * Nanoseconds.perMillisecond
      tally.add(result)
    }
    for _ in 0..<failed {
      tally.add(HandshakeResult(end: .refused, observation: Observation()))
    }
    return tally
  }

  private static func sample(_ scale: UInt64) throws -> DemoSample {
    let page = ["silent", "message-3-out-of-bounds", "hybrid-unpublished", "unauthenticated"]
      .map { reason in
        "sallyport_verdicts_total{verdict=\"refuse\",reason=\"\(reason)\"} \(12_345 * scale)\n"
      }
      .joined()
    var sample = DemoSample()
    sample.attempted = 99_999 * scale
    sample.status = try GateStatus(
      page: page + "sallyport_accepted_total 1\nsallyport_open 16384\nsallyport_held 16384\n"
    )
    sample.gate = ProcessObservation(of: 1)
    sample.router = ProcessObservation(of: 1)
    sample.honest.known = tally(established: 1_000, failed: 500)
    sample.honest.new = tally(established: 1_000, failed: 500)
    sample.newcomers.i2pd.sessions = tally(established: 1_000, failed: 500)
    sample.newcomers.java.sessions = tally(established: 1_000, failed: 500)
    return sample
  }

  @Test func talliesTellMedianAndLongestOfThoseThatGotIn() {
    let tally = Self.tally(established: 5, failed: 2)
    #expect(tally.established == 5 && tally.tried == 7)
    #expect(tally.medianNanoseconds == 3_000_000 && tally.worstNanoseconds == 5_000_000)
    #expect(DemoText.handshakes(tally) == "5/7 3.0/5.0 ms")
    #expect(DemoText.handshakes(Self.tally(established: 0, failed: 2)) == "0/2")
  }

  @Test func noLineIsWiderThanATerminal() throws {
    let (before, now) = (try Self.sample(1), try Self.sample(2))
    let plan = Self.plan(
      FloodKind.allCases.map { .connections($0) }
        + DatagramFloodKind.allCases.map { .datagrams($0) },
      seconds: 600,
      bareSeconds: 600
    )
    var lines: [String] = []
    for phase in plan.phases {
      let shown = DemoText.lines(phase, second: 600, now, since: before)
      #expect(shown.count == 2 && shown[1].contains("hybrid-unpublished 12345"))
      lines += shown + [DemoText.heading(phase, plan)]
    }
    lines.append(DemoText.legend)
    lines += DemoSummary.lines(
      plan.phases.map { DemoOutcome(phase: $0, samples: [before, now]) }
    )
    for line in lines.flatMap({ $0.split(separator: "\n") }) {
      #expect(line.count <= DemoText.columns, "\(line)")
    }
  }

  @Test func theBareRouterComesLastAndOnlyIfWanted() {
    let attacks: [DemoPlan.Attack] = [
      .connections(.silent), .connections(.stratum), .datagrams(.tokenRequest),
    ]
    let whole = Self.plan(attacks, seconds: 6, bareSeconds: 20)
    #expect(
      whole.phases.map(\.guardState) == [
        .guarded, .guarded, .guarded, .guarded, .bare, .bare, .bare,
      ]
    )
    #expect(
      whole.phases.map(\.flood)
        == [nil] + attacks + [.datagrams(.tokenRequest), .connections(.silent), nil]
    )
    let guarded = Self.plan(attacks, seconds: 6, bareSeconds: 0)
    #expect(guarded.phases.allSatisfy { $0.guardState == .guarded })
  }

  @Test func everyTransportHasATableOfItsOwn() throws {
    let sample = try Self.sample(1)
    func summary(_ attacks: [DemoPlan.Attack]) -> String {
      let phases = Self.plan(attacks, seconds: 6, bareSeconds: 6).phases
      return DemoSummary.lines(phases.map { DemoOutcome(phase: $0, samples: [sample, sample]) })
        .joined(separator: "\n")
    }
    let connections = summary([.connections(.silent)])
    #expect(connections.contains("known addresses") && !connections.contains("SSU2"))
    let both = summary([.connections(.silent), .datagrams(.tokenRequest)])
    #expect(both.contains("as Java does") && both.contains("in others' names) honest peers got in"))
  }

  private static func plan(
    _ attacks: [DemoPlan.Attack],
    seconds: Int,
    bareSeconds: Int
  ) -> DemoPlan {
    DemoPlan(
      attacks: attacks,
      seconds: seconds,
      bareSeconds: bareSeconds,
      ratePerSecond: 100_000,
      datagramsPerSecond: 100_000
    )
  }
}
