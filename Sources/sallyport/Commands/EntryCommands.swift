internal import ArgumentParser
internal import Filter
internal import Wire

/// What `block` and `allow` have in common.
struct EntryOptions: ParsableArguments {
  @Argument(help: "The address or network, e.g. 203.0.113.7 or 2001:db8::/48; none lists them.")
  var network: String?

  @Option(name: .customLong("for"), help: "How long: 90s, 15m, 2h, 7d; 90d at most.")
  var span = "1h"

  @Option(help: "Why, in your own words.")
  var reason: String?

  @Option(help: "One word for where this comes from, to undo all of it at once.")
  var origin = "hand"

  @Flag(help: "Do it although it is a mistake most of the time.")
  var force = false

  func validate() throws {
    if PlainWords.seconds(span) == nil {
      throw ValidationError("--for takes a number with s, m, h or d, like 2h, not '\(span)'")
    }
    if network != nil, reason == nil {
      throw ValidationError("say why, for whoever reads the journal later: --reason \"...\"")
    }
  }

  /// The wish to `word` the network; nil when none was named.
  func wish(_ word: PeopleWish) -> EntryWish? {
    guard let network, let seconds = PlainWords.seconds(span) else { return nil }
    return EntryWish(
      wish: word.rawValue,
      network: network,
      seconds: seconds,
      reason: reason ?? "",
      origin: origin,
      insists: force
    )
  }

  /// Does what the command says.
  func run(_ word: PeopleWish, _ admin: AdminOptions, _ output: OutputOptions) throws {
    guard let wish = wish(word) else { return try list(word, admin, output) }
    let report: EntryReport = try admin.ask(.enter(wish))
    if output.json { return print(try JSONText.encode(report)) }
    let verb = word == .block ? "blocked" : "allowed"
    let until = PlainWords.moment(report.entry.endsSeconds)
    print("\(report.entry.network) is \(verb) until \(until).")
    if let replaced = report.replaced {
      print(
        "It was so until \(PlainWords.moment(replaced.endsSeconds)), for: "
          + PlainWords.harmless(replaced.reason)
      )
    }
    if word == .block { print("What is open already stays open until it ends by itself.") }
  }

  private func list(_ word: PeopleWish, _ admin: AdminOptions, _ output: OutputOptions) throws {
    var report: PeopleReport = try admin.ask(.people)
    report.entries.removeAll { $0.wish != word.rawValue }
    if output.json { return print(try JSONText.encode(report)) }
    guard !report.entries.isEmpty else {
      return print(word == .block ? "Nobody is blocked." : "Nobody is allowed.")
    }
    for line in EntryText.table(report.entries) { print(line) }
  }
}

/// `sallyport block`: refuses a network for some time, or lists those that are.
struct BlockCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "block",
    abstract: "Refuse an address or network for some time; without one, list those blocked."
  )

  @OptionGroup var entry: EntryOptions
  @OptionGroup var admin: AdminOptions
  @OptionGroup var output: OutputOptions

  func run() throws { try entry.run(.block, admin, output) }
}

/// `sallyport allow`: spares a network its limits and the rules for some time, or lists those that
/// are.
struct AllowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "allow",
    abstract: "Spare an address or network its limits and all rules; without one, list those.",
    discussion: """
      It still has to prove itself, and the bounds of the gate as a whole hold for it. What is
      allowed can't be blocked.
      """
  )

  @OptionGroup var entry: EntryOptions
  @OptionGroup var admin: AdminOptions
  @OptionGroup var output: OutputOptions

  func run() throws { try entry.run(.allow, admin, output) }
}

/// `sallyport unblock`: takes back what was said of a network, or everything of one origin.
struct UnblockCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unblock",
    abstract: "Take back what block and allow said of a network, or everything of an origin."
  )

  @Argument(help: "The address or network, as it was named.")
  var network: String?

  @Option(help: "Everything of this origin.")
  var origin: String?

  @OptionGroup var admin: AdminOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (network == nil) != (origin == nil) else {
      throw ValidationError("name either a network or --origin")
    }
  }

  func run() throws {
    let report: PeopleReport = try admin.ask(.undo(network: network, origin: origin))
    if output.json { return print(try JSONText.encode(report)) }
    for entry in report.entries { print("\(entry.network): no longer \(entry.wish)ed.") }
  }
}

/// People's entries as lines.
enum EntryText {
  private static let reasonColumns = 24

  /// Lines of equal columns with a heading.
  static func table(_ entries: [EntryRow]) -> [String] {
    let networks = entries.map(\.network.count).max() ?? 0
    let width = max(networks, "NETWORK".count)
    let heading =
      "NETWORK".leading(width) + "  " + "UNTIL".leading(16) + "  " + "ORIGIN".leading(10)
      + "  " + "BY".leading(8) + "  REASON"
    return [heading]
      + entries.map { entry in
        entry.network.leading(width) + "  " + PlainWords.moment(entry.endsSeconds) + "  "
          + entry.origin.leading(10) + "  " + PlainWords.user(entry.user).leading(8) + "  "
          + PlainWords.harmless(entry.reason)
      }
  }
}
