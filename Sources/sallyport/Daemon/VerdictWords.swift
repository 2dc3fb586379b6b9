internal import Filter
internal import Telemetry

/// The closed lists of verdicts and reasons, as telemetry wants them.
enum VerdictWords {
  /// The words, in the order of the counters.
  static let names = CounterNames(
    verdicts: Verdict.allCases.map { $0.word.description },
    reasons: Reason.allCases.map { $0.word.description }
  )
}
