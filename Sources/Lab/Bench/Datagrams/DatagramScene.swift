import Kernel
import Wire

/// A router's SSU2 port on a wire of its own, with a gate before it or bare, and the world that
/// calls and floods it.
final class DatagramScene: Sendable {
  /// What stands at the port.
  enum Kind: Sendable {
    /// A real i2pd.
    case i2pd
    /// The stand-in for a Java router.
    case java
  }

  /// Whether a gate stands before it.
  enum State: Sendable {
    case guarded, bare
  }

  private enum Program {
    case i2pd(LabRouter)
    case java(RunningJavaSSU2)
  }

  /// How long i2pd says things of its own after its start.
  private static let settlingNanoseconds = 2 * Nanoseconds.perSecond
  private static let fileTimeoutNanoseconds = 5 * Nanoseconds.perSecond

  /// The gate; nil: the router is bare.
  let gate: LabGate?
  /// Where the router listens.
  let target: Endpoint
  /// What an initiator must know of it.
  let facts: SSU2RouterFacts
  private let wire: BenchWire
  private let program: Program

  /// Where floods and honest peers live.
  var world: NetworkNamespace { wire.world }
  /// The router's process; nil for the stand-in, which has none of its own.
  var routerPID: Int32? {
    guard case .i2pd(let router) = program else { return nil }
    return router.pid
  }

  /// Starts a router, and a gate before it as `state` says.
  init(_ kind: Kind, _ state: State) throws {
    wire = try BenchWire()
    let host = LabHost(number: 1, namespace: wire.host)
    let guarded: GuardedRouter
    switch kind {
    case .i2pd:
      let router = try Self.startI2PD(on: host, directory: wire.directory)
      program = .i2pd(router)
      target = router.endpointSSU2
      facts = try SSU2RouterFacts.read(directory: router.directory)
      guarded = GuardedRouter(router)
    case .java:
      let standIn = try RunningJavaSSU2(on: host)
      program = .java(standIn)
      target = standIn.endpoint
      facts = standIn.facts
      guarded = GuardedRouter(
        kind: .java,
        directory: standIn.directory,
        transport: .ssu2,
        endpoint: standIn.endpoint,
        namespace: wire.host
      )
    }
    gate =
      switch state {
      case .guarded: try Self.startGate(before: guarded, directory: wire.directory)
      case .bare: nil
      }
    Pause.nanoseconds(Self.settlingNanoseconds)
  }

  private static func startI2PD(on host: LabHost, directory: String) throws -> LabRouter {
    var settings = RouterSettings()
    settings.transports = .ssu2
    settings.coreOfFirst = BenchSettings.proxyCore
    let router = try LabRouter(
      host: host,
      settings: settings,
      isFloodfill: true,
      runDirectory: directory
    )
    try router.start()
    try router.waitForFiles(["router.info", "ssu2.keys"])
    try router.waitUntilListening()
    _ = Pause.until(timeoutNanoseconds: fileTimeoutNanoseconds) { router.hasWholeRouterInfo }
    return router
  }

  private static func startGate(
    before guarded: GuardedRouter,
    directory: String
  ) throws -> LabGate {
    var settings = LabGateSettings()
    settings.core = BenchSettings.proxyCore
    let gate = try LabGate(before: guarded, settings: settings, directory: "\(directory)/gate")
    try gate.start()
    return gate
  }

  /// Ends everything.
  func stop() {
    gate?.stop()
    switch program {
    case .i2pd(let router): router.kill()
    case .java(let standIn): standIn.close()
    }
    wire.remove()
  }

  /// A flood of this router from the networks of the benches.
  func flood(
    _ kind: DatagramFloodKind,
    perSecond rate: Double?,
    seconds: Double
  ) throws -> DatagramFloodSettings {
    guard let sources = BenchSources.flood else { throw LabError("no addresses for a flood") }
    var settings = DatagramFloodSettings(
      kind: kind,
      target: target,
      sources: sources,
      ratePerSecond: rate,
      durationNanoseconds: UInt64(seconds * 1e9)
    )
    settings.router = facts
    settings.core = Int32(BenchSettings.loadCore)
    return settings
  }

  /// One honest handshake from `source`.
  func handshake(
    from source: Endpoint,
    _ options: SSU2HandshakeOptions = SSU2HandshakeOptions()
  ) throws -> SSU2HandshakeResult {
    let (target, facts) = (target, facts)
    return try world.run {
      SSU2Initiator.handshake(to: target, from: source, router: facts, options: options)
    }
  }

  /// Ends what comes from the router's port at the world's end of the wire.
  func endAnswers() throws(LabError) {
    try wire.endAnswers(of: target.port)
  }

  /// What the router has used so far; of the stand-in nothing is known.
  var routerNanoseconds: UInt64 {
    routerPID.flatMap { ProcessTimes.processorNanoseconds(of: $0) } ?? 0
  }

  /// What the gate has used so far.
  var gateNanoseconds: UInt64 {
    gate?.pid.flatMap { ProcessTimes.processorNanoseconds(of: $0) } ?? 0
  }

  /// Datagrams that programs of the router's host have taken from their sockets.
  func datagramsTaken() throws -> UInt64 {
    let text = try wire.host.run { Files.text("/proc/thread-self/net/snmp") ?? "" }
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("Udp:") }
    guard lines.count == 2,
      let column = lines[0].split(separator: " ").firstIndex(of: "InDatagrams"),
      let value = lines[1].split(separator: " ").dropFirst(column).first.flatMap({ UInt64($0) })
    else { throw LabError("the kernel does not say how many datagrams were taken") }
    return value
  }
}
