internal import Filter
internal import Wire

/// How the gate comes to read the router's keys.
enum KeyAccess: Equatable {
  /// Its user may read them.
  case open(user: String)
  /// Its user may, once it is a member of this group.
  case byGroup(user: String, group: String)
  /// They are for the router's own user alone.
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
      guard let group = tree.owners(place)?.group else { continue }
      var member = user
      member.groups.insert(group)
      guard tree.access(path, .read, by: member) == .allowed, group != 0,
        let groupName = tree.groupName(group), needed == nil || needed == groupName
      else {
        self = .closed(user: user.name, path: place)
        return
      }
      needed = groupName
    }
    self = needed.map { .byGroup(user: user.name, group: $0) } ?? .open(user: user.name)
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
    case .closed(let user, let path):
      .note(
        "\(path) is closed to user \(user): first flights are proven by what the router publishes "
          + "(proof = \"public\"), which lets more junk pass",
        remedy: "for the full proof let \(user) read it (setfacl -m u:\(user):r \(path), after "
          + "each time that the router rewrites it) and remove the line with proof"
      )
    case .ownUser:
      .note("no unit says as whom the gate runs: whoever starts it must be able to read the keys")
    }
  }
}
