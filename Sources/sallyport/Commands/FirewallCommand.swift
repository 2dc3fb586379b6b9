internal import ArgumentParser
internal import Kernel

/// `sallyport firewall`: the privileged step, apart from the gate itself.
struct FirewallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "firewall",
    abstract: "Put the kernel's rules in place, take them away, or check them.",
    subcommands: [Up.self, Down.self, Check.self]
  )

  /// What there is to say where no gate is transparent.
  private static let needless = "No gate is transparent: no kernel rules are needed."

  /// `sallyport firewall up`.
  struct Up: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Put the kernel's rules in place, as the configuration asks for them."
    )

    @OptionGroup var source: ConfigurationOptions

    func run() throws {
      let plan = try FirewallCommand.plan(source.path)
      try FirewallCommand.orExit { () throws(FirewallFault) in
        if let plan { try Firewall.up(plan) } else { try Firewall.down() }
      }
      if plan == nil { print(FirewallCommand.needless) }
    }
  }

  /// `sallyport firewall down`.
  struct Down: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take the kernel's rules away and put back what was there."
    )

    @OptionGroup var source: ConfigurationOptions

    @Flag(help: "Leave them where a gate is when-down = \"closed\": the step after the gate's end.")
    var unlessClosed = false

    func run() throws {
      if unlessClosed, try isClosed() {
        return print("The kernel's rules stay: a gate is when-down = \"closed\".")
      }
      try FirewallCommand.orExit { () throws(FirewallFault) in try Firewall.down() }
    }

    /// Whether a gate is `closed`. The gate has ended when this is asked, and a fault that somebody
    /// has saved since is no reason to leave rules behind: then the rules themselves tell.
    private func isClosed() throws -> Bool {
      do {
        return try FirewallCommand.plan(source.path)?.goesWithTheGate == false
      } catch {
        var isClosed = false
        try FirewallCommand.orExit { () throws(FirewallFault) in
          isClosed = try Firewall.keepsPeersOut()
        }
        print(
          "The configuration can't be used, so the rules in the kernel decide: when-down = "
            + (isClosed ? "\"closed\"." : "\"open\", and they go.")
        )
        return isClosed
      }
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
      if let plan {
        try FirewallCommand.orExit { () throws(FirewallFault) in
          findings = try Firewall.check(plan).findings.map { "\($0.message); \($0.remedy)" }
        }
      }
      if output.json {
        print(try JSONText.encode(Report(ok: findings.isEmpty, findings: findings)))
      } else {
        for finding in findings { print(finding) }
        if plan == nil {
          print(FirewallCommand.needless)
        } else if findings.isEmpty {
          print("The kernel's rules are in place.")
        }
      }
      if !findings.isEmpty { throw ExitCode(1) }
    }
  }

  /// The rules that the configuration at `path` asks for; nil when it asks for none.
  private static func plan(_ path: String) throws -> FirewallPlan? {
    let configuration: Configuration
    do throws(FaultReport) {
      configuration = try LoadedConfiguration.load(path: path).configuration
    } catch {
      for fault in error.faults { print(fault) }
      throw ExitCode(1)
    }
    var plan: FirewallPlan?
    try orExit { () throws(FirewallFault) in plan = try FirewallPlan(configuration) }
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
