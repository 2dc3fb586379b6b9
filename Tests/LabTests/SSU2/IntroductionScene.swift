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
  private static let scenesMax = 10

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
  /// told it this of itself: on a busy machine a test may come too late.
  func start(_ router: LabRouter, until reachability: RouterConsole.Reachability) throws {
    for attempt in 1...Self.startsMax {
      try start(router, knowing: [helpers[0]])
      if Self.wait(15, until: { router.lookAtConsole()?.reachability == reachability }) { return }
      print("r\(router.number), start \(attempt): \(router.lookAtConsole()?.statusText ?? "?")")
      router.stop()
      Pause.nanoseconds(Self.forgettingNanoseconds)
    }
    throw LabError("r\(router.number) is never \(reachability.rawValue)")
  }

  static func wait(_ seconds: UInt64, until isTrue: () -> Bool) -> Bool {
    Pause.until(
      timeoutNanoseconds: seconds * Nanoseconds.perSecond,
      intervalNanoseconds: 200 * Nanoseconds.perMillisecond,
      isTrue
    )
  }

  /// A scene in which the caller has been introduced to the firewalled router.
  ///
  /// A router that called another before its own test was over asked that for no relay tag, and
  /// will not while the two talk; what its peers remember of it then disturbs its next start. And
  /// whom the caller calls, and when, is its own. So another scene is made if nothing comes of it.
  static func played() throws -> IntroductionScene {
    for attempt in 1...scenesMax {
      let scene = try IntroductionScene()
      do {
        guard try scene.reachesIntroducer() else {
          throw LabError("the firewalled router has no introducer")
        }
        if try scene.reachesCall() { return scene }
        throw LabError("the caller does not call")
      } catch {
        print("scene \(attempt): \(error)")
      }
      scene.close()
    }
    throw LabError("in \(scenesMax) scenes nobody was introduced")
  }

  private func reachesCall() throws -> Bool {
    try start(caller, knowing: [helpers[0], introducer, firewalled])
    return Self.wait(45) { hasCalled }
  }

  private func reachesIntroducer() throws -> Bool {
    try start(helpers[0], knowing: [])
    try start(helpers[1], knowing: [helpers[0]])
    guard Self.wait(30, until: { helpers[0].lookAtConsole()?.sessionsSSU2.isEmpty == false }) else {
      return false
    }
    // The guarded router is called by a stranger who tests it, and finds itself reachable.
    try start(introducer, until: .reachable)
    try start(firewalled, knowing: [helpers[0]])
    guard Self.wait(15, until: { firewalled.lookAtConsole()?.reachability == .firewalled }) else {
      return false
    }
    let name = introducer.identity?.base64
    return Self.wait(30) { introducers(of: firewalled).first == name }
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
