/// A unit of systemd as it lies on the disk: its file, and what was laid over it.
struct UnitFile {
  /// The folders in which systemd looks, the first that has a name counts (systemd.unit(5)).
  private static let folders = [
    "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system", "/lib/systemd/system",
  ]

  /// Where it lies.
  let path: String
  /// Its lines, and after them those of its drop-in files.
  let settings: SettingsText
  /// Whether some target wants it at the start of the host.
  let isEnabled: Bool

  /// The unit `name`; nil when no folder has it.
  init?(_ tree: HostTree, name: String) {
    guard let path = Self.folders.map({ "\($0)/\(name)" }).first(where: tree.exists) else {
      return nil
    }
    self.path = path
    var texts = [tree.text(path).value ?? ""]
    for folder in Self.folders.reversed() {
      let dropIns = "\(folder)/\(name).d"
      for file in tree.names(in: dropIns) where file.hasSuffix(".conf") {
        texts.append(tree.text("\(dropIns)/\(file)").value ?? "")
      }
    }
    settings = SettingsText(texts.joined(separator: "\n"))
    isEnabled = tree.names(in: "/etc/systemd/system").contains { target in
      guard target.hasSuffix(".wants") || target.hasSuffix(".requires") else { return false }
      return tree.names(in: "/etc/systemd/system/\(target)").contains(name)
    }
  }
}

extension UnitFile {
  /// As whom the service runs, with the groups that the unit adds; nil when there is no such user.
  func user(in tree: HostTree) -> HostUser? {
    guard let name = settings.value("User", in: "Service") else {
      return HostUser(number: HostUser.root, groups: [], name: "root")
    }
    guard var user = tree.user(named: name) else { return nil }
    let added = settings.value("SupplementaryGroups", in: "Service") ?? ""
    for group in added.split(separator: " ") {
      if let number = tree.groupNumber(String(group)) { user.groups.insert(number) }
    }
    return user
  }
}

extension HostTree {
  /// Whether systemd runs this host.
  var isRunBySystemd: Bool { exists("/run/systemd/system") }
}
