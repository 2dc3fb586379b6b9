/// What setup lays over the gate's unit so that the gate can read its router's files.
struct UnitOverride: Equatable {
  /// Where it lies.
  static let path = "/etc/systemd/system/\(Doctor.unitName).d/50-router.conf"

  /// Folders whose insides a unit with `ProtectHome=yes` does not see.
  private static let homes: Set<Substring> = ["home", "root"]

  /// The file's text.
  let text: String

  /// What a router in `directory` takes with that access; nil when the unit is right as it is.
  init?(_ access: KeyAccess, directory: String, unit: UnitFile) {
    var lines: [String] = []
    if case .asOwner(_, let owner, let group) = access {
      lines += ["User=\(owner)", "Group=\(group)"]
    }
    let isHome = directory.split(separator: "/").first.map(Self.homes.contains) ?? false
    let protection = unit.settings.value("ProtectHome", in: "Service")
    if isHome, protection == "yes" || protection == "true" || protection == "tmpfs" {
      lines.append("ProtectHome=read-only")
    }
    guard !lines.isEmpty else { return nil }
    let heading = "# Written by `sallyport setup`, for the router in \(directory)."
    text =
      ([heading.split(whereSeparator: \.isNewline).joined(separator: " "), "[Service]"] + lines)
      .map { $0 + "\n" }.joined()
  }
}
