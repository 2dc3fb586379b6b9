import Kernel
import Wire

/// What the kernel alone takes for a connection that is accepted, read once and closed: no program
/// refuses for less.
enum AcceptCost {
  private static let port: UInt16 = 9_113
  private static let holdNanoseconds = 200 * Nanoseconds.perMillisecond

  /// Microseconds of processor time of one connection that speaks Stratum, on the proxy's core.
  static func microseconds(on wire: BenchWire, _ settings: BenchSettings) throws -> Double {
    let endpoint = Endpoint(address: wire.address, port: port)
    let stop = FloodStop()
    let acceptor = LabThread { () -> Result<Double, LabError> in
      Result { try accept(at: endpoint, in: wire.host, until: stop) }.mapError(LabError.from)
    }
    // The listener is there long before the flood has made its first connection.
    Pause.nanoseconds(100 * Nanoseconds.perMillisecond)
    var flood = FloodSettings(
      kind: .stratum,
      target: endpoint,
      sources: BenchSources.flood,
      ratePerSecond: settings.refusalsPerSecond,
      durationNanoseconds: UInt64(settings.loadSeconds * 1e9)
    )
    flood.core = Int32(BenchSettings.loadCore)
    flood.holdNanoseconds = holdNanoseconds
    let asked = flood
    let flooded = Result { try wire.world.run { try Flood.run(asked) } }
    stop.raise()
    let used = try acceptor.join().get()
    return used / 1_000 / Double(max(try flooded.get().connected, 1))
  }

  /// Nanoseconds of processor time that a trivial acceptor used until it was stopped.
  private static func accept(
    at endpoint: Endpoint,
    in namespace: NetworkNamespace,
    until stop: FloodStop
  ) throws -> Double {
    try namespace.run {
      try PinnedThread.pin(toCore: BenchSettings.proxyCore)
      var acceptor = try TrivialAcceptor.listening(at: endpoint)
      let before = PinnedThread.processorNanoseconds
      acceptor.run(stop: stop)
      return Double(PinnedThread.processorNanoseconds &- before)
    }
  }
}
