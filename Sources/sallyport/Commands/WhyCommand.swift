internal import ArgumentParser

/// `sallyport why`: what the gate thinks of an address.
struct WhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Explain what the gate thinks of an address, and what would change that."
  )

  @Argument(help: "The address.")
  var address: String

  @OptionGroup var admin: AdminOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let report: WhyReport = try admin.ask(.why(address: address))
    if output.json {
      print(try JSONText.encode(report))
    } else {
      for line in WhyText(ink: Ink(isOn: Output.hasColour)).lines(report) { print(line) }
    }
  }
}
