internal import Filter
internal import Telemetry

/// The closed lists of verdicts and reasons, as telemetry wants them.
enum VerdictWords {
  /// The words, in the order of the counters.
  static let names = CounterNames(
    verdicts: Verdict.allCases.map { $0.word.description },
    reasons: Reason.allCases.map { $0.word.description }
  )

  /// The word of an overload stage, by the number with which it crosses over.
  static func stage(_ number: UInt8) -> String {
    OverloadStage(rawValue: number)?.word.description ?? String(number)
  }
}
