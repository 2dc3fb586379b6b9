internal import ArgumentParser

/// `sallyport doctor`: what breaks in practice, looked at before it does.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what is wrong with this host, its router and the gate, and what to do.",
    discussion: """
      Changes nothing and never connects to the router. As root it sees everything; what it can't \
      see is "unknown". Exits 1 only when something is bad.
      """
  )

  @OptionGroup var source: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let facts = Doctor().look(configurationPath: source.path)
    let report = DoctorReport(findings: facts.findings())
    if output.json {
      print(try JSONText.encode(report))
    } else {
      for line in report.lines(for: .output) { print(line) }
    }
    if !report.isGood { throw ExitCode(1) }
  }
}
