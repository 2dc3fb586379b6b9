import ArgumentParser

/// `sallyport-lab clean`: removes what runs that crashed have left behind.
struct CleanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clean",
    abstract: "Remove what crashed runs have left behind; runs that live are not touched."
  )

  func run() throws {
    let count = Leftovers.removeOfDeadRuns()
    print(
      "removed: \(count.namespaces) namespaces, \(count.processes) processes,",
      "\(count.directories) directories"
    )
  }
}
