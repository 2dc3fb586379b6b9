internal import ArgumentParser
internal import Filter

/// `sallyport check`: says what is wrong with the configuration and the rules.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check the configuration and all that it names.",
    discussion: "Prints one line for each fault, file:line: what is wrong; what to do, and exits 1."
  )

  /// What `--json` shows.
  private struct Report: Encodable {
    var ok: Bool
    var gates: Int
    var signatures: Int
    var rules: Int
    var networks: Int
    var faults: [Fault]
  }

  @OptionGroup var source: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let outcome = Checks.run(configurationPath: source.path)
    if output.json {
      let report = Report(
        ok: outcome.faults.isEmpty,
        gates: outcome.loaded?.configuration.gates.count ?? 0,
        signatures: outcome.rules?.signatures.count ?? 0,
        rules: outcome.rules?.rules.count ?? 0,
        networks: outcome.rules?.networkCount ?? 0,
        faults: outcome.faults
      )
      print(try JSONText.encode(report))
    } else {
      for fault in outcome.faults { print(fault) }
      if outcome.faults.isEmpty { print(Self.summary(of: outcome, path: source.path)) }
    }
    if !outcome.faults.isEmpty { throw ExitCode(1) }
  }

  private static func summary(of outcome: Checks.Outcome, path: String) -> String {
    let gates = outcome.loaded?.configuration.gates ?? []
    let signatures = outcome.rules?.signatures ?? []
    let enforced = signatures.count { $0.definition.mode == .enforce }
    let ports = gates.map { "\($0.transport.word) \($0.endpoint)" }.joined(separator: ", ")
    let rules = outcome.rules?.rules ?? []
    let enforcedRules = rules.count { $0.definition.mode == .enforce }
    return """
      All good: \(path)
      Gates: \(ports)
      Signatures: \(signatures.count), \(enforced) of them enforced; \
      rule files: \(outcome.rules?.fileCount ?? 0)
      Rules: \(rules.count), \(enforcedRules) of them enforced; \
      networks in lists: \(outcome.rules?.networkCount ?? 0)
      """
  }
}
