internal import Filter
internal import Glibc
internal import Kernel
internal import Proxy
internal import Telemetry
internal import Wire

/// Why a gate can't start: one line with the remedy.
struct StartFault: Error, CustomStringConvertible {
  /// The line.
  let description: String
}

extension Daemon {
  /// Descriptors of the control thread: journal, signals, files, status.
  private static let daemonDescriptors = 64

  /// Starts everything that a checked setup asks for.
  /// - Throws: The first thing that stands in the way.
  static func start(
    path: String,
    setup: consuming GateSetup,
    destination: JournalDestination
  ) throws(StartFault) -> Daemon {
    let configuration = setup.loaded.configuration
    let signals = try orFault("signals can't be taken over") { () throws(Errno) in
      try SignalSource()
    }
    let limits = try fit(configuration.limits, shards: shardCount(configuration))
    let probes = ProbeTableOwner()
    let groups = try startGroups(setup, limits: limits, probes: probes)
    let rules = try putRules(configuration)
    let shards = groups.flatMap(\.shards)
    let now = Clock.now
    var journal = Journal(destination: destination)
    if limits.heldStrangers < configuration.limits.heldStrangers {
      journal.write(
        .boundsLowered(
          strangers: UInt64(limits.heldStrangers),
          sessions: UInt64(limits.openSessions)
        ),
        at: now
      )
    }
    journal.write(.started(version: SallyportVersion.text, shards: shards.count), at: now)
    let radar = startRadar(configuration, probes: probes, journal: &journal, now: now)
    _ = ServiceManager.ready(status: "guarding")
    return Daemon(
      configurationPath: path,
      groups: groups,
      rules: rules,
      journal: journal,
      sums: VerdictSums(
        transport: "ntcp2",
        names: VerdictWords.names,
        intervalNanoseconds: sumIntervalNanoseconds,
        startingAt: now
      ),
      readers: EventReaders(shards),
      statusSocket: openStatusSocket(configuration.admin.socket),
      signals: signals,
      watch: RouterWatch(
        directory: configuration.router.directory,
        facts: setup.router.facts
      ),
      radar: radar,
      limits: limits,
      now: now,
      lookAtRulesAt: now
    )
  }

  /// As much of the bounds as this process's descriptors leave room for.
  private static func fit(
    _ limits: LimitSettings,
    shards: UInt32
  ) throws(StartFault) -> LimitSettings {
    let other = Int(shards) * ShardHandle.otherDescriptors + daemonDescriptors
    let wanted = limits.descriptors(other: other)
    let available = DescriptorLimit.raise(to: wanted)
    guard let fitted = limits.fitted(toDescriptors: available, other: other) else {
      throw StartFault(
        description: "this process may open \(available) descriptors, its limits ask for "
          + "\(wanted): raise LimitNOFILE (ulimit -n), or lower held-strangers and open-sessions"
      )
    }
    return fitted
  }

  /// How many shards a configuration asks for.
  private static func shardCount(_ configuration: Configuration) -> UInt32 {
    let wished = configuration.process.shards
    guard wished == 0 else { return wished }
    return UInt32(clamping: max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1))
  }

  private static func startGroups(
    _ setup: borrowing GateSetup,
    limits: LimitSettings,
    probes: ProbeTableOwner
  ) throws(StartFault) -> [GateGroup] {
    let configuration = setup.loaded.configuration
    let count = shardCount(configuration)
    var groups: [GateGroup] = []
    for (mode, endpoints) in GateModes.groups(of: configuration) {
      do throws(GateGroup.Fault) {
        groups.append(
          try GateGroup(
            mode,
            endpoints: endpoints,
            count: count,
            limits: limits,
            setup: setup,
            probes: probes
          )
        )
      } catch {
        throw fault(error, mode)
      }
    }
    return groups
  }

  private static func fault(_ fault: GateGroup.Fault, _ mode: GateSettings.Mode) -> StartFault {
    switch fault {
    case .start(let errno): StartFault(description: "a shard can't start: \(errno)")
    case .listen(let endpoint, let errno):
      StartFault(description: "can't listen on \(endpoint): \(errno); \(remedy(errno, mode))")
    }
  }

  private static func remedy(_ errno: Errno, _ mode: GateSettings.Mode) -> String {
    switch errno.rawValue {
    case EADDRINUSE:
      mode == .transparent
        ? "another program has the port: set tcp-port in [firewall] to a free one"
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
    probes: ProbeTableOwner,
    journal: inout Journal,
    now: Instant
  ) -> RadarPost? {
    guard configuration.radar.isEnabled else { return nil }
    do throws(RadarPost.Fault) {
      return try RadarPost(configuration, probes: probes)
    } catch {
      journal.write(.radarUnavailable(problem: "\(error)"), at: now)
      return nil
    }
  }

  private static func putRules(_ configuration: Configuration) throws(StartFault) -> KernelRules? {
    do throws(FirewallFault) {
      guard let plan = try FirewallPlan(configuration) else { return nil }
      return try KernelRules(plan)
    } catch {
      throw StartFault(description: error.description)
    }
  }

  /// The status socket is a convenience: without it the gate works all the same.
  private static func openStatusSocket(_ path: String) -> StatusSocket? {
    do throws(Errno) {
      return try StatusSocket(path: path)
    } catch {
      return nil
    }
  }

  private static func orFault<Value: ~Copyable>(
    _ problem: String,
    _ body: () throws(Errno) -> Value
  ) throws(StartFault) -> Value {
    do throws(Errno) {
      return try body()
    } catch {
      throw StartFault(description: "\(problem): \(error)")
    }
  }
}
