/// The programs that the lab starts, found once.
struct Toolbox: Equatable, Sendable {
  let ip: String
  let nft: String
  let setpriv: String
  let prlimit: String
  let taskset: String

  /// Where Debian puts programs, in the order of a root shell.
  static let folders = [
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
  ]

  /// The full path of `program`; nil when it is not installed.
  static func path(of program: String) -> String? {
    folders.map { "\($0)/\(program)" }.first(where: Files.isExecutable)
  }

  /// The full path of `program`, or an error that names the Debian package to install.
  static func path(of program: String, package: String) throws(LabError) -> String {
    guard let path = path(of: program) else {
      throw LabError("\(program) is not installed: apt install \(package)")
    }
    return path
  }

  private static let lookup: Result<Toolbox, LabError> = Result { () throws(LabError) in
    Toolbox(
      ip: try path(of: "ip", package: "iproute2"),
      nft: try path(of: "nft", package: "nftables"),
      setpriv: try path(of: "setpriv", package: "util-linux"),
      prlimit: try path(of: "prlimit", package: "util-linux"),
      taskset: try path(of: "taskset", package: "util-linux")
    )
  }

  /// All of them, or the first that is missing.
  static func found() throws(LabError) -> Toolbox {
    try lookup.get()
  }
}
