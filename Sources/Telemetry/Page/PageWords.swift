/// What the page says and shows for what is counted only by number: handed in by the executable,
/// since nothing here knows what is decided.
public struct PageWords: Sendable {
  /// How the page shows a verdict.
  public enum Shade: String, Sendable, CaseIterable {
    /// What came was let through.
    case passed
    /// It was let through, and watched.
    case watched
    /// It was asked for a proof.
    case asked
    /// It was sent away with an answer.
    case sent
    /// It was refused.
    case refused
    /// What was let through became a session.
    case done
    /// What was let through came to nothing.
    case broken
    /// Nothing was done about it.
    case noted

    /// Whether this is what was decided about something that came; the others tell what became of
    /// it later.
    var isDecision: Bool {
      switch self {
      case .passed, .watched, .asked, .sent, .refused: true
      case .done, .broken, .noted: false
      }
    }
  }

  /// A verdict on the page.
  public struct Verdict: Sendable {
    /// How it is shown.
    public var shade: Shade
    /// Its name for people.
    public var name: String

    /// A verdict with this look.
    public init(_ shade: Shade, _ name: String) {
      self.shade = shade
      self.name = name
    }
  }

  /// The verdicts, by their numbers.
  public var verdicts: [Verdict]
  /// What each reason means, by its number.
  public var reasons: [String]
  /// The words of the overload stages, in rising order.
  public var stages: [String]

  /// The words for a board's numbers.
  public init(verdicts: [Verdict], reasons: [String], stages: [String]) {
    self.verdicts = verdicts
    self.reasons = reasons
    self.stages = stages
  }
}
