import Filter
import Kernel
import Testing
import Wire

@testable import Lab

/// Five routers that speak SSU2 alone and meet one after the other, so that it is certain who
/// tests, introduces and calls whom:
///
/// * `helpers` (2, 5) ask for the others' tests and test them,
/// * `introducer` (1) is guarded, and comes when the helpers have met,
/// * `firewalled` (4) is behind a home router's firewall: nobody whom it has not called comes in,
/// * `caller` (3) is guarded and comes last. It takes part in no test, and the firewalled router
///   never calls it: when the two have a session, it was introduced.
final class IntroductionScene {
  let topology: StarTopology
  let routers: [LabRouter]
  /// The gates before the introducer and the caller, by the router's number.
  let gates: [Int: LabGate]

  var introducer: LabRouter { routers[0] }
  var helpers: [LabRouter] { [routers[1], routers[4]] }
  var firewalled: LabRouter { routers[3] }
  var caller: LabRouter { routers[2] }

  private static let guarded: Set<Int> = [1, 3]
  /// How long a restarted router's peers go on calling it.
  private static let forgettingNanoseconds = 6 * Nanoseconds.perSecond
  private static let startsMax = 4

  init() throws {
    topology = try StarTopology(hostCount: 5)
    var settings = RouterSettings()
    settings.transports = .ssu2
    settings.console = .on
    settings.logLevel = "debug"
    let directory = topology.directory
    routers = try topology.hosts.map { host in
      try LabRouter(
        host: host,
        settings: settings,
        isFloodfill: host.number != 4,
        runDirectory: directory
      )
    }
    try HomeFirewall.raise(before: topology.hosts[3], udpPort: settings.portSSU2, in: topology)
    try ToolCommand.nftables(
      Self.callerIsNotCalled,
      namespacePath: topology.hub.path,
      scratchDirectory: directory
    )
    try Introduction.writeFiles(of: routers)
    var gates: [Int: LabGate] = [:]
    for router in routers where Self.guarded.contains(router.number) {
      let gate = try LabGate(before: router)
      try gate.start()
      gates[router.number] = gate
    }
    self.gates = gates
    try trustOthers(caller)
  }

  func close() {
    for gate in gates.values { gate.kill() }
    for router in routers { router.kill() }
    topology.remove()
  }

  /// Datagrams of the firewalled router that could begin a session are dropped on their way to the
  /// caller until that has come through its firewall; a hole punch is longer. The second helper
  /// cannot be called either, so that it introduces nobody.
  private static let callerIsNotCalled = """
    table inet caller {
      set introduced { type ipv4_addr; flags dynamic; size 16; }
      chain forward {
        type filter hook forward priority filter + 1; policy accept;
        iifname "to-3" oifname "to-4" add @introduced { ip saddr }
        iifname "to-4" oifname "to-3" ip daddr @introduced accept
        iifname "to-4" oifname "to-3" udp length < 112 drop
        iifname "to-4" oifname "to-5" drop
      }
    }
    """

  /// A router that trusts others by name needs no test to take itself for reachable.
  private func trustOthers(_ router: LabRouter) throws {
    let others = routers.filter { $0.number != router.number }.compactMap(\.identity)
    try Files.write(
      router.configuration.text + RouterConfiguration.trust(in: others),
      to: "\(router.directory)/i2pd.conf"
    )
  }

  /// Starts `router`, which knows `others` alone.
  func start(_ router: LabRouter, knowing others: [LabRouter]) throws {
    Files.removeTree("\(router.directory)/netDb")
    Files.removeTree("\(router.directory)/peerProfiles")
    for other in others { try Introduction.introduce(other, to: router) }
    try router.start()
    try router.waitUntilListening()
  }

  /// Starts `router`, which knows the first helper alone, again and again until a peer test has
  /// told it this of itself, and `isDone`: on a busy machine a test may come too late, and a router
  /// that called an introducer before its test asked that for no tag, nor will while they talk.
  func start(
    _ router: LabRouter,
    until reachability: RouterConsole.Reachability,
    isDone: () -> Bool = { true }
  ) throws {
    for attempt in 1...Self.startsMax {
      try start(router, knowing: [helpers[0]])
      let isKnown = Self.wait(15) { router.lookAtConsole()?.reachability == reachability }
      if isKnown, Self.wait(60, until: isDone) { return }
      print("r\(router.number), start \(attempt): \(router.lookAtConsole()?.statusText ?? "?")")
      router.stop()
      Pause.nanoseconds(Self.forgettingNanoseconds)
    }
    throw LabError("r\(router.number) is never \(reachability.rawValue), or not as it should be")
  }

  private static func wait(_ seconds: UInt64, until isTrue: () -> Bool) -> Bool {
    Pause.until(
      timeoutNanoseconds: seconds * Nanoseconds.perSecond,
      intervalNanoseconds: 200 * Nanoseconds.perMillisecond,
      isTrue
    )
  }

  /// The introducers that `router` publishes, by their hashes.
  func introducers(of router: LabRouter) -> [String] {
    guard let bytes = Files.bytes(router.routerInfoPath), let info = try? RouterInfo(bytes) else {
      return []
    }
    return info.addresses.filter(\.speaksSSU2)
      .flatMap { address in (0..<3).compactMap { address.options["ih\($0)"] } }
  }

  /// Whether the caller has called the firewalled router with success.
  var hasCalled: Bool {
    caller.lookAtConsole()?.sessionsSSU2.contains {
      $0.direction == .outgoing && $0.endpoint == firewalled.endpointSSU2
    } == true
  }

  /// Whether `router`'s log has a line of its SSU2 that starts so.
  func log(of router: LabRouter, says words: String) -> Bool {
    Files.text(router.configuration.logPath)?.contains("SSU2: \(words)") == true
  }
}
