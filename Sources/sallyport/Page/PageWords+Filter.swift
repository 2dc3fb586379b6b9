internal import Filter
internal import Telemetry

extension PageWords {
  /// The page's words for the closed lists of verdicts, reasons and stages.
  static let ofFilter = PageWords(
    verdicts: Filter.Verdict.allCases.map(word),
    reasons: Reason.allCases.map { ReasonMeaning.text(of: $0.word.description) ?? "" },
    stages: OverloadStage.allCases.map { $0.word.description }
  )

  private static func word(_ verdict: Filter.Verdict) -> Verdict {
    switch verdict {
    case .refuse: Verdict(.refused, "refused")
    case .admit: Verdict(.passed, "let through")
    case .fail: Verdict(.broken, "failed")
    case .complete: Verdict(.done, "became sessions")
    case .observe: Verdict(.noted, "only observed")
    case .trial: Verdict(.watched, "on trial")
    case .challenge: Verdict(.asked, "asked for a proof")
    case .reject: Verdict(.sent, "told to come again")
    }
  }
}
