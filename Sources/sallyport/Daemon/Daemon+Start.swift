internal import Filter
internal import Glibc
internal import Kernel
internal import Proxy
internal import Telemetry
internal import Wire

/// Starts everything that a running gate needs.
extension Daemon {
  /// Starts everything that a checked setup asks for.
  /// - Throws: The first thing that stands in the way.
  static func start(
    path: String,
    setup: consuming GateSetup,
    destination: JournalDestination
  ) throws(StartFault) -> Daemon {
    let configuration = setup.loaded.configuration
    let facts = setup.router.facts
    let inForce = SettingsInForce(setup)
    let signals = try takeSignals()
    let bounds = try fit(GateBounds(configuration), configuration)
    let now = Clock.now
    var journal = Journal(destination: destination)
    let kept = KeptState(configuration, now: now, to: &journal)
    let plan = try orFault { () throws(FirewallFault) in try FirewallPlan(configuration) }
    let probes = ProbeTableOwner()
    let people = people(configuration, in: kept, now: now, to: &journal)
    let groups = try startGroups(setup, bounds, plan, probes, people, kept)
    let rules = try putRules(plan)
    tellStart(configuration, groups, bounds, to: &journal, at: now)
    var health = DaemonHealth()
    let notes = SourceNotes()
    let radar = startRadar(configuration, probes, notes, &health, journal: &journal, now: now)
    let flights = RefusedFlights(configuration.refusedFlights, to: &journal, at: now)
    let admin = openAdmin(configuration.admin.socket, journal: &journal, now: now)
    var lookout = Lookout(configuration, groups, bounds, now: now)
    if let problem = lookout.show(on: configuration.admin.http) { journal.write(problem, at: now) }
    _ = ServiceManager.ready(status: "guarding")
    return Daemon(
      configurationPath: path,
      groups: groups,
      rules: rules,
      journal: journal,
      sums: groups.transports.map { TransportSums($0, startingAt: now) },
      ruleSums: RuleSums(
        intervalNanoseconds: Daemon.ruleSumIntervalNanoseconds,
        startingAt: now
      ),
      readers: EventReaders(groups),
      lookout: lookout,
      keeper: kept.keeper,
      standing: kept.standing,
      admin: admin,
      people: people,
      health: health,
      refusedFlights: flights,
      signals: signals,
      watch: RouterWatch(directory: configuration.router.directory, facts: facts, now: now),
      reader: SetupReader(path: path, inForce: inForce),
      sight: RouterSight(configuration.gates, now: now),
      bounds: bounds,
      radar: radar,
      netDb: try? NetDbPost(routerDirectory: configuration.router.directory, notes: notes),
      notes: notes,
      now: now,
      lookAtRulesAt: now
    )
  }

  private static func takeSignals() throws(StartFault) -> SignalSource {
    try orFault("signals can't be taken over") { () throws(Errno) in try SignalSource() }
  }

  private static func people(
    _ configuration: Configuration,
    in kept: borrowing KeptState,
    now: Instant,
    to journal: inout Journal
  ) -> People {
    People(
      gates: configuration.gates,
      store: kept.store,
      at: PeopleBook.Moment(now, wallSeconds: Clock.wallSeconds)
    ) { journal.write($0, at: now) }
  }

  private static func tellStart(
    _ configuration: Configuration,
    _ groups: [any GateGroup],
    _ bounds: GateBounds,
    to journal: inout Journal,
    at now: Instant
  ) {
    if bounds.connections.heldStrangers < configuration.limits.heldStrangers {
      journal.write(
        .boundsLowered(
          strangers: UInt64(bounds.connections.heldStrangers),
          sessions: UInt64(bounds.connections.openSessions)
        ),
        at: now
      )
    }
    for group in groups where group.plan.transport == .ssu2 && group.plan.mode != .transparent {
      for endpoint in group.plan.arrivals {
        journal.write(.sourcesHidden(transport: "ssu2", gate: "\(endpoint)"), at: now)
      }
    }
    let shards = groups.reduce(0) { $0 + $1.rings.count }
    journal.write(.started(version: SallyportVersion.text, shards: shards), at: now)
  }

  /// As much of the bounds as this process's descriptors leave room for.
  private static func fit(
    _ bounds: GateBounds,
    _ configuration: Configuration
  ) throws(StartFault) -> GateBounds {
    let (wanted, other) = bounds.descriptors(of: configuration)
    let available = DescriptorLimit.raise(to: wanted)
    guard configuration.gates.contains(where: { $0.transport == .ntcp2 }) else {
      guard available >= wanted else { throw tooFew(available, of: wanted, "flows") }
      return bounds
    }
    guard let fitted = bounds.connections.fitted(toDescriptors: available, other: other) else {
      throw tooFew(available, of: wanted, "held-strangers and open-sessions")
    }
    var result = bounds
    result.connections = fitted
    return result
  }

  private static func tooFew(_ available: Int, of wanted: Int, _ keys: String) -> StartFault {
    StartFault(
      "this process may open \(available) descriptors, its limits ask for "
        + "\(wanted): raise LimitNOFILE (ulimit -n), or lower \(keys)"
    )
  }

  private static func startGroups(
    _ setup: borrowing GateSetup,
    _ bounds: GateBounds,
    _ firewall: FirewallPlan?,
    _ probes: ProbeTableOwner,
    _ people: People,
    _ kept: borrowing KeptState
  ) throws(StartFault) -> [any GateGroup] {
    let configuration = setup.loaded.configuration
    var groups: [any GateGroup] = []
    for plan in GroupPlan.groups(of: configuration) {
      let count = configuration.shardCount(of: plan.transport)
      do throws(GroupFault) {
        switch plan.transport {
        case .ntcp2:
          groups.append(
            try ConnectionGroup(
              plan,
              count: count,
              bounds,
              probes,
              kept.standings,
              people: people.book,
              setup: setup
            )
          )
        case .ssu2:
          groups.append(
            try DatagramGroup(
              plan,
              firewall: firewall,
              count: count,
              bounds,
              people: people.book,
              setup: setup,
              proven: kept.proven,
              kept.standings
            )
          )
        }
      } catch {
        throw fault(error, plan, setup.loaded)
      }
    }
    return groups
  }

  private static func fault(
    _ fault: GroupFault,
    _ plan: GroupPlan,
    _ loaded: LoadedConfiguration
  ) -> StartFault {
    switch fault {
    case .start(let errno): StartFault("a shard can't start: \(errno)")
    case .listen(let endpoint, let errno):
      StartFault(
        loaded.fault(
          at: keyPath(plan, endpoint, errno, loaded.configuration),
          "can't listen on \(endpoint): \(errno)",
          remedy(errno, plan.mode, key: firewallKey(plan, endpoint, loaded.configuration))
        )
      )
    }
  }

  private static func firewallKey(
    _ plan: GroupPlan,
    _ endpoint: Endpoint,
    _ configuration: Configuration
  ) -> String? {
    configuration.firewall.ports(of: plan.transport).first { $0.port == endpoint.port }?.key
  }

  /// What asks for the listener: a port of the program's own, or a gate.
  private static func keyPath(
    _ plan: GroupPlan,
    _ endpoint: Endpoint,
    _ errno: Errno,
    _ configuration: Configuration
  ) -> String {
    if plan.mode == .transparent, errno.rawValue == EADDRINUSE,
      let key = firewallKey(plan, endpoint, configuration)
    {
      return "firewall.\(key)"
    }
    let gate = configuration.gates.firstIndex {
      $0.transport == plan.transport && $0.mode == plan.mode
        && (plan.mode == .transparent || $0.endpoint == endpoint)
    }
    return gate.map { "gate[\($0)].port" } ?? "gate"
  }

  private static func remedy(_ errno: Errno, _ mode: GateSettings.Mode, key: String?) -> String {
    switch errno.rawValue {
    case EADDRINUSE:
      mode == .transparent
        ? "another program has the port: set \(key ?? "the port") in [firewall] to a free one"
        : "another program has the port: stop it, or set another port in [[gate]]"
    case EPERM, EACCES:
      mode == .transparent
        ? "a transparent gate needs CAP_NET_RAW: start it as root or by its systemd unit"
        : "ports below 1024 need CAP_NET_BIND_SERVICE: use another port"
    case EADDRNOTAVAIL: "no interface of this host has that address: set address in [[gate]]"
    default: "check address and port in [[gate]]"
    }
  }

  /// The radar is a hint for rules: without it the gate works all the same, and says so.
  private static func startRadar(
    _ configuration: Configuration,
    _ probes: ProbeTableOwner,
    _ notes: SourceNotes,
    _ health: inout DaemonHealth,
    journal: inout Journal,
    now: Instant
  ) -> RadarPost? {
    guard configuration.radar.isEnabled else { return nil }
    do throws(RadarPost.Fault) {
      return try RadarPost(configuration, probes: probes, notes: notes)
    } catch {
      health.radarProblem = "\(error)"
      journal.write(.radarUnavailable(problem: "\(error)"), at: now)
      return nil
    }
  }

  private static func putRules(_ plan: FirewallPlan?) throws(StartFault) -> KernelRules? {
    guard let plan else { return nil }
    return try orFault { () throws(FirewallFault) in try KernelRules(plan) }
  }

  private static func orFault<Value: ~Copyable>(
    _ body: () throws(FirewallFault) -> Value
  ) throws(StartFault) -> Value {
    do throws(FirewallFault) {
      return try body()
    } catch {
      throw StartFault(error.description)
    }
  }

  /// The admin socket is a convenience: without it the gate works all the same, and says so.
  private static func openAdmin(
    _ path: String,
    journal: inout Journal,
    now: Instant
  ) -> AdminServer? {
    do throws(Errno) {
      return try AdminServer(path: path)
    } catch {
      journal.write(.adminUnavailable(path: path, problem: problem(error, at: path)), at: now)
      return nil
    }
  }

  private static func problem(_ errno: Errno, at path: String) -> String {
    switch errno.rawValue {
    case EADDRINUSE: "another gate answers there; give this one another socket in [admin]"
    case EEXIST: "something else lies there; move it away, or set another socket in [admin]"
    case ENOENT: "its directory is missing; make it, or set another socket in [admin]"
    default: "\(errno)"
    }
  }

  private static func orFault<Value: ~Copyable>(
    _ problem: String,
    _ body: () throws(Errno) -> Value
  ) throws(StartFault) -> Value {
    do throws(Errno) {
      return try body()
    } catch {
      throw StartFault("\(problem): \(error)")
    }
  }
}
