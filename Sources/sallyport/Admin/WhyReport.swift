/// What the gate thinks of an address.
struct WhyReport: Codable, Equatable {
  /// The address.
  var address: String
  /// What people said of it, the longest network first.
  var entries: [EntryRow]
  /// What is known of it from before and from elsewhere.
  var standing: StandingReport
  /// How its next NTCP2 connection would be judged; nil when no gate says so.
  var judgement: JudgementReport?
}
