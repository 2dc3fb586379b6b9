/// The namespaces and the directory of one run: they live as long as this object.
final class NamespaceSet: Sendable {
  /// What all their names start with.
  let run: RunName
  /// In the order of creation.
  let all: [NetworkNamespace]

  /// The directory of the run, with the output of its processes.
  var directory: String { run.directory }

  /// Creates a namespace for each of `hosts`, loopback up, and the run's directory.
  ///
  /// First removes what crashed runs have left behind.
  init(hosts: [String]) throws(LabError) {
    Leftovers.removeOfDeadRuns()
    let run = RunName.next()
    let namespaces = hosts.map {
      NetworkNamespace(name: "\(run)-\($0)", runDirectory: run.directory)
    }
    self.run = run
    all = namespaces
    try RunGate.whileOpen { () throws(LabError) in
      try Files.makeDirectory(run.directory)
      try ToolCommand.ipBatch(
        namespaces.map { "netns add \($0.name)" },
        scratchDirectory: run.directory
      )
    }
    for namespace in namespaces {
      // Otherwise IPv6 waits a second and more to see whether somebody has its address already.
      try namespace.setKernelParameter("net.ipv6.conf.default.accept_dad", to: "0")
    }
  }

  deinit {
    remove()
  }

  /// Kills what still runs inside, deletes the namespaces and the directory. May be called twice.
  func remove() {
    let run = run
    Leftovers.remove { $0 == run }
  }

  /// Runs `lines` as a batch of `ip` inside a namespace of the set.
  func ip(_ lines: [String], in namespace: NetworkNamespace) throws(LabError) {
    try ToolCommand.ipBatch(lines, namespacePath: namespace.path, scratchDirectory: directory)
  }
}
