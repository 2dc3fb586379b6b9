internal import Filter

/// A running router, and the directory that it keeps its files in.
struct RunningRouter: Equatable {
  /// The process.
  var number: Int32
  /// Which program it is.
  var kind: RouterKind
  /// Its directory, without symbolic links where it is there; nil when neither its arguments nor
  /// its user tell.
  var directory: String?
}

extension HostTree {
  /// i2pd's directory when it is started as a service, and Debian's.
  static let i2pdServiceDirectory = "/var/lib/i2pd"

  /// The routers among `processes`.
  func routers(among processes: [HostProcess]) -> [RunningRouter] {
    processes.compactMap { process in
      guard let kind = Self.routerKind(process) else { return nil }
      let directory =
        switch kind {
        case .i2pd: i2pdDirectory(process)
        case .java: javaDirectory(process)
        }
      return RunningRouter(
        number: process.number,
        kind: kind,
        directory: directory.map { canonical($0) ?? $0 }
      )
    }
  }

  private static func routerKind(_ process: HostProcess) -> RouterKind? {
    if process.program == "i2pd" { return .i2pd }
    // Java's own service wrapper passes the same words on, but is no router.
    let isJava = process.program == "java"
    return isJava && process.arguments.contains { $0.hasPrefix("net.i2p.router.") } ? .java : nil
  }

  /// As i2pd itself finds it (`DetectDataDir`).
  private func i2pdDirectory(_ process: HostProcess) -> String? {
    if let named = process.value(of: "--datadir") { return named }
    if process.arguments.contains(where: { $0 == "--service" || $0.hasPrefix("--service=") }) {
      return Self.i2pdServiceDirectory
    }
    return home(ofProcess: process.number).map { "\($0)/.i2pd" }
  }

  private func javaDirectory(_ process: HostProcess) -> String? {
    if let named = process.value(after: "-Di2p.dir.router=", "-Di2p.dir.config=") { return named }
    return home(ofProcess: process.number).map { "\($0)/.i2p" }
  }

  private func home(ofProcess number: Int32) -> String? {
    let variables = text("/proc/\(number)/environ").value?.split(separator: "\0") ?? []
    if let home = variables.first(where: { $0.hasPrefix("HOME=") }) {
      return String(home.dropFirst(5))
    }
    guard let user = user(ofProcess: number) else { return nil }
    return accounts().first { $0.number == user.number }?.home
  }
}
