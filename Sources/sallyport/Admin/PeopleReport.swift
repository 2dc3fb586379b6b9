internal import Filter
internal import Wire

/// What people said of networks.
struct PeopleReport: Codable, Equatable {
  /// The entries, the oldest first.
  var entries: [EntryRow]
}

/// What became of a wish.
struct EntryReport: Codable, Equatable {
  /// The entry that stands now.
  var entry: EntryRow
  /// The one that it took the place of.
  var replaced: EntryRow?
}

/// One entry.
struct EntryRow: Codable, Equatable {
  /// `allow` or `block`.
  var wish: String
  /// The network.
  var network: String
  /// Where it comes from.
  var origin: String
  /// Why.
  var reason: String
  /// The number of the user who said it.
  var user: UInt32
  /// When it was said, in seconds since 1970.
  var beganSeconds: UInt64
  /// When it ends, in seconds since 1970.
  var endsSeconds: UInt64

  /// The row of an entry.
  init(_ entry: PeopleEntry) {
    wish = entry.wish.rawValue
    network = entry.prefix.name
    origin = entry.origin
    reason = entry.reason
    user = entry.user
    beganSeconds = entry.beganSeconds
    endsSeconds = entry.endsSeconds
  }
}
