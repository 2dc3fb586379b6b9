internal import Filter
internal import Kernel
internal import Proxy
internal import Telemetry
internal import Wire

/// Everything that a start or a reload needs, read and checked as one unit.
///
/// Reading has no effect on anything that runs: either all of it is good, or there are faults and
/// nothing else.
struct GateSetup: ~Copyable {
  /// The configuration.
  let loaded: LoadedConfiguration
  /// The rules.
  let rules: LoadedRules
  /// The router's facts and key.
  let router: RouterFiles

  /// Reads the configuration at `path` and all that it names.
  /// - Throws: Everything that is wrong.
  static func read(path: String) throws(FaultReport) -> GateSetup {
    let outcome = Checks.run(configurationPath: path)
    guard outcome.faults.isEmpty, let loaded = outcome.loaded, let rules = outcome.rules else {
      throw FaultReport(faults: outcome.faults)
    }
    return try read(loaded, rules)
  }

  /// Reads the router's files alone, by `settings`: what is saved beside them is not looked at.
  /// - Throws: What is wrong with them.
  static func read(by settings: SettingsInForce) throws(FaultReport) -> GateSetup {
    try read(settings.loaded, settings.rules)
  }

  private static func read(
    _ loaded: LoadedConfiguration,
    _ rules: LoadedRules
  ) throws(FaultReport) -> GateSetup {
    do throws(RouterFilesFault) {
      return GateSetup(
        loaded: loaded,
        rules: rules,
        router: try RouterFiles(RouterFilesRequest(loaded.configuration))
      )
    } catch {
      throw FaultReport(faults: [loaded.fault(at: "router.directory", error)])
    }
  }

  /// A policy for one of `shards` shards of the NTCP2 gates of this mode.
  func policy(
    for mode: GateSettings.Mode,
    shards: UInt32,
    limits: LimitSettings,
    places: MatchPlaces,
    refusedFlights: FlightRing?
  ) -> Policy {
    Policy(
      law: law(rules, shards: shards, limits: limits),
      places: places,
      destination: destination(of: mode),
      refusedFlights: refusedFlights
    )
  }

  /// What one of `shards` shards judges by, with rules that were read and checked.
  func law(
    _ rules: LoadedRules,
    shards: UInt32,
    limits: LimitSettings
  ) -> Law {
    Law(
      handshake: handshake(),
      rules: rules.program,
      limits: limits.share(of: shards),
      shards: shards,
      own: OwnAddresses(ownAddresses)
    )
  }

  /// The gates' addresses, and those of this host's devices.
  private var ownAddresses: [SourceAddress] {
    let published = loaded.configuration.gates.map(\.endpoint.address)
    return published.filter { !$0.isUnspecified } + LocalAddresses.now()
  }

  /// A policy for the shard `shard` of `shards` of the SSU2 gates of this mode.
  func policy(
    for mode: GateSettings.Mode,
    shard: UInt32,
    of shards: UInt32,
    _ bounds: GateBounds
  ) -> DatagramPolicy {
    guard let facts = router.facts.ssu2 else {
      preconditionFailure("a policy for SSU2 where no gate speaks it")
    }
    return DatagramPolicy(
      facts: facts,
      limits: bounds.datagrams.share(of: shards, index: shard),
      flows: bounds.flows.share(of: shards),
      way: way(of: mode)
    )
  }

  private func way(of mode: GateSettings.Mode) -> DatagramWay {
    switch mode {
    case .proxy(let upstream): return .fixed(upstream)
    case .transparent:
      guard let marks = DatagramMarks(after: loaded.configuration.firewall.planMark) else {
        preconditionFailure("a mask without room for marks passed the checks")
      }
      return .original(marks)
    }
  }

  /// A judgement of first flights with a key of its own.
  private func handshake() -> NTCP2Handshake {
    guard let facts = router.facts.ntcp2 else {
      preconditionFailure("a policy for NTCP2 where no gate speaks it")
    }
    return NTCP2Handshake(facts: facts, privateKey: copyOfKey())
  }

  private func copyOfKey() -> SecretBytes? {
    router.ntcp2PrivateKey == nil ? nil : router.ntcp2PrivateKey?.copy()
  }

  private func destination(of mode: GateSettings.Mode) -> Destination {
    switch mode {
    case .proxy(let upstream): .fixed(upstream)
    case .transparent:
      .original(PacketMark(rawValue: loaded.configuration.firewall.mark))
    }
  }
}

extension LoadedConfiguration {
  /// A fault of the router's files, at the line of `keyPath`.
  func fault(at keyPath: String, _ fault: RouterFilesFault) -> Fault {
    self.fault(at: keyPath, fault.problem, fault.remedy)
  }
}
