internal import Filter
internal import Wire

/// How the gate comes to read the router's keys.
enum KeyAccess: Equatable {
  /// Its user may read them.
  case open(user: String)
  /// Its user may, once it is a member of this group.
  case byGroup(user: String, group: String)
  /// They are for the router's own user alone, so the gate runs as that one.
  case asOwner(user: String, owner: String, group: String)
  /// They are for root alone, or for nobody who has a name.
  case closed(user: String, path: String)
  /// Nobody says as whom the gate runs: it is whoever starts it.
  case ownUser

  /// How `user` comes to read the files of `router`; nil when there is no such user.
  init(_ router: FoundRouter, user: HostUser?, tree: HostTree) {
    guard let user else {
      self = .ownUser
      return
    }
    var needed: String?
    for name in RouterFileNames.watched(of: router.kind, Transport.allCases).sorted() {
      let path = "\(router.directory)/\(name)"
      guard tree.exists(path), case .refused(let place) = tree.access(path, .read, by: user) else {
        continue
      }
      guard let group = tree.owners(place).value?.group else { continue }
      var member = user
      member.groups.insert(group)
      guard tree.access(path, .read, by: member) == .allowed, group != 0,
        let groupName = tree.groupName(group), needed == nil || needed == groupName
      else {
        self =
          Self.asOwner(of: path, user: user.name, tree) ?? .closed(user: user.name, path: place)
        return
      }
      needed = groupName
    }
    self = needed.map { .byGroup(user: user.name, group: $0) } ?? .open(user: user.name)
  }

  private static func asOwner(of path: String, user: String, _ tree: HostTree) -> KeyAccess? {
    guard let owners = tree.owners(path).value, owners.user != HostUser.root,
      let owner = tree.accounts().first(where: { $0.number == owners.user }),
      let group = tree.groupName(owner.group)
    else { return nil }
    return .asOwner(user: user, owner: owner.name, group: group)
  }

  /// With what first flights can be proven.
  var proof: RouterSettings.Proof {
    if case .closed = self { return .public }
    return .full
  }

  /// What a person should know.
  var note: SetupNote {
    switch self {
    case .open(let user): .note("user \(user) may read the router's keys")
    case .byGroup(let user, let group):
      .note("user \(user) becomes a member of group \(group), which may read the router's keys")
    case .asOwner(let user, let owner, let group):
      .note(
        "the router's keys are closed to user \(user): the gate runs as \(owner), group \(group), "
          + "and still can't write to them"
      )
    case .closed(let user, let path):
      .note(
        "\(path) is closed to user \(user): first flights are proven by what the router publishes "
          + "(proof = \"public\"), which lets more junk pass",
        remedy: "let the router run as a user of its own, and run setup again"
      )
    case .ownUser:
      .note("no unit says as whom the gate runs: whoever starts it must be able to read the keys")
    }
  }
}
