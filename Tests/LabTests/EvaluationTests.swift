import Foundation
import Testing

@testable import Lab

/// The labelled captures, judged with the shipped rules: no peer is refused, and what of the others
/// gets how far.
@Suite(.enabled(if: LabNeeds.gate, "needs the gate's program beside the tests"))
struct EvaluationTests {
  private static let corpus = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Corpus/Captures").path

  /// What may get past, at most: before the proof, and then to the router.
  struct Misses: Equatable {
    var beforeProof = 0
    var afterProof = 0
  }

  /// Every other capture is stopped before a key agreement, or makes no connection at all.
  private static let misses: [CorpusCapture: Misses] = [
    // Nothing tells random bytes from a first flight but the proof.
    .garbage: Misses(beforeProof: 12),
    .neighbours: Misses(beforeProof: 24),
    // Its first copy is an honest flight.
    .replay: Misses(beforeProof: 1, afterProof: 1),
  ]

  /// One way of trusting the rules at a time, so that the two run side by side.
  @Test(arguments: CaptureEvaluation.Trust.allCases)
  func noPeerIsRefusedAndTheMissesAreKnown(trust: CaptureEvaluation.Trust) throws {
    let rows = try CaptureEvaluation(directory: Self.corpus).rows(trust)
    #expect(rows.map(\.capture) == CorpusCapture.allCases)
    print(EvaluationTable.text(rows, trust))
    for row in rows {
      #expect(row.refusedHonest == 0, "\(row)")
      let most = Self.misses[row.capture] ?? Misses()
      #expect(row.reachedProof <= most.beforeProof, "\(row)")
      #expect(row.admitted <= most.afterProof, "\(row)")
      switch row.capture.label {
      case .honest: #expect(row.honest == row.connections && row.honest > 0, "\(row)")
      case .mixed: #expect(row.honest > 0 && row.honest < row.connections, "\(row)")
      case .junk:
        #expect(row.honest == 0, "\(row)")
        #expect(row.connections > 0 || !row.knocks.isEmpty, "an empty capture: \(row)")
      }
    }
  }
}
