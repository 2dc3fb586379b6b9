internal import Filter
internal import Kernel
internal import Wire

/// The configuration that `sallyport setup` writes: what differs from the defaults, and nothing
/// else.
///
/// A checksum over the settings tells later whether a person has changed them.
enum SetupText {
  private static let checksumWords = "# checksum "

  private static let joinedWords = "# setup made a member: "

  /// What a file holds.
  enum Author: Equatable {
    /// `setup` wrote it, and nobody has changed it since.
    case setup
    /// `setup` wrote it, and a person has changed it.
    case changed
    /// A person wrote it.
    case person
  }

  /// The text for `gates` in front of `router`.
  static func text(
    router: FoundRouter,
    gates: [GateSettings],
    firewall: FirewallSettings,
    proof: RouterSettings.Proof,
    membership: Membership?
  ) -> String {
    var settings = """
      [router]
      kind = "\(router.kind.rawValue)"
      directory = \(quoted(router.directory))

      """
    if proof != .full { settings += "proof = \"\(proof.rawValue)\"\n" }
    for gate in gates {
      settings += """

        [[gate]]
        transport = "\(gate.transport.word)"
        address = "\(gate.endpoint.address)"
        port = \(gate.endpoint.port)

        """
    }
    let standard = FirewallSettings()
    let usual = Transport.allCases.flatMap { standard.ports(of: $0) }
    let ports = Transport.allCases.flatMap { firewall.ports(of: $0) }
      .filter { own in usual.contains { $0.key == own.key && $0.port != own.port } }
      .map { "\($0.key) = \($0.port)" }
    if !ports.isEmpty { settings += "\n[firewall]\n" + ports.joined(separator: "\n") + "\n" }
    let joined = membership.map { "\(joinedWords)\($0.user) \($0.group)\n" } ?? ""
    return """
      # Written by `sallyport setup`. Yours to change: setup then leaves it alone unless told to.
      # Every key and its default: man sallyport.toml
      \(joined)\(checksumWords)\(checksum(of: settings))

      \(settings)
      """
  }

  /// A user that setup let join a group.
  struct Membership: Equatable {
    var user: String
    var group: String
  }

  /// Who wrote `text`.
  static func author(of text: String) -> Author {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let place = lines.firstIndex(where: { $0.hasPrefix(checksumWords) }) else {
      return .person
    }
    let settings = lines.dropFirst(place + 2).joined(separator: "\n")
    let isWhole = lines[place].dropFirst(checksumWords.count) == checksum(of: settings)
    return isWhole && lines[..<place].allSatisfy { $0.hasPrefix("#") } ? .setup : .changed
  }

  /// The user, and the group that setup let it join, as `text` remembers; nil when there is none.
  static func membership(in text: String) -> Membership? {
    let line = text.split(separator: "\n").first { $0.hasPrefix(joinedWords) }
    let words = line?.dropFirst(joinedWords.count).split(separator: " ") ?? []
    guard words.count == 2 else { return nil }
    return Membership(user: String(words[0]), group: String(words[1]))
  }

  private static func checksum(of settings: String) -> String {
    String(fnv1a(settings.utf8), radix: 16)
  }

  /// A basic string of TOML.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
