internal import Filter

/// What is in force of the files that people write: of a setup all but what the router's files
/// said, which change by themselves.
struct SettingsInForce: Sendable {
  /// The configuration.
  let loaded: LoadedConfiguration
  /// The rules, without the networks of their lists: the compiled program has its own.
  let rules: LoadedRules

  /// What `setup` puts in force.
  init(_ setup: borrowing GateSetup) {
    loaded = setup.loaded
    var rules = setup.rules
    rules.lists = []
    self.rules = rules
  }

  /// The configuration alone.
  var configuration: Configuration { loaded.configuration }
}
