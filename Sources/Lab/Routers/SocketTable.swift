/// The sockets of a process's namespace, as /proc/PID/net lists them.
struct SocketTable {
  /// One line of the table.
  struct Entry: Equatable, Sendable {
    let localPort: UInt16
    let remotePort: UInt16
    /// The kernel's number of the state: 1 established, 10 listening.
    let state: UInt8

    var isEstablished: Bool { state == 1 }
    var isListening: Bool { state == 10 }
  }

  /// TCP sockets, both families.
  static func tcp(of pid: Int32) -> [Entry] { entries(of: pid, ["tcp", "tcp6"]) }

  /// UDP sockets, both families.
  static func udp(of pid: Int32) -> [Entry] { entries(of: pid, ["udp", "udp6"]) }

  private static func entries(of pid: Int32, _ names: [String]) -> [Entry] {
    names.flatMap { name in
      (Files.text("/proc/\(pid)/net/\(name)") ?? "").split(separator: "\n").dropFirst()
        .compactMap(entry)
    }
  }

  /// Reads `0: 0100007F:1F90 00000000:0000 0A ...`.
  private static func entry(_ line: Substring) -> Entry? {
    let fields = line.split(separator: " ")
    guard fields.count > 3, let local = port(fields[1]), let remote = port(fields[2]),
      let state = UInt8(fields[3], radix: 16)
    else { return nil }
    return Entry(localPort: local, remotePort: remote, state: state)
  }

  private static func port(_ field: Substring) -> UInt16? {
    field.split(separator: ":").last.flatMap { UInt16($0, radix: 16) }
  }
}
