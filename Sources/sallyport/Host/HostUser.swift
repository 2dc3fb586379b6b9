/// A user of the host, and the groups that count for access.
struct HostUser: Equatable, Sendable {
  /// The number of root.
  static let root: UInt32 = 0

  /// The user's number.
  var number: UInt32
  /// The numbers of the user's groups.
  var groups: Set<UInt32>
  /// The user's name; the number where it has none.
  var name: String

  /// Whether every file is open to this user.
  var isRoot: Bool { number == Self.root }
}

extension HostTree {
  /// A line of /etc/passwd.
  struct Account: Equatable {
    var name: String
    var number: UInt32
    var group: UInt32
    var home: String
  }

  /// The accounts of /etc/passwd.
  func accounts() -> [Account] {
    Self.fields(text("/etc/passwd").value ?? "").compactMap { fields in
      guard fields.count >= 6, let number = UInt32(fields[2]), let group = UInt32(fields[3]) else {
        return nil
      }
      return Account(
        name: String(fields[0]),
        number: number,
        group: group,
        home: String(fields[5])
      )
    }
  }

  /// The user `name`, with the groups that /etc/group gives it; nil when there is none.
  func user(named name: String) -> HostUser? {
    guard let account = accounts().first(where: { $0.name == name }) else { return nil }
    var groups: Set<UInt32> = [account.group]
    for fields in Self.fields(text("/etc/group").value ?? "") where fields.count >= 4 {
      let isMember = fields[3].split(separator: ",").contains { $0 == name }
      if isMember, let number = UInt32(fields[2]) { groups.insert(number) }
    }
    return HostUser(number: account.number, groups: groups, name: name)
  }

  /// The name of the group `number`; nil when it has none.
  func groupName(_ number: UInt32) -> String? {
    Self.fields(text("/etc/group").value ?? "")
      .first { $0.count >= 3 && UInt32($0[2]) == number }.map { String($0[0]) }
  }

  /// The number of the group `name`; nil when there is none.
  func groupNumber(_ name: String) -> UInt32? {
    Self.fields(text("/etc/group").value ?? "")
      .first { $0.count >= 3 && $0[0] == name }.flatMap { UInt32($0[2]) }
  }

  private static func fields(_ text: String) -> [[Substring]] {
    text.split(whereSeparator: \.isNewline).prefix(SettingsText.lines)
      .map { $0.split(separator: ":", omittingEmptySubsequences: false) }
  }
}
