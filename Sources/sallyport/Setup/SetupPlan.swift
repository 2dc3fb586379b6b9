internal import Kernel

/// Everything that setup found, will write and will do. Nothing has happened yet.
struct SetupPlan {
  /// What lies where the configuration goes.
  enum Place: Equatable {
    /// Nothing.
    case free
    /// The same as would be written.
    case same
    /// A configuration that setup wrote and nobody changed.
    case own
    /// A configuration that a person wrote or changed.
    case persons
  }

  /// All routers that were found.
  var routers: [FoundRouter]
  /// The one that is to be guarded.
  var router: FoundRouter?
  /// What a person should know, problems among it.
  var notes: [SetupNote]
  /// Where the configuration goes.
  var path: String
  /// What lies there.
  var existing: String?
  /// How that is to be taken.
  var place = Place.free
  /// The configuration; empty when there is no router for it.
  var text = ""
  /// The kernel's rules that the gate will need.
  var firewall: FirewallPlan?
  /// What is done, in this order.
  var steps: [SetupStep] = []

  /// Whether nothing stands in the way.
  var isPossible: Bool { !notes.contains { $0.kind == .problem } }
}
