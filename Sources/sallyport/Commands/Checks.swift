/// Everything that `sallyport check` looks at, and that must hold before `run` starts or a reload
/// takes effect.
enum Checks {
  /// What was read, and all that is wrong with it.
  struct Outcome: Sendable {
    /// The configuration; nil when the file could not be read as one.
    var loaded: LoadedConfiguration?
    /// The rules; nil when something is wrong with them.
    var rules: LoadedRules?
    /// Everything wrong, in the order of files and lines.
    var faults: [Fault]
  }

  /// A check of something that the configuration names, e.g. the router's files.
  typealias Check = @Sendable (LoadedConfiguration) -> [Fault]

  /// The checks beyond configuration and rules: one line each. They run only when the configuration
  /// itself is sound.
  static let further: [Check] = [RouterFilesCheck.run]

  /// Checks the configuration at `path` and all that it names.
  static func run(configurationPath path: String, further: [Check] = further) -> Outcome {
    let collector = FaultCollector(file: path)
    guard let loaded = LoadedConfiguration(path: path, faults: collector) else {
      return Outcome(faults: collector.faults.sorted())
    }
    var outcome = Outcome(loaded: loaded, faults: collector.faults)
    do throws(FaultReport) {
      outcome.rules = try RuleFiles.load(
        directory: loaded.configuration.rules.directory,
        shipped: loaded.configuration.rules.shipped,
        origin: loaded.fault(at: "rules.directory", "", "")
      )
    } catch {
      outcome.faults += error.faults
    }
    if collector.faults.isEmpty {
      for check in further { outcome.faults += check(loaded) }
    }
    outcome.faults.sort()
    return outcome
  }
}
