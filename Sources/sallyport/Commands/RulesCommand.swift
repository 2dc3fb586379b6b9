internal import ArgumentParser
internal import Filter

/// `sallyport rules`: lists signatures and rules, what each does and when, and how improbable it is
/// that they meet an honest peer.
struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules",
    abstract: "List the rules: what each does, when, and its chance of meeting an honest peer.",
    discussion: """
      Where the gate runs and answers, also how often each one matched, and refused or would have
      refused, since it is in force.
      """
  )

  @OptionGroup var admin: AdminOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "List this directory of rules instead of the configured ones.")
  var directory: String?

  func run() throws {
    let rules: LoadedRules
    do throws(FaultReport) {
      rules = try load()
    } catch {
      for fault in error.faults { print(fault) }
      throw ExitCode(1)
    }
    var rows = rules.signatures.map(RuleRow.init) + rules.rules.map(RuleRow.init)
    if let hits { for index in rows.indices { rows[index].take(hits) } }
    if output.json {
      print(try JSONText.encode(rows))
      return
    }
    for line in RuleRow.table(rows) { print(line) }
    for line in Self.summary(of: rules) { print(line) }
    let set = try SignatureSet(rules.definitions)
    print("All signatures together match \(Chance.text(set.chance)) of honest peers.")
  }

  private func load() throws(FaultReport) -> LoadedRules {
    if let directory {
      let origin = Fault(file: directory, line: 1, problem: "", remedy: "")
      return try RuleFiles.load(directory: directory, origin: origin)
    }
    let loaded = try LoadedConfiguration.load(path: admin.source.path)
    return try RuleFiles.load(
      directory: loaded.configuration.rules.directory,
      shipped: loaded.configuration.rules.shipped,
      origin: loaded.fault(at: "rules.directory", "", "")
    )
  }

  /// What the running gate counted; nil when none answers, or other rules are to be listed.
  private var hits: [RuleHits]? {
    guard directory == nil else { return nil }
    do throws(AdminFault) {
      return try admin.client.ask(.rules)
    } catch {
      return nil
    }
  }

  private static func summary(of rules: LoadedRules) -> [String] {
    var lines = rules.lists.map { list in
      "List @\(list.name): \(list.prefixes.prefixes.count) networks, \(list.path)"
    }
    if let bound = rules.score.refuseFrom, let origin = rules.scoreOrigin {
      lines.append(
        "Score: \(rules.score.action.word) from \(RuleRow.weight(bound)) on, "
          + "\(rules.score.mode.word)  \(origin.file):\(origin.line)"
      )
    }
    return lines
  }
}
