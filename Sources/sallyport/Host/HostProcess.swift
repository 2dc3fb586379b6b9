/// A process of the host that shares this command's network.
struct HostProcess: Equatable, Sendable {
  /// Its number.
  var number: Int32
  /// What it was started with.
  var arguments: [String]

  /// The name of its program, without folders.
  var program: String { arguments.first.map(Self.lastPart) ?? "" }

  /// The value of the first argument that begins with one of `beginnings`.
  func value(after beginnings: String...) -> String? {
    for beginning in beginnings {
      if let argument = arguments.first(where: { $0.hasPrefix(beginning) }) {
        return String(argument.dropFirst(beginning.count))
      }
    }
    return nil
  }

  /// The value of the option `name`, written `name=value` or `name value`.
  func value(of name: String) -> String? {
    if let value = value(after: "\(name)=") { return value }
    guard let place = arguments.firstIndex(of: name), arguments.indices.contains(place + 1) else {
      return nil
    }
    return arguments[place + 1]
  }

  private static func lastPart(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}

extension HostTree {
  /// The most processes that are looked at.
  private static let processes = 32_768
  private static let argumentBytes = 65_536

  /// The processes in this command's network namespace, in the order of their numbers. Those whose
  /// namespace can't be seen count.
  func processes() -> [HostProcess] {
    let own = link("/proc/self/ns/net")
    return names(in: "/proc").compactMap { Int32($0) }.sorted().prefix(Self.processes)
      .compactMap { number in
        let text = text("/proc/\(number)/cmdline", maximumBytes: Self.argumentBytes).value ?? ""
        let arguments = text.split(separator: "\0").map(String.init)
        guard !arguments.isEmpty else { return nil }
        if let own, let other = link("/proc/\(number)/ns/net"), other != own { return nil }
        return HostProcess(number: number, arguments: arguments)
      }
  }

  /// As whom a process runs, from /proc/PID/status.
  func user(ofProcess number: Int32) -> HostUser? {
    guard let status = text("/proc/\(number)/status").value else { return nil }
    func numbers(_ key: String) -> [UInt32] {
      let line = status.split(whereSeparator: \.isNewline).first { $0.hasPrefix("\(key):") }
      return (line ?? "").dropFirst(key.count + 1).split(whereSeparator: \.isWhitespace)
        .compactMap { UInt32($0) }
    }
    // Real, effective, saved, and the one that counts for files.
    let (users, groups) = (numbers("Uid"), numbers("Gid"))
    guard users.count == 4, groups.count == 4 else { return nil }
    let name = accounts().first { $0.number == users[3] }?.name
    return HostUser(
      number: users[3],
      groups: Set([groups[3]] + numbers("Groups")),
      name: name ?? "\(users[3])"
    )
  }

  /// The capabilities that a process uses now, one bit each.
  func capabilities(ofProcess number: Int32) -> Reading<UInt64> {
    let path = "/proc/\(number)/status"
    return text(path).map("\(path) has no CapEff") { status in
      let line = status.split(whereSeparator: \.isNewline).first { $0.hasPrefix("CapEff:") }
      return line?.split(whereSeparator: \.isWhitespace).last.flatMap { UInt64($0, radix: 16) }
    }
  }

  /// How many descriptors a process may have open.
  func descriptorLimit(ofProcess number: Int32) -> Reading<Int> {
    let path = "/proc/\(number)/limits"
    return text(path).map("\(path) has no \"Max open files\"") { limits in
      let beginning = "Max open files"
      let line = limits.split(whereSeparator: \.isNewline).first { $0.hasPrefix(beginning) }
      let soft = line?.dropFirst(beginning.count).split(whereSeparator: \.isWhitespace).first
      return soft.flatMap { $0 == "unlimited" ? .max : Int($0) }
    }
  }

  /// The descriptors that a process has open; nil when that may not be seen.
  func openDescriptors(ofProcess number: Int32) -> Int? {
    let path = "/proc/\(number)/fd"
    let names = names(in: path)
    return names.isEmpty ? nil : names.count
  }

  /// The sockets that a process has open, by inode; nil when that may not be seen.
  func sockets(ofProcess number: Int32) -> Set<UInt64>? {
    let path = "/proc/\(number)/fd"
    let names = names(in: path)
    guard !names.isEmpty else { return nil }
    return Set(
      names.compactMap { name in
        guard let link = link("\(path)/\(name)"), link.hasPrefix("socket:["), link.hasSuffix("]")
        else { return nil }
        return UInt64(link.dropFirst(8).dropLast())
      }
    )
  }
}
