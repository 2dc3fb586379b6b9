internal import ArgumentParser

/// The command `sallyport`. Each subcommand has a file of its own in `Commands/`.
@main
struct SallyportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sallyport",
    abstract: "Guards the ports of an I2P router: strangers cost it nothing.",
    subcommands: [
      SetupCommand.self, StatusCommand.self, TopCommand.self, WhyCommand.self, DoctorCommand.self,
      AllowCommand.self, BlockCommand.self, UnblockCommand.self, CheckCommand.self,
      RulesCommand.self, SimulateCommand.self, FirewallCommand.self, RunCommand.self,
    ]
  )
}
