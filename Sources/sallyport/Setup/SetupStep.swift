/// One thing that `sallyport setup` does: shown before, done after.
enum SetupStep: Equatable {
  /// Makes a folder, and those above it.
  case makeFolder(String)
  /// Copies a file, so that what a person wrote is not lost.
  case keepCopy(of: String, as: String)
  /// Lets a user join a group.
  case join(SetupText.Membership)
  /// Lays something over the gate's unit.
  case override(path: String, text: String)
  /// Checks the configuration as `check` would, and puts it in place.
  case write(path: String, text: String)
  /// Lets systemd start the gate now and with the host.
  case startUnit
  /// What a person does where systemd does not run the host.
  case startByHand([String])

  /// Ends the gate, now and at the host's next start.
  case stopUnit
  /// Takes the kernel's rules away.
  case removeRules
  /// Removes what was laid over the gate's unit.
  case removeOverride(String)
  /// Removes a file that setup wrote.
  case removeFile(String)
  /// Renames a file that a person has changed.
  case setAside(String, as: String)
  /// Lets a user leave the group that setup let it join.
  case leave(SetupText.Membership)
  /// Removes a folder if nothing is in it.
  case removeEmptyFolder(String)

  /// What it does, for people.
  var description: String {
    switch self {
    case .makeFolder(let path): "make the folder \(path)"
    case .keepCopy(let path, let copy): "keep a copy of \(path) as \(copy)"
    case .join(let member): "make user \(member.user) a member of group \(member.group)"
    case .override(let path, let text):
      "write \(path): "
        + text.split(separator: "\n").filter { $0.contains("=") }.joined(separator: ", ")
    case .write(let path, _): "check the configuration and write \(path)"
    case .startUnit: "enable and start \(Doctor.unitName)"
    case .startByHand(let commands):
      "nothing more: systemd does not start the gate here, so run "
        + commands.map { "`\($0)`" }.joined(separator: ", then ")
    case .stopUnit: "stop and disable \(Doctor.unitName)"
    case .removeRules: "take the kernel's rules away, and put back what was there"
    case .removeOverride(let path): "remove \(path)"
    case .removeFile(let path): "remove \(path)"
    case .setAside(let path, let other): "keep \(path), which was changed by hand, as \(other)"
    case .leave(let member): "let user \(member.user) leave group \(member.group)"
    case .removeEmptyFolder(let path): "remove the folder \(path) if it is empty"
    }
  }
}
