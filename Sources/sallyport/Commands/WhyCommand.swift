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

/// An explanation as lines for people.
struct WhyText {
  /// What marks words.
  let ink: Ink

  /// The lines.
  func lines(_ report: WhyReport) -> [String] {
    [ink.strong(report.address)] + people(report.entries)
  }

  private func people(_ entries: [EntryRow]) -> [String] {
    guard !entries.isEmpty else { return ["  people         said nothing of it"] }
    let isAllowed = entries.contains { $0.wish == "allow" }
    return entries.map { entry in
      let word = entry.wish == "allow" ? ink.good("allowed") : ink.bad("blocked")
      let overruled = entry.wish == "block" && isAllowed ? ", overruled" : ""
      return "  people         \(word)\(overruled) as \(entry.network) until "
        + "\(PlainWords.moment(entry.endsSeconds)) (\(entry.origin), "
        + "\(PlainWords.user(entry.user))): \(PlainWords.harmless(entry.reason))"
    }
  }
}
