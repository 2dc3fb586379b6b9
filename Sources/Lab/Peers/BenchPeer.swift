import Kernel
import Synchronization
import Wire

/// Another proxy, run for comparison in the middle of a row: what it costs to do the same.
final class BenchPeer: Sendable {
  /// What is run, and how.
  enum Kind: String, CaseIterable, Sendable {
    /// HAProxy looks at the first bytes, refuses miners, and passes the rest on.
    case haproxyFilter = "haproxy-filter"
    /// HAProxy passes everything on from the client's address, spliced in the kernel.
    case haproxyTransparent = "haproxy-transparent"
    /// nginx does the same, copying.
    case nginxTransparent = "nginx-transparent"
  }

  /// What a peer is told.
  struct Route: Equatable, Sendable {
    /// Where it listens: an address of the middle.
    let listen: Endpoint
    /// Where it connects to.
    let target: Endpoint
  }

  /// Which one.
  let kind: Kind
  /// From where to where.
  let route: Route

  private let process: LabProcess

  /// How long a peer may take to listen.
  static let startTimeoutNanoseconds = 5 * Nanoseconds.perSecond
  /// Connections that a peer holds at the same time, at most.
  static let connectionsMax = 4_096
  /// Each takes two descriptors, and a pipe of two when it is spliced.
  static let openDescriptorsMax = connectionsMax * 4 + 1_024

  /// Writes the configuration into the directory of the row, starts the peer in the middle on
  /// `core`, and returns when it listens.
  static func start(
    _ kind: Kind,
    in row: RowTopology,
    route: Route,
    core: Int? = nil
  ) throws(LabError) -> BenchPeer {
    try start(kind, in: row.middle, directory: row.directory, route: route, core: core)
  }

  /// Writes the configuration into `directory`, starts the peer in `namespace` on `core`, and
  /// returns when it listens.
  static func start(
    _ kind: Kind,
    in namespace: NetworkNamespace,
    directory: String,
    route: Route,
    core: Int? = nil
  ) throws(LabError) -> BenchPeer {
    let path = "\(directory)/\(kind.rawValue).conf"
    try Files.write(configuration(of: kind, route: route, directory: directory), to: path)
    let process = try namespace.spawn(
      try arguments(of: kind, configurationPath: path),
      label: kind.rawValue,
      options: SpawnOptions(core: core, openDescriptorsMax: openDescriptorsMax)
    )
    let isListening = Pause.until(timeoutNanoseconds: startTimeoutNanoseconds) {
      !process.isRunning
        || SocketTable.tcp(of: process.pid).contains {
          $0.isListening && $0.localPort == route.listen.port
        }
    }
    guard isListening, process.isRunning else {
      throw LabError("\(kind.rawValue) does not listen at \(route.listen): \(process.output())")
    }
    return BenchPeer(kind: kind, route: route, process: process)
  }

  private init(kind: Kind, route: Route, process: LabProcess) {
    self.kind = kind
    self.route = route
    self.process = process
  }

  /// Ends the peer.
  func stop() {
    process.terminate(graceNanoseconds: Nanoseconds.perSecond)
  }

  /// Processor time since the start, by the scheduler's account.
  ///
  /// The kernel's work in interrupts, such as receiving packets, is no process's: see `CoreTimes`.
  var processorNanoseconds: UInt64 {
    ProcessTimes.processorNanoseconds(of: process.pid) ?? 0
  }

  /// Memory that the peer holds.
  var residentBytes: UInt64 {
    ProcessTimes.residentBytes(of: process.pid) ?? 0
  }

  private static func configuration(of kind: Kind, route: Route, directory: String) -> String {
    switch kind {
    case .haproxyFilter: HAProxyConfiguration.filtering(route)
    case .haproxyTransparent: HAProxyConfiguration.transparent(route)
    case .nginxTransparent: NginxConfiguration.transparent(route, directory: directory)
    }
  }

  private static func arguments(
    of kind: Kind,
    configurationPath: String
  ) throws(LabError) -> [String] {
    switch kind {
    case .haproxyFilter, .haproxyTransparent:
      [try Toolbox.path(of: "haproxy", package: "haproxy"), "-db", "-f", configurationPath]
    case .nginxTransparent:
      [
        try Toolbox.path(of: "nginx", package: "nginx libnginx-mod-stream"),
        "-e", "stderr", "-c", configurationPath,
      ]
    }
  }
}
