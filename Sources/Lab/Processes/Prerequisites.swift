import Glibc

/// What the machine must have before anything is started; each lack is one line for a person.
enum Prerequisites {
  /// A part of the lab and what it needs beyond the namespaces.
  enum Part: CaseIterable, Sendable {
    case routers, haproxy, nginx

    /// Program and Debian package.
    var programs: [(program: String, package: String)] {
      switch self {
      case .routers: [("i2pd", "i2pd")]
      case .haproxy: [("haproxy", "haproxy")]
      case .nginx: [("nginx", "nginx libnginx-mod-stream")]
      }
    }
  }

  /// What every part needs.
  private static let common = [
    ("ip", "iproute2"), ("nft", "nftables"), ("setpriv", "util-linux"),
    ("prlimit", "util-linux"), ("taskset", "util-linux"),
  ]

  /// What is missing for `parts`, one line each; none when all is well.
  static func problems(for parts: [Part]) -> [String] {
    var problems: [String] = []
    if geteuid() != 0 {
      problems.append("not root: network namespaces need it; run it with sudo")
    }
    for (program, package) in common + parts.flatMap(\.programs)
    where Toolbox.path(of: program) == nil {
      problems.append("\(program) is not installed: apt install \(package)")
    }
    if openDescriptorsLimit < BenchPeer.openDescriptorsMax {
      problems.append(
        "at most \(openDescriptorsLimit) open files are allowed here, the lab needs "
          + "\(BenchPeer.openDescriptorsMax): raise it with ulimit -Hn"
      )
    }
    if Files.names(in: "/proc/self/ns").contains("net") == false {
      problems.append("this kernel has no network namespaces (CONFIG_NET_NS)")
    }
    return problems
  }

  /// What a child may be allowed at most.
  private static var openDescriptorsLimit: Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return .max
    }
    return Int(clamping: limit.rlim_max)
  }

  /// Whether `parts` can run here.
  static func areMet(for parts: [Part]) -> Bool {
    problems(for: parts).isEmpty
  }

  /// Throws all that is missing for `parts`, one line each.
  static func check(_ parts: [Part]) throws(LabError) {
    let problems = problems(for: parts)
    guard problems.isEmpty else { throw LabError(problems.joined(separator: "\n")) }
  }
}
