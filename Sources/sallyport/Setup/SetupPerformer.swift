internal import Foundation
internal import Glibc
internal import Kernel

/// Why a step of setup failed: one line with the remedy.
struct SetupFault: Error, CustomStringConvertible {
  /// The line.
  let description: String
}

/// Does the steps of a plan.
struct SetupPerformer {
  /// Does one.
  func perform(_ step: SetupStep) throws(SetupFault) {
    switch step {
    case .makeFolder(let path): try makeFolder(path)
    case .keepCopy(let path, let copy): try keepCopy(of: path, as: copy)
    case .join(let member):
      try run("usermod", "--append", "--groups", member.group, member.user)
    case .override(let path, let text):
      try makeFolder(Self.folder(of: path))
      try call("can't write \(path)") { () throws(Errno) in
        try ReplacedFile(path: path).write(text, mode: 0o644)
      }
      try run("systemctl", "daemon-reload")
    case .write(let path, let text): try write(text, to: path)
    case .startUnit:
      try run("systemctl", "enable", Doctor.unitName)
      try run("systemctl", "restart", Doctor.unitName)
    case .startByHand: return
    case .stopUnit: try run("systemctl", "disable", "--now", Doctor.unitName)
    case .removeRules: try removeRules()
    case .removeOverride(let path):
      try call("can't remove \(path)") { unsafe unlink(path) }
      _ = unsafe rmdir(Self.folder(of: path))
      try run("systemctl", "daemon-reload")
    case .removeFile(let path):
      try call("can't remove \(path)") { unsafe unlink(path) }
    case .setAside(let path, let other):
      try call("can't rename \(path)") { unsafe rename(path, other) }
    case .leave(let member): try run("gpasswd", "--delete", member.user, member.group)
    case .removeEmptyFolder(let path): _ = unsafe rmdir(path)
    }
  }

  private static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  private func makeFolder(_ path: String) throws(SetupFault) {
    var folder = ""
    for part in path.split(separator: "/") {
      folder += "/" + part
      let made = folder
      if unsafe mkdir(made, 0o755) != 0, Errno.last.rawValue != EEXIST {
        throw SetupFault(description: "can't make \(made): \(Errno.last)")
      }
    }
  }

  private func keepCopy(of path: String, as copy: String) throws(SetupFault) {
    guard case .known(let text) = HostTree.host.text(path) else {
      throw SetupFault(description: "\(path) can't be read, so no copy can be kept")
    }
    try call("can't write \(copy)") { () throws(Errno) in
      try ReplacedFile(path: copy).write(text, mode: 0o644)
    }
  }

  /// The file gets its name only when everything that `sallyport check` looks at is good.
  private func write(_ text: String, to path: String) throws(SetupFault) {
    try makeFolder(Self.folder(of: path))
    let candidate = "\(path).setup"
    try call("can't write \(candidate)") { () throws(Errno) in
      try ReplacedFile(path: candidate).write(text, mode: 0o644)
    }
    let faults = Checks.run(configurationPath: candidate).faults
    guard faults.isEmpty else {
      _ = unsafe unlink(candidate)
      let lines = faults.map { $0.description.replacing(candidate, with: path) }
      throw SetupFault(description: lines.joined(separator: "\n"))
    }
    try call("can't write \(path)") { unsafe rename(candidate, path) }
  }

  private func removeRules() throws(SetupFault) {
    do throws(FirewallFault) {
      try Firewall.down()
    } catch {
      throw SetupFault(description: "\(error)")
    }
  }

  private func call(_ problem: String, _ body: () -> Int32) throws(SetupFault) {
    guard body() == 0 else { throw SetupFault(description: "\(problem): \(Errno.last)") }
  }

  private func call(_ problem: String, _ body: () throws(Errno) -> Void) throws(SetupFault) {
    do throws(Errno) {
      try body()
    } catch {
      throw SetupFault(description: "\(problem): \(error)")
    }
  }

  /// Runs a program of the host to its end.
  private func run(_ name: String, _ arguments: String...) throws(SetupFault) {
    let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]
    guard let path = folders.map({ "\($0)/\(name)" }).first(where: HostTree.host.exists) else {
      throw SetupFault(description: "\(name) is not on this host")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let output = Foundation.Pipe()
    process.standardOutput = output
    process.standardError = output
    do {
      try process.run()
    } catch {
      throw SetupFault(description: "\(path) can't be started: \(error.localizedDescription)")
    }
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let text = String(decoding: bytes, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      let line = ([name] + arguments).joined(separator: " ")
      throw SetupFault(
        description: "`\(line)` failed: \(text)"
          + (name == "systemctl" ? "; see `journalctl -u \(Doctor.unitName)`" : "")
      )
    }
  }
}
