internal import ArgumentParser
internal import Kernel

/// `sallyport firewall`: the privileged step, apart from the gate itself.
struct FirewallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "firewall",
    abstract: "Put the kernel's rules in place, take them away, or check them.",
    subcommands: [Up.self, Down.self, Check.self]
  )

  /// `sallyport firewall up`.
  struct Up: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Put the kernel's rules in place.")

    @OptionGroup var source: ConfigurationOptions

    func run() throws {
      let plan = try FirewallCommand.plan(source.path)
      try FirewallCommand.orExit { () throws(FirewallFault) in try Firewall.up(plan) }
    }
  }

  /// `sallyport firewall down`.
  struct Down: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take the kernel's rules away and put back what was there."
    )

    func run() throws {
      try FirewallCommand.orExit { () throws(FirewallFault) in try Firewall.down() }
    }
  }

  /// `sallyport firewall check`.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what is missing of the kernel's rules, and exit 1 if anything is."
    )

    @OptionGroup var source: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    /// What `--json` shows.
    private struct Report: Encodable {
      var ok: Bool
      var findings: [String]
    }

    func run() throws {
      let plan = try FirewallCommand.plan(source.path)
      var findings: [String] = []
      try FirewallCommand.orExit { () throws(FirewallFault) in
        findings = try Firewall.check(plan).findings.map { "\($0.message); \($0.remedy)" }
      }
      if output.json {
        print(try JSONText.encode(Report(ok: findings.isEmpty, findings: findings)))
      } else {
        for finding in findings { print(finding) }
        if findings.isEmpty { print("The kernel's rules are in place.") }
      }
      if !findings.isEmpty { throw ExitCode(1) }
    }
  }

  private static func plan(_ path: String) throws -> FirewallPlan {
    let configuration: Configuration
    do throws(FaultReport) {
      configuration = try LoadedConfiguration.load(path: path).configuration
    } catch {
      for fault in error.faults { print(fault) }
      throw ExitCode(1)
    }
    var plan: FirewallPlan?
    try orExit { () throws(FirewallFault) in plan = try FirewallPlan(configuration) }
    guard let plan else {
      print("\(path): no gate is transparent, so there are no kernel rules to put in place")
      throw ExitCode(1)
    }
    return plan
  }

  private static func orExit(_ body: () throws(FirewallFault) -> Void) throws {
    do throws(FirewallFault) {
      try body()
    } catch {
      print(error)
      throw ExitCode(1)
    }
  }
}
