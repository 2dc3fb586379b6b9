import Filter
import Kernel
import Wire

/// A long mixed load on a gate before a real router: nothing may grow, and the honest come in.
///
/// Junk, TokenRequests with made-up senders, SessionRequests with made-up tokens and replays of a
/// real handshake come at once, from networks that some of the honest live in as well.
struct Soak {
  /// How long, and how much.
  struct Plan: Equatable, Sendable {
    /// Seconds of load.
    var seconds = 1_800.0
    /// Datagrams a second, all floods together.
    var datagramsPerSecond = 5_000.0
    /// Seconds between two looks.
    var lookSeconds = 10.0

    /// Tables fill and allocators settle before the first look that counts.
    var warmUpSeconds: Double { min(max(seconds / 6, 5), 120) }
  }

  /// What was seen at one moment.
  struct Look: Equatable, Sendable {
    var seconds = 0.0
    var gateBytes: UInt64 = 0
    var gateDescriptors = 0
    var routerBytes: UInt64 = 0
    var routerDescriptors = 0
  }

  /// What a soak showed.
  struct Outcome: Sendable {
    /// All looks from the end of the warm-up on, the oldest first.
    var looks: [Look] = []
    /// How the honest fared, from the first datagram to the last.
    var honest = HonestDatagramPeers.Tallies()
    /// What each flood did.
    var floods: [DatagramFloodReport] = []
    /// The gate's numbers at the end.
    var status = GateStatus()
  }

  /// What the gate may grow by: no table grows, so it is the counters' and the allocator's.
  static let gateGrowthBytes: UInt64 = 4 << 20
  /// What the router may grow by; it remembers every session for a while.
  static let routerGrowthBytes: UInt64 = 48 << 20
  /// Descriptors that a look may find more than the first: sockets of a status being read.
  static let descriptorGrowth = 4
  /// The share of the honest that must get a session, in percent.
  static let honestPercent = 99.0

  /// What is done.
  let plan: Plan
  /// Where each look goes.
  let show: (String) -> Void

  /// Runs it to its end.
  func run() throws -> Outcome {
    let scene = try DatagramScene(.i2pd, .guarded)
    defer { scene.stop() }
    guard let gate = scene.gate else { return Outcome() }
    let (target, facts) = (scene.target, scene.facts)
    let recordings = try scene.world.run { SSU2Initiator.recording(of: target, router: facts) }
    let floods = try DatagramFloodKind.allCases.map { kind in
      try start(kind, scene, recordings)
    }
    let peers = try HonestDatagramPeers(in: scene.world, to: target, router: facts)
    var outcome = Outcome()
    let begun = Clock.now
    while begun.secondsUntilNow < plan.seconds {
      Pause.nanoseconds(UInt64(min(plan.lookSeconds, plan.seconds) * 1e9))
      let look = look(at: scene, begun.secondsUntilNow)
      show(Self.line(look, peers.tallies.all))
      if look.seconds >= plan.warmUpSeconds { outcome.looks.append(look) }
    }
    outcome.honest = peers.stop()
    for flood in floods {
      if let failure = flood.stop() { throw failure }
      if let report = flood.report { outcome.floods.append(report) }
    }
    outcome.status = try gate.status()
    return outcome
  }

  private func start(
    _ kind: DatagramFloodKind,
    _ scene: DatagramScene,
    _ recordings: [[UInt8]]
  ) throws -> RunningFlood<DatagramFloodReport> {
    let rate = plan.datagramsPerSecond / Double(DatagramFloodKind.allCases.count)
    var settings = try scene.flood(kind, perSecond: rate, seconds: 86_400)
    settings.recordings = recordings
    return try RunningFlood(settings, in: scene.world)
  }

  private func look(at scene: DatagramScene, _ seconds: Double) -> Look {
    var look = Look(seconds: seconds)
    if let gate = scene.gate?.observe() {
      look.gateBytes = gate.residentBytes
      look.gateDescriptors = gate.openDescriptors
    }
    if let router = scene.routerPID.flatMap(ProcessObservation.init(of:)) {
      look.routerBytes = router.residentBytes
      look.routerDescriptors = router.openDescriptors
    }
    return look
  }

  private static func line(_ look: Look, _ honest: HandshakeTally) -> String {
    "\(Int(look.seconds)) s: gate \(look.gateBytes >> 10) KiB, \(look.gateDescriptors) fds; "
      + "router \(look.routerBytes >> 10) KiB, \(look.routerDescriptors) fds; "
      + "honest \(honest.established)/\(honest.tried)"
  }
}

extension Soak.Outcome {
  /// What did not hold, in words; empty when all did.
  var faults: [String] {
    guard let first = looks.first, honest.all.tried > 0, !floods.isEmpty else {
      return ["it was too short to say anything"]
    }
    var faults: [String] = []
    func check(_ isHeld: Bool, _ fault: String) {
      if !isHeld { faults.append(fault) }
    }
    let gate = looks.map(\.gateBytes).max() ?? 0
    let router = looks.map(\.routerBytes).max() ?? 0
    check(looks.allSatisfy { $0.gateBytes > 0 }, "the gate ended")
    check(looks.allSatisfy { $0.routerBytes > 0 }, "the router ended")
    check(
      gate <= first.gateBytes + Soak.gateGrowthBytes,
      "the gate grew from \(first.gateBytes >> 10) to \(gate >> 10) KiB"
    )
    check(
      router <= first.routerBytes + Soak.routerGrowthBytes,
      "the router grew from \(first.routerBytes >> 10) to \(router >> 10) KiB"
    )
    for (name, value) in [("gate", \Soak.Look.gateDescriptors), ("router", \.routerDescriptors)] {
      let most = looks.map { $0[keyPath: value] }.max() ?? 0
      check(
        most <= first[keyPath: value] + Soak.descriptorGrowth,
        "the \(name)'s descriptors grew from \(first[keyPath: value]) to \(most)"
      )
    }
    check(
      honest.all.percent >= Soak.honestPercent,
      "of the honest \(honest.all.established) of \(honest.all.tried) got a session"
    )
    return faults
  }

  /// The end's numbers, a line each.
  var text: String {
    let reasons = status.reasons(of: .refuse, since: GateStatus())
      .map { "\($0.reason) \($0.count)" }
    let sent = floods.map { "\($0.kind.rawValue) \($0.sent)" }
    return """
      sent: \(sent.joined(separator: ", "))
      refused: \(reasons.joined(separator: ", "))
      challenged \(status.count(.challenge)), passed on trial \(status.count(.trial)), \
      admitted \(status.count(.admit))
      honest: \(honest.text)
      """
  }
}
