internal import ArgumentParser
internal import Filter

/// `sallyport rules`: lists the rules, and how improbable it is that they meet an honest peer.
struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules",
    abstract: "List the rules with their chance of matching an honest peer."
  )

  /// A rule as `--json` shows it.
  private struct Row: Encodable {
    var name: String
    var mode: String
    var action: String
    var chance: Double
    var file: String
    var line: Int

    init(_ signature: LoadedSignature) {
      name = signature.definition.name
      mode = "\(signature.definition.mode.word)"
      action = "\(signature.definition.action.word)"
      chance = signature.chance
      file = signature.file
      line = signature.line
    }
  }

  @OptionGroup var source: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "List this directory of rules instead of the configured one.")
  var directory: String?

  func run() throws {
    let rules: LoadedRules
    do throws(FaultReport) {
      rules = try load()
    } catch {
      for fault in error.faults { print(fault) }
      throw ExitCode(1)
    }
    let rows = rules.signatures.map(Row.init)
    if output.json {
      print(try JSONText.encode(rows))
      return
    }
    let width = rows.map(\.name.count).max() ?? 0
    print(Self.line("NAME", "MODE", "ACTION", "CHANCE", width: width) + "  WHERE")
    for row in rows {
      let line = Self.line(row.name, row.mode, row.action, Chance.text(row.chance), width: width)
      print("\(line)  \(row.file):\(row.line)")
    }
    print("All together match \(try Chance.text(chance(of: rules))) of honest peers.")
  }

  private func load() throws(FaultReport) -> LoadedRules {
    if let directory {
      let origin = Fault(file: directory, line: 1, problem: "", remedy: "")
      return try RuleFiles.load(directory: directory, origin: origin)
    }
    let loaded = try LoadedConfiguration.load(path: source.path)
    return try RuleFiles.load(
      directory: loaded.configuration.rules.directory,
      origin: loaded.fault(at: "rules.directory", "", "")
    )
  }

  private func chance(of rules: LoadedRules) throws(SignatureFault) -> Double {
    let set = try SignatureSet(rules.definitions)
    return set.chance
  }

  private static func line(
    _ name: String,
    _ mode: String,
    _ action: String,
    _ chance: String,
    width: Int
  ) -> String {
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    return "\(padded(name, max(width, 4)))  \(padded(mode, 7))  \(padded(action, 6))  "
      + padded(chance, 7)
  }
}
