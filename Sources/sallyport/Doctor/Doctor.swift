internal import Filter
internal import Kernel
internal import Wire

/// Looks at a host and says what is wrong with it.
struct Doctor {
  /// The unit that starts the gate.
  static let unitName = "sallyport.service"

  /// Everything that was found out; the findings follow from it alone.
  struct Facts {
    var configuration: ConfigurationFacts
    /// nil when the configuration names no usable router.
    var router: GuardedRouterFacts?
    var kernel: KernelFacts?
    var host: HostFacts
    var gate: GateFacts?

    /// All findings, in the order of the checks.
    func findings() -> [Finding] {
      let gates = configuration.gates
      var findings = configuration.findings()
      findings += router?.findings() ?? []
      findings +=
        kernel?.findings(
          localPorts: host.localPorts.value,
          reservedPorts: host.reservedPorts.value ?? []
        ) ?? []
      findings += host.findings(
        guardsTCP: gates.contains { $0.transport == .ntcp2 },
        guardsUDP: gates.contains { $0.transport == .ssu2 }
      )
      return findings + (gate?.findings() ?? [])
    }
  }

  /// The host.
  let tree: HostTree
  /// Its processes in this network.
  let processes: [HostProcess]
  /// The unit, if some folder has it.
  let unit: UnitFile?

  /// A doctor for the host in `tree`.
  init(tree: HostTree = .host) {
    self.tree = tree
    processes = tree.processes()
    unit = UnitFile(tree, name: Self.unitName)
  }

  /// Looks at everything that the configuration at `path` is about.
  func look(configurationPath path: String) -> Facts {
    let outcome = Checks.run(configurationPath: path, further: [])
    let configuration = outcome.loaded?.configuration
    let isUsable = configuration.map { !$0.gates.isEmpty } ?? false
    guard let configuration, isUsable else {
      return Facts(
        configuration: facts(path: path, outcome, published: nil),
        host: HostFacts(tree, publishedMilliseconds: nil, unit: unit?.settings)
      )
    }
    let published = try? PublishedRouter(RouterFilesRequest(configuration))
    let gateProcess = gateProcess(path: path)
    let user = gateUser(gateProcess)
    return Facts(
      configuration: facts(path: path, outcome, published: published),
      router: router(configuration, gateUser: user),
      kernel: kernel(configuration, gateRuns: gateProcess != nil),
      host: HostFacts(
        tree,
        publishedMilliseconds: published?.verified.info.publishedMilliseconds,
        unit: unit?.settings
      ),
      gate: gate(configuration, process: gateProcess, user: user)
    )
  }

  private func facts(
    path: String,
    _ outcome: Checks.Outcome,
    published: PublishedRouter?
  ) -> ConfigurationFacts {
    ConfigurationFacts(
      path: path,
      faults: outcome.faults,
      isThere: tree.exists(path),
      gates: outcome.loaded?.configuration.gates ?? [],
      published: published.map { published in
        Dictionary(
          uniqueKeysWithValues: Transport.allCases.map { ($0, published.endpoints(of: $0)) }
        )
      },
      localAddresses: Self.localAddresses()
    )
  }

  private static func localAddresses() -> Reading<[LocalAddresses.Entry]> {
    do throws(Errno) {
      return .known(try LocalAddresses.list())
    } catch {
      return .unreadable("\(error)")
    }
  }

  /// Processes that are gates.
  var gateProcesses: [HostProcess] {
    processes.filter { $0.program == "sallyport" && $0.arguments.dropFirst().first == "run" }
  }

  /// The gate of the configuration at `path`.
  func gateProcess(path: String) -> HostProcess? {
    let wanted = tree.canonical(path) ?? path
    return gateProcesses.first { process in
      let named = process.value(of: "--config") ?? ConfigurationOptions.standardPath
      return (tree.canonical(named) ?? named) == wanted
    }
  }

  /// As whom the gate runs, or would by its unit.
  private func gateUser(_ process: HostProcess?) -> HostUser? {
    if let process { return tree.user(ofProcess: process.number) }
    return unit?.user(in: tree)
  }
}
