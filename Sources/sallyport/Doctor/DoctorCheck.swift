/// Everything that `sallyport doctor` looks at. The raw values are words that programs may rely on.
enum DoctorCheck: String, CaseIterable, Sendable, Encodable {
  /// The configuration and the rules.
  case configuration
  /// Whether every address that the router publishes has a gate.
  case publishedPorts = "published-ports"
  /// Whether the gates' addresses are this host's.
  case addresses

  /// The router's files, and whether its keys belong to what it publishes.
  case routerFiles = "router-files"
  /// Whether the gate's user may read them.
  case keyAccess = "key-access"
  /// The router's process.
  case routerProcess = "router-process"
  /// Whether the router listens where its gates stand.
  case routerListening = "router-listening"
  /// The router's descriptors.
  case routerDescriptors = "router-descriptors"
  /// The router's database of the network.
  case networkDatabase = "netdb"

  /// The nft table, the rule and the route.
  case kernelRules = "kernel-rules"
  /// Where the kernel would send the router's answers.
  case returnPath = "return-path"
  /// Other programs' rules in the way.
  case rivals
  /// Rules and routes of an earlier configuration.
  case leftovers
  /// Whether what arrives is diverted to the gate.
  case diversion
  /// The gate's own ports.
  case gatePorts = "gate-ports"

  /// Connections that may wait for the gate.
  case listenQueue = "listen-queue"
  /// SYN cookies.
  case synCookies = "syn-cookies"
  /// Half-open connections that may wait without them.
  case synBacklog = "syn-backlog"
  /// Connection tracking.
  case conntrack
  /// The filter of reverse paths.
  case reversePath = "reverse-path"
  /// Room for datagrams that wait.
  case receiveBuffer = "receive-buffer"
  /// The kernel's memory for TCP.
  case tcpMemory = "tcp-memory"
  /// The clock.
  case clock
  /// What the journal lets through.
  case journal

  /// The gate's process, and whether it answers.
  case daemon
  /// The program that runs, against the one that is installed.
  case version
  /// The systemd unit.
  case unit
  /// The gate's descriptors.
  case descriptors
  /// The gate's rights.
  case capability
  /// The radar.
  case radar
  /// The directory for what outlives a restart.
  case state

  /// The groups in which checks are shown; the raw values are words that programs may rely on.
  enum Area: String, CaseIterable, Sendable {
    case configuration, router, rules, host, gate

    /// The heading for people.
    var title: String {
      switch self {
      case .configuration: "Configuration"
      case .router: "Router"
      case .rules: "Kernel rules"
      case .host: "Host"
      case .gate: "Gate"
      }
    }
  }

  /// The group in which it is shown.
  var area: Area {
    switch self {
    case .configuration, .publishedPorts, .addresses: .configuration
    case .routerFiles, .keyAccess, .routerProcess, .routerListening, .routerDescriptors,
      .networkDatabase:
      .router
    case .kernelRules, .returnPath, .rivals, .leftovers, .diversion, .gatePorts: .rules
    case .listenQueue, .synCookies, .synBacklog, .conntrack, .reversePath, .receiveBuffer,
      .tcpMemory, .clock, .journal:
      .host
    case .daemon, .version, .unit, .descriptors, .capability, .radar, .state: .gate
    }
  }
}
