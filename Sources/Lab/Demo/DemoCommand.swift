import ArgumentParser
import Glibc

/// `sallyport-lab demo`: floods against a real router, with the gate and without.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Show what floods do to a real router, with the gate before it and without.",
    discussion: """
      Real i2pd routers in network namespaces of their own, the gate in front of the first. Ctrl-C \
      ends it at once; nothing is left behind.
      """
  )

  @Option(help: "Seconds of each flood.")
  var seconds = 6

  @Option(help: "Connections of a flood each second.")
  var rate = 2_000.0

  @Option(help: "Datagrams of a flood each second.")
  var datagrams = 20_000.0

  @Option(help: "The floods, with commas between: \(FloodKind.names), \(DatagramFloodKind.names).")
  var kinds = DemoCommand.defaultKinds

  @Option(help: "Seconds of the flood against the bare router; 0 leaves it out.")
  var bareSeconds = 20

  @Option(help: "Routers in the network, 2 to 8.")
  var routers = 3

  @Option(help: "Loops of the gate that share the connections.")
  var shards = 1

  @Option(help: "The core of the gate; default: any.")
  var core: Int?

  @Option(help: "The directory of the rules; default: that of this repository.")
  var rules: String?

  private static var defaultKinds: String {
    let datagrams = [DatagramFloodKind.random, .tokenRequest]
    return (FloodKind.allCases.map(\.rawValue) + datagrams.map(\.rawValue))
      .joined(separator: ",")
  }

  func validate() throws {
    _ = try floods()
    guard (1...100_000).contains(datagrams) else {
      throw ValidationError("--datagrams is 1 to 100000.")
    }
    guard (1...600).contains(seconds), (0...600).contains(bareSeconds) else {
      throw ValidationError("--seconds is 1 to 600, --bare-seconds 0 to 600.")
    }
    guard (1...100_000).contains(rate) else { throw ValidationError("--rate is 1 to 100000.") }
    guard (2...8).contains(routers) else { throw ValidationError("--routers is 2 to 8.") }
    guard (1...64).contains(shards) else { throw ValidationError("--shards is 1 to 64.") }
  }

  func run() throws {
    try Interruption.guarding(demonstrate)
  }

  private func demonstrate() throws {
    try Prerequisites.check([.routers])
    let plan = DemoPlan(
      attacks: try floods(),
      seconds: seconds,
      bareSeconds: bareSeconds,
      ratePerSecond: rate,
      datagramsPerSecond: datagrams
    )
    Self.show("Starting \(routers) routers in namespaces; the show takes \(plan.seconds) s then.")
    var gates: [LabGate] = []
    var shown = RouterSettings()
    // The others speak NTCP2 alone, which brings them together at once.
    shown.transportsOfFirst = .both
    let network = try LabNetwork.start(routers: routers, settings: shown) { router in
      guard router.number == 1 else { return }
      let gate = try LabGate(before: router, settings: settings)
      try gate.start()
      gates.append(gate)
    }
    defer { network.stop() }
    try network.waitForSessions()
    let first = network.routers[0]
    Self.show("Router r1 at \(first.endpoint) has sessions through the gate's port.")
    Self.show("It also speaks SSU2, at \(first.endpointSSU2), behind the same gate.")
    guard let gate = gates.first else { return }
    try Demo(plan: plan, network: network, gate: gate, show: Self.show).run()
  }

  private var settings: LabGateSettings {
    var settings = LabGateSettings()
    settings.shards = shards
    settings.core = core
    settings.rulesDirectory = rules
    return settings
  }

  private func floods() throws -> [DemoPlan.Attack] {
    try kinds.split(separator: ",").map { name in
      let word = String(name)
      if let kind = FloodKind(rawValue: word) { return .connections(kind) }
      if let kind = DatagramFloodKind(rawValue: word) { return .datagrams(kind) }
      throw ValidationError(
        "--kinds \(name): choose from \(FloodKind.names), \(DatagramFloodKind.names)."
      )
    }
  }

  /// Lines go out at once, also where nobody watches on a terminal.
  private static func show(_ line: String) {
    print(line)
    fflush(nil)
  }
}
