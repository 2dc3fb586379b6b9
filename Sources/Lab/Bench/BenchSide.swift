import Glibc
import Wire

/// One of the proxies that are measured side by side.
enum BenchSide: Sendable {
  /// The gate.
  case gate(LabGateSettings)
  /// Another proxy.
  case peer(BenchPeer.Kind)

  /// A word for messages.
  var name: String {
    switch self {
    case .gate(let settings): "the gate (\(settings.proof.rawValue))"
    case .peer(let kind): kind.rawValue
    }
  }
}

/// A proxy that runs on a core of its own between the world and the service of a wire.
final class RunningProxy: Sendable {
  /// Where clients connect to.
  let entry: Endpoint

  /// Ports of the host: the gate's and the service behind it, another proxy's, and the service's
  /// behind that one.
  static let guardedPort: UInt16 = 9_111
  static let peerPort: UInt16 = 9_000
  static let servicePort: UInt16 = 9_112

  /// The port of the service behind a proxy.
  static func servicePort(of side: BenchSide) -> UInt16 {
    switch side {
    case .gate: guardedPort
    case .peer: servicePort
    }
  }

  private enum Program {
    case gate(LabGate)
    case peer(BenchPeer)
  }

  private let program: Program
  private let wire: BenchWire

  /// Starts the proxy of `side` and what it needs of the kernel.
  init(_ side: BenchSide, before service: BenchService, on wire: BenchWire) throws(LabError) {
    self.wire = wire
    switch side {
    case .gate(let settings):
      entry = service.endpoint
      let gate = try LabGate(
        before: service.guarded(in: wire.host),
        settings: settings,
        directory: "\(wire.directory)/gate-\(SerialNumber.next())"
      )
      try gate.start()
      program = .gate(gate)
    case .peer(let kind):
      entry = Endpoint(address: wire.address, port: Self.peerPort)
      try wire.returnAnswers(of: Self.servicePort)
      let route = BenchPeer.Route(
        listen: entry,
        target: Endpoint(address: wire.address, port: Self.servicePort)
      )
      program = .peer(
        try BenchPeer.start(
          kind,
          in: wire.host,
          directory: wire.directory,
          route: route,
          core: BenchSettings.proxyCore
        )
      )
    }
  }

  /// The gate; nil when it is another proxy.
  var gate: LabGate? {
    guard case .gate(let gate) = program else { return nil }
    return gate
  }

  /// Processor time since the start.
  var processorNanoseconds: UInt64 {
    switch program {
    case .gate(let gate): gate.pid.flatMap { ProcessTimes.processorNanoseconds(of: $0) } ?? 0
    case .peer(let peer): peer.processorNanoseconds
    }
  }

  /// Ends the proxy.
  func stop() {
    switch program {
    case .gate(let gate): gate.stop()
    case .peer(let peer):
      peer.stop()
      wire.forgetAnswers()
    }
  }
}

/// What a proxy spent on a load: of its own, and on its core as a whole.
struct ProxyCost: Sendable {
  /// Processor time of the process.
  var processNanoseconds: UInt64 = 0
  /// Busy time of its core, interrupts and everybody else on it included.
  var coreNanoseconds: UInt64 = 0

  /// Runs `body` and counts what `proxy` spends meanwhile.
  static func of<Result>(
    _ proxy: RunningProxy,
    _ body: () throws -> Result
  ) throws -> (Result, ProxyCost) {
    let coreBefore = CoreTimes.now(core: BenchSettings.proxyCore)
    let before = proxy.processorNanoseconds
    let result = try body()
    var cost = ProxyCost()
    cost.processNanoseconds = proxy.processorNanoseconds &- before
    if let coreBefore, let now = CoreTimes.now(core: BenchSettings.proxyCore) {
      cost.coreNanoseconds = now.since(coreBefore).busyNanoseconds
    }
    return (result, cost)
  }
}
