internal import Telemetry

/// How often a rule or a signature that is in force matched, since it is.
struct RuleHits: Codable, Equatable {
  /// `signature` or `rule`.
  var kind: String
  /// Its name.
  var name: String
  /// Connections that matched.
  var matched: UInt64
  /// Of those, refused for it.
  var refused: UInt64
  /// Of those, how many it would have refused, were it enforced.
  var wouldRefuse: UInt64

  /// The hits of what a board counted.
  init(_ matches: RuleMatches) {
    kind = matches.kind.rawValue
    name = matches.name
    matched = matches.counts.matched
    refused = matches.counts.refused
    wouldRefuse = matches.counts.wouldRefuse
  }
}
