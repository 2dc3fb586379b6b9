import Kernel
import Wire

/// What an established connection costs: bulk, and frames one by one.
enum RelayBench {
  private static let frameBytes = 600

  /// Throughput of one connection and processor time for each MiB, beside HAProxy, which splices.
  static func bulk(_ settings: BenchSettings) throws -> [BenchLine] {
    let nanoseconds = UInt64(settings.bulkSeconds * 1e9)
    let runs = try measure(settings) { (connection) -> Run in
      var run = Run()
      let (bytes, elapsed) = connection.sendBulk(forNanoseconds: nanoseconds)
      run.count = Double(bytes) / Double(1 << 20)
      run.seconds = Double(elapsed) / 1e9
      return run
    }
    func medians(_ value: (Run) -> Double) -> (gate: Double, peer: Double) {
      (Median.of(runs.map { value($0.gate) }), Median.of(runs.map { value($0.peer) }))
    }
    let rates = medians { $0.count / $0.seconds }
    let costs = medians { Double($0.processorNanoseconds) / 1e3 / $0.count }
    return [
      BenchLine(
        name: Bench.relayBulk.rawValue,
        value: rates.gate,
        unit: "MiB/s",
        peer: BenchPeer.Kind.haproxyTransparent.rawValue,
        peerValue: rates.peer,
        bound: .ratioAtLeast(1)
      ),
      BenchLine(
        name: Bench.relayBulk.rawValue,
        value: costs.gate,
        unit: "us/MiB",
        peer: BenchPeer.Kind.haproxyTransparent.rawValue,
        peerValue: costs.peer
      ),
    ]
  }

  /// Processor time of a frame of 600 bytes that is a wake of its own, beside HAProxy.
  static func frames(_ settings: BenchSettings) throws -> [BenchLine] {
    let interval = UInt64(1e9 / settings.framesPerSecond)
    let nanoseconds = UInt64(settings.loadSeconds * 1e9)
    let runs = try measure(settings) { (connection) -> Run in
      var run = Run()
      let count = connection.sendFrames(
        of: frameBytes,
        every: interval,
        forNanoseconds: nanoseconds
      )
      run.count = Double(count)
      run.seconds = settings.loadSeconds
      return run
    }
    func median(_ value: (Pair) -> Double) -> Double { Median.of(runs.map(value)) }
    let rate = median { ($0.gate.count + $0.peer.count) / 2 / $0.gate.seconds }
    return [
      BenchLine(
        name: Bench.relayFrames.rawValue,
        value: median { Double($0.gate.processorNanoseconds) / 1e3 / $0.gate.count },
        unit: "us/frame",
        peer: BenchPeer.Kind.haproxyTransparent.rawValue,
        peerValue: median { Double($0.peer.processorNanoseconds) / 1e3 / $0.peer.count },
        bound: .ratioAtMost(1.1),
        note: "\(frameBytes) bytes each, \(Int(rate)) a second"
      )
    ]
  }

  private struct Run {
    /// MiB, or frames.
    var count = 0.0
    var seconds = 0.0
    var processorNanoseconds: UInt64 = 0
  }

  private struct Pair {
    let gate: Run
    let peer: Run
  }

  private static func measure(
    _ settings: BenchSettings,
    _ body: @escaping @Sendable (borrowing RelayedConnection) -> Run
  ) throws -> [Pair] {
    let wire = try BenchWire()
    defer { wire.remove() }
    let service = try BenchService(on: wire)
    return try (0..<settings.runs).map { _ in
      Pair(
        gate: try run(.gate(BenchService.gate(proof: .public)), wire, service, body),
        peer: try run(.peer(.haproxyTransparent), wire, service, body)
      )
    }
  }

  private static func run(
    _ side: BenchSide,
    _ wire: BenchWire,
    _ service: BenchService,
    _ body: @escaping @Sendable (borrowing RelayedConnection) -> Run
  ) throws -> Run {
    let listener = try Conversation.listener(
      at: Endpoint(address: wire.address, port: RunningProxy.servicePort(of: side)),
      in: wire.host
    )
    let number = listener.rawValue
    let proxy = try RunningProxy(side, before: service, on: wire)
    defer { proxy.stop() }
    let conversation = Conversation(with: service.facts, count: 1)
    return try wire.world.run {
      try PinnedThread.pin(toCore: BenchSettings.loadCore)
      let connection = try RelayedConnection.open(to: proxy.entry, listener: number, conversation)
      let before = proxy.processorNanoseconds
      var run = body(connection)
      run.processorNanoseconds = proxy.processorNanoseconds &- before
      return run
    }
  }
}
