import Kernel
import Synchronization
import Wire

/// A private network of real routers: the first has a web server behind it, the last a client.
///
/// ```swift
/// let network = try LabNetwork.start(routers: 4) { router in
///   // The router's files are written and it is stopped: the moment to place a gate before it.
/// }
/// try network.waitForWeb()
/// ```
/// Everything is removed when the network is stopped or nobody holds it any more.
final class LabNetwork: Sendable {
  /// The routers, the first is under test.
  let routers: [LabRouter]
  /// The namespaces and wires.
  let topology: StarTopology
  /// How long each step of the start took.
  let timing: StartTiming

  private let web: ConnectionServer
  private let tunnels: TunnelRace

  /// Seconds that the steps of a start took.
  struct StartTiming: Equatable, Sendable {
    /// Namespaces, wires, addresses.
    var topologySeconds = 0.0
    /// Every router started once, its files written, stopped.
    var identitiesSeconds = 0.0
    /// All routers started and listening.
    var routersSeconds = 0.0
    /// When all routers listened.
    var readyAt = Instant(nanoseconds: 0)
  }

  /// Where attackers and honest initiators live.
  var world: NetworkNamespace { topology.world.namespace }
  /// The directory with all files of the run.
  var directory: String { topology.directory }

  /// What the web server answers.
  static let page = Array("a page behind the first router\n".utf8)

  /// Where the web server listens, in the namespace of the first router.
  static let webServer = Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: 8_080)
  /// Where the tunnels to it start, in the namespace of the last router: this port and on.
  static let webClient = Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: 9_080)

  private init(
    routers: [LabRouter],
    topology: StarTopology,
    web: ConnectionServer,
    tunnels: TunnelRace,
    timing: StartTiming
  ) {
    self.routers = routers
    self.topology = topology
    self.web = web
    self.tunnels = tunnels
    self.timing = timing
  }

  deinit {
    stop()
  }

  /// Starts `count` routers (2 to 60) that know each other, and returns when all of them listen.
  ///
  /// `beforeStart` is called for each router when all identities exist and its files are complete,
  /// before it is started: what it starts in the router's namespace is killed with the network.
  static func start(
    routers count: Int,
    settings: RouterSettings = RouterSettings(),
    beforeStart: (LabRouter) throws -> Void = { _ in }
  ) throws -> LabNetwork {
    guard count >= 2 else { throw LabError("a network has at least two routers") }
    var timing = StartTiming()
    var start = Clock.now
    let topology = try StarTopology(hostCount: count)
    for host in topology.hosts where settings.firewalledNumbers.contains(host.number) {
      try HomeFirewall.raise(before: host, udpPort: settings.portSSU2, in: topology)
    }
    timing.topologySeconds = start.secondsUntilNow

    start = Clock.now
    let routers = try topology.hosts.map { host throws(LabError) in
      // Not the client: as a floodfill it logged "Remote LeaseSet expired" at its first look at
      // the destination and came to the page a round of 5 s later (i2pd 2.45.1).
      try LabRouter(
        host: host,
        settings: settings.of(router: host.number),
        isFloodfill: host.number < count || count < 3,
        runDirectory: topology.directory
      )
    }
    try Introduction.perform(routers)
    timing.identitiesSeconds = start.secondsUntilNow

    start = Clock.now
    let web = try TinyHTTP.serve(page, in: topology.hosts[0].namespace, at: webServer)
    for router in routers {
      try beforeStart(router)
    }
    for router in routers {
      try router.start()
      Pause.nanoseconds(settings.startPauseNanoseconds)
    }
    for router in routers {
      try router.waitUntilListening()
    }
    timing.routersSeconds = start.secondsUntilNow
    timing.readyAt = Clock.now
    let tunnels = try TunnelRace(client: routers[count - 1])
    return LabNetwork(
      routers: routers,
      topology: topology,
      web: web,
      tunnels: tunnels,
      timing: timing
    )
  }

  /// Kills everything that runs in the network and removes it. May be called twice.
  func stop() {
    web.stop()
    for router in routers { router.kill() }
    topology.remove()
  }

  /// Fetches the page of the web server through the tunnels, once; `waitForWeb` comes first.
  func fetchPage(
    timeoutNanoseconds: UInt64 = 10 * Nanoseconds.perSecond
  ) throws(LabError) -> TinyHTTP.Response {
    try tunnels.fetch(timeoutNanoseconds: timeoutNanoseconds)
  }

  /// Waits until the page comes through the tunnels; returns the seconds since all routers
  /// listened.
  @discardableResult
  func waitForWeb(
    timeoutNanoseconds: UInt64 = 120 * Nanoseconds.perSecond
  ) throws(LabError) -> Double {
    try tunnels.run(timeoutNanoseconds: timeoutNanoseconds)
    return timing.readyAt.secondsUntilNow
  }

  /// Waits until every router, or each of the routers `numbers`, has a session; returns the seconds
  /// since all listened. Sessions of SSU2 alone are seen on the routers' consoles.
  @discardableResult
  func waitForSessions(
    of numbers: [Int]? = nil,
    timeoutNanoseconds: UInt64 = 120 * Nanoseconds.perSecond
  ) throws(LabError) -> Double {
    let watched = routers.filter { numbers?.contains($0.number) ?? true }
    let isDone = Pause.until(
      timeoutNanoseconds: timeoutNanoseconds,
      intervalNanoseconds: 50 * Nanoseconds.perMillisecond
    ) {
      watched.allSatisfy {
        ($0.observe()?.sessionsNTCP2 ?? 0) > 0 || !($0.lookAtConsole()?.sessionsSSU2 ?? []).isEmpty
      }
    }
    guard isDone else {
      let words = routers.map(Report.line).joined(separator: "; ")
      throw LabError("not every router has a session in time: \(words)")
    }
    return timing.readyAt.secondsUntilNow
  }

  /// Waits until the routers `numbers` say this of their reachability; returns the seconds since
  /// all listened.
  @discardableResult
  func wait(
    for reachability: RouterConsole.Reachability,
    of numbers: [Int],
    timeoutNanoseconds: UInt64
  ) throws(LabError) -> Double {
    let watched = routers.filter { numbers.contains($0.number) }
    let isDone = Pause.until(
      timeoutNanoseconds: timeoutNanoseconds,
      intervalNanoseconds: Nanoseconds.perSecond
    ) {
      watched.allSatisfy { $0.lookAtConsole()?.reachability == reachability }
    }
    guard isDone else {
      let words = watched.map { "r\($0.number) \($0.lookAtConsole()?.statusText ?? "silent")" }
      throw LabError("not all are \(reachability.rawValue): \(words.joined(separator: ", "))")
    }
    return timing.readyAt.secondsUntilNow
  }
}
