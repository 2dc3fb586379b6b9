import ArgumentParser

/// `sallyport-lab peers`: what other proxies cost for the same traffic.
struct PeersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peers",
    abstract: "Measure HAProxy and nginx between a client and a server."
  )

  @Option(help: "MiB through one connection, 1 to 16384.")
  var mebibytes: UInt64 = 512

  @Option(help: "Connections one after the other, 1 to 20000.")
  var connections: UInt64 = 2_000

  @Option(help: "The core the proxy stays on.")
  var core: Int?

  func validate() throws {
    guard (1...16_384).contains(mebibytes) else {
      throw ValidationError("--mebibytes is 1 to 16384.")
    }
    guard (1...20_000).contains(connections) else {
      throw ValidationError("--connections is 1 to 20000.")
    }
  }

  func run() throws {
    try Interruption.guarding(measure)
  }

  private func measure() throws {
    try Prerequisites.check([.haproxy, .nginx])
    for kind in BenchPeer.Kind.allCases {
      let result = try PeerMeasurement.run(
        kind,
        bytes: mebibytes << 20,
        connections: connections,
        core: core
      )
      print("\(kind.rawValue): \(Self.line(result))")
    }
  }

  private static func line(_ result: PeerMeasurement) -> String {
    let mebibytes = Double(result.bytes) / Double(1 << 20)
    let seconds = Double(result.transferNanoseconds) / 1e9
    let perMebibyte = Double(result.transferProcessorNanoseconds) / 1e3 / mebibytes
    let count = Double(result.connections)
    let perConnection = Double(result.connectionsProcessorNanoseconds) / 1e3 / count
    let rate = count / (Double(result.connectionsNanoseconds) / 1e9)
    return """
      \(Report.rounded(mebibytes / seconds, to: 1)) MiB/s, \
      \(Report.rounded(perMebibyte, to: 10)) us of processor a MiB; \
      \(Report.rounded(rate, to: 1)) connections/s one after the other, \
      \(Report.rounded(perConnection, to: 10)) us of processor each
      """
  }
}
