internal import Filter
internal import Kernel
internal import Wire

/// The kernel's rules as a configuration asks for them.
extension FirewallPlan {
  /// The plan of a configuration's transparent gates; nil when there are none.
  init?(_ configuration: Configuration) throws(FirewallFault) {
    let settings = configuration.firewall
    let gates = configuration.gates.filter { $0.mode == .transparent }.map { gate in
      Gate(
        transport: gate.transport == .ntcp2 ? .tcp : .udp(witnessPort: settings.udpWitnessPort),
        router: gate.endpoint,
        listeningPort: gate.transport == .ntcp2 ? settings.tcpPort : settings.udpPort,
        whenDown: gate.whenDown == .open ? .open : .closed
      )
    }
    guard !gates.isEmpty else { return nil }
    try self.init(
      gates: gates,
      mark: settings.planMark,
      routingTable: settings.table,
      rulePriority: settings.priority,
      shards: Int(configuration.shardCount(of: .ssu2)),
      steeringSeed: Self.steeringSeedOfThisBoot()
    )
  }
}

extension FirewallPlan {
  /// Whether the rules go when the gate stops: they stay where a gate is `closed`, and then do what
  /// each gate's `when-down` says.
  var goesWithTheGate: Bool { gates.allSatisfy { $0.whenDown == .open } }
}

/// Puts the kernel's rules in place where this process may, and notices when they go.
struct KernelRules: ~Copyable {
  /// How the rules stand.
  enum State: Equatable {
    /// All in place, as far as can be seen.
    case inPlace
    /// Something is missing: what, and the remedy.
    case missing(String)
  }

  /// The least time between two looks.
  static let intervalNanoseconds: UInt64 = 10 * Nanoseconds.perSecond
  /// How long the canary may take: it crosses the loopback interface only.
  private static let canaryMilliseconds: Int32 = 200

  private let plan: FirewallPlan
  private let isOurs: Bool

  /// Puts the rules in place if this process may; else only looks after them.
  init(_ plan: FirewallPlan) throws(FirewallFault) {
    self.plan = plan
    isOurs = Capability.networkAdministration.isHeld
    if isOurs { try Firewall.up(plan) }
  }

  /// Looks whether everything is in place.
  func look() -> State {
    do throws(FirewallFault) {
      let report = try isOurs ? Firewall.check(plan) : Firewall.checkUnprivileged(plan)
      if let finding = report.findings.first {
        return .missing("\(finding.message); \(finding.remedy)")
      }
      return isOurs ? .inPlace : Self.canary(try Firewall.usable(plan))
    } catch {
      return .missing(error.description)
    }
  }

  /// Reaches out to an address that only the rules of `plan` lead to the gate's own sockets.
  private static func canary(_ plan: FirewallPlan) -> State {
    for index in plan.gates.indices {
      guard let endpoint = plan.canary(ofGate: index) else { continue }
      let gate = plan.gates[index]
      let limit = canaryMilliseconds
      let (outcome, arrivals) =
        gate.transport == .tcp
        ? (StreamSocket.reaches(endpoint, withinMilliseconds: limit), "connections")
        : (DatagramSocket.reaches(endpoint, withinMilliseconds: limit), "datagrams")
      guard outcome == .refused else { continue }
      return .missing(
        "\(arrivals) to \(gate.router) are not diverted to the gate; "
          + "run \"sallyport firewall up\" as root"
      )
    }
    return .inPlace
  }

  /// Puts back what is missing, if this process may.
  func restore() throws(FirewallFault) {
    if isOurs { try Firewall.up(plan) }
  }

  /// Takes the rules away as the gate stops, if this process put them there and they go with it.
  func end() {
    guard isOurs, plan.goesWithTheGate else { return }
    try? Firewall.down()
  }
}
