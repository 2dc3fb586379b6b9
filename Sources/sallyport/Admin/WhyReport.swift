/// What the gate thinks of an address.
struct WhyReport: Codable, Equatable {
  /// The address.
  var address: String
  /// What people said of it, the longest network first.
  var entries: [EntryRow]
}
