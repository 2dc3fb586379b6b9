internal import ArgumentParser

struct LabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sallyport-lab",
    subcommands: [
      HandshakeCommand.self, FloodCommand.self, AcceptorCommand.self, StandInCommand.self,
    ]
  )
}

LabCommand.main()
