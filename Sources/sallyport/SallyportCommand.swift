internal import ArgumentParser

/// The command `sallyport`. Each subcommand has a file of its own in `Commands/`.
@main
struct SallyportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sallyport",
    abstract: "Guards the ports of an I2P router: strangers cost it nothing.",
    subcommands: [
      RunCommand.self, StatusCommand.self, TopCommand.self, WhyCommand.self, BlockCommand.self,
      AllowCommand.self, UnblockCommand.self, CheckCommand.self, FirewallCommand.self,
      RulesCommand.self, SimulateCommand.self,
    ]
  )
}
