import Kernel
import Wire

/// What it costs to let a peer through: accept, look, dial from the peer's address, hand over,
/// relay a handshake, close.
enum AdmissionBench {
  /// Conversations before the measured ones.
  private static let warmUps = 500
  /// How much more than one X25519 a proof may cost: its AES, its ChaCha20, its hashes.
  private static let proofAllowance = 1.1

  /// What one run measured, in microseconds of processor time a connection.
  private struct Run {
    var haproxy = Cost()
    var nginx = Cost()
    var open = Cost()
    var full = Cost()
    var keyAgreement = 0.0
  }

  private struct Cost {
    var process = 0.0
    var core = 0.0
  }

  /// Measures the gate, with and without a proof, beside HAProxy and nginx.
  static func run(_ settings: BenchSettings) throws -> [BenchLine] {
    let wire = try BenchWire()
    defer { wire.remove() }
    let service = try BenchService(on: wire)
    let count = Int(settings.connectionsPerSecond * settings.loadSeconds)
    var runs: [Run] = []
    for number in 0..<settings.runs {
      let conversation = Conversation(with: service.facts, count: count + warmUps)
      func cost(_ side: BenchSide) throws -> Cost {
        try measure(
          side,
          service,
          wire,
          conversation,
          settings,
          firstSource: UInt32(number * count)
        )
      }
      var run = Run()
      run.haproxy = try cost(.peer(.haproxyTransparent))
      run.open = try cost(.gate(BenchService.gate(proof: .public)))
      run.full = try cost(.gate(BenchService.gate(proof: .full)))
      run.nginx = try cost(.peer(.nginxTransparent))
      run.keyAgreement = try KeyAgreementCost.microseconds(core: BenchSettings.proxyCore)
      runs.append(run)
    }
    return lines(runs)
  }

  private static func lines(_ runs: [Run]) -> [BenchLine] {
    func median(_ value: (Run) -> Double) -> Double { Median.of(runs.map(value)) }
    let open = median(\.open.process)
    let agreement = median(\.keyAgreement)
    let cores = [
      ("gate", median(\.open.core)), ("with a proof", median(\.full.core)),
      ("HAProxy", median(\.haproxy.core)), ("nginx", median(\.nginx.core)),
    ].map { "\($0.0) \(Report.rounded($0.1, to: 10))" }.joined(separator: ", ")
    return [
      BenchLine(
        name: Bench.admitPublic.rawValue,
        value: open,
        unit: "us/connection",
        peer: BenchPeer.Kind.haproxyTransparent.rawValue,
        peerValue: median(\.haproxy.process),
        bound: .ratioAtMost(1),
        note: "the whole core, us/connection: \(cores)"
      ),
      BenchLine(
        name: Bench.admitPublic.rawValue,
        value: open,
        unit: "us/connection",
        peer: BenchPeer.Kind.nginxTransparent.rawValue,
        peerValue: median(\.nginx.process)
      ),
      BenchLine(
        name: Bench.admitFull.rawValue,
        value: median(\.full.process),
        unit: "us/connection",
        peer: "public + 1.1 X25519",
        peerValue: open + proofAllowance * agreement,
        bound: .ratioAtMost(1),
        note: "one X25519 \(Report.rounded(agreement, to: 10)) us, public "
          + "\(Report.rounded(open, to: 10)) us, so a proof costs "
          + "\(Report.rounded(median { $0.full.process - $0.open.process }, to: 10)) us"
      ),
    ]
  }

  /// A run that a busy machine disturbed is made again, a few times.
  private static let attempts = 3

  private static func repeating(_ body: () throws -> Cost) throws -> Cost {
    for _ in 1..<attempts {
      if let cost = try? body() { return cost }
    }
    return try body()
  }

  private static func measure(
    _ side: BenchSide,
    _ service: BenchService,
    _ wire: BenchWire,
    _ conversation: Conversation,
    _ settings: BenchSettings,
    firstSource: UInt32
  ) throws -> Cost {
    let port = RunningProxy.servicePort(of: side)
    let listener = try Conversation.listener(
      at: Endpoint(address: wire.address, port: port),
      in: wire.host
    )
    let proxy = try RunningProxy(side, before: service, on: wire)
    defer { proxy.stop() }
    var plan = ConversationLoop.Plan(
      target: proxy.entry,
      count: warmUps,
      ratePerSecond: settings.connectionsPerSecond,
      firstSource: firstSource
    )
    // The flights of the warm-up are not said again: the pool is a value, so they are left out.
    var rest = conversation
    _ = try talk(plan, &rest, listener.rawValue, wire)
    plan.count = Int(settings.connectionsPerSecond * settings.loadSeconds)
    plan.firstSource = firstSource &+ UInt32(warmUps)
    let (report, cost) = try ProxyCost.of(proxy) {
      try talk(plan, &rest, listener.rawValue, wire)
    }
    guard report.completed * 100 >= plan.count * 99 else {
      throw LabError(
        "\(side.name): \(report.completed) of \(plan.count) conversations were completed "
          + ((try? proxy.gate?.status().verdicts).map { ": \($0)" } ?? "")
      )
    }
    let each = 1_000 * Double(plan.count)
    return Cost(
      process: Double(cost.processNanoseconds) / each,
      core: Double(cost.coreNanoseconds) / each
    )
  }

  private static func talk(
    _ plan: ConversationLoop.Plan,
    _ conversation: inout Conversation,
    _ listener: Int32,
    _ wire: BenchWire
  ) throws -> ConversationLoop.Report {
    let said = conversation
    let (report, left) = try wire.world.run {
      try PinnedThread.pin(toCore: BenchSettings.loadCore)
      var loop = try ConversationLoop(plan, said, listener: listener)
      let report = loop.run()
      return (report, loop.conversation)
    }
    conversation = left
    return report
  }
}
