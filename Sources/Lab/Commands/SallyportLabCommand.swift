import ArgumentParser

/// `sallyport-lab`: a private network of real routers, attackers and measurements. Never installed.
@main
struct SallyportLabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sallyport-lab",
    abstract: "A private network of real routers for tests and measurements.",
    discussion: "Everything happens in network namespaces of its own and is removed at the end.",
    subcommands: [
      NetworkCommand.self, HandshakeCommand.self, FloodCommand.self, AcceptorCommand.self,
      StandInCommand.self, PeersCommand.self, BenchCommand.self, SoakCommand.self, DemoCommand.self,
      RecordCommand.self, EvaluateCommand.self, DoctorCommand.self, CleanCommand.self,
    ]
  )
}
