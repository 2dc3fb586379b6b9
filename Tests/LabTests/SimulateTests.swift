import Filter
import Foundation
import Kernel
import Testing
import Wire

@testable import Lab

/// The same packets to the live gate and to `simulate`: the same verdicts.
extension GateTests {
  @Test func simulateSaysWhatTheLiveGateDid() throws {
    try Self.withGuardedRouter { guarded in
      let path = guarded.topology.directory + "/live.pcap"
      let recorder = try PacketRecorder(
        PacketRecorder.Settings(filter: "tcp port \(guarded.router.port)", path: path),
        in: guarded.router.namespace
      )
      for _ in 0..<3 { #expect(try guarded.handshake().end == .established) }
      for fault in [FirstFlightFault.wrongStaticKey, .brokenFrame, .zeroKey, .wrongRouterHash] {
        try send(to: guarded) { $0.firstFlight.fault = fault }
      }
      try send(to: guarded) { $0.firstFlight.networkIdentifier = 2 }
      try send(to: guarded) { $0.firstFlight.version = 3 }
      try send(to: guarded) { $0.firstFlight.extraByteCount = 9 }
      try send(to: guarded) { ($0.stop, $0.departure) = (.beforeFirstFlight, .finish) }
      try send(to: guarded) {
        ($0.stop, $0.departure) = (.withinFirstFlight(byteCount: 40), .reset)
      }
      try say("GET / HTTP/1.1\r\nHost: a\r\n\r\n", to: guarded)
      try say(#"{"id":1,"method":"mining.subscribe","params":[]}"# + "\n", to: guarded)
      Pause.nanoseconds(Self.second / 2)
      #expect(recorder.stop() > 50)

      let (status, simulated) = try compare(path, guarded)
      #expect(status.count(.refuse) >= 10 && simulated.refusedSessions == 0)
    }
  }

  private static let rules = """
    [score]
    refuse-from = 5.0
    mode = "enforce"
    [[rule]]
    name = "linux"
    mode = "enforce"
    when = { syn = "linux", hops = "< 5" }
    weight = 2.0
    [[rule]]
    name = "fails"
    mode = "enforce"
    when = { failures = ">= 3" }
    weight = 3.0
    [[rule]]
    name = "pace"
    mode = "enforce"
    when = { reconnects = "> 1/m", standing = "fresh" }
    limit = "2/1h per /24"
    [[rule]]
    name = "miner"
    mode = "enforce"
    when = { contains = '"mining."' }
    action = "close"
    [[rule]]
    name = "text"
    when = { printable = ">= 90%", length = ">= 8" }
    action = "mimic"

    """

  @Test func simulateSaysWhatTheRulesOfTheLiveGateDid() throws {
    let directory = NSTemporaryDirectory() + "/sallyport-rules-\(UUID().uuidString)"
    try Files.makeDirectory(directory)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try Files.write(Self.rules, to: "\(directory)/test.toml")
    var settings = LabGateSettings()
    settings.rulesDirectory = directory
    try Self.withGuardedRouter(settings) { guarded in
      let path = guarded.topology.directory + "/rules.pcap"
      let recorder = try PacketRecorder(
        PacketRecorder.Settings(filter: "tcp port \(guarded.router.port)", path: path),
        in: guarded.router.namespace
      )
      let words = #"{"x":[],"id":7,"params":["a"],"method":"mining.subscribe"}"#
      // Fails three times by its words; from then on its score is enough.
      let miner = guarded.newSource()
      for _ in 0..<5 { try say(words, to: guarded, from: miner) }
      // Says nothing that fails, too often.
      let hasty = guarded.newSource()
      for _ in 0..<6 { try say("?", to: guarded, from: hasty) }
      try say("nothing but plain text", to: guarded)
      #expect(try guarded.handshake().end == .established)
      Pause.nanoseconds(Self.second / 2)
      #expect(recorder.stop() > 50)

      let (status, simulated) = try compare(path, guarded)
      #expect(status.count(.refuse, .rule) == 3 && status.count(.refuse, .score) == 2)
      #expect(status.count(.refuse, .ruleLimit) == 3)
      #expect(status.count(.observe, .rule) == 1)
      let watching = simulated.rules.first { $0.name == "text" }
      #expect(watching?.wouldRefuse == 4 && simulated.watchedSessions == 0)
      #expect(simulated.refusedSessions == 0)
      for rule in simulated.rules {
        #expect(status.ruleRefusals[rule.name] == rule.refused, "\(rule.name)")
      }
    }
  }

  /// Both must have given the same verdicts.
  private func compare(
    _ path: String,
    _ guarded: GuardedI2PD
  ) throws -> (GateStatus, SimulatedReport) {
    let status = try guarded.gate.status()
    let text = try guarded.gate.command("simulate", path, "--json")
    let simulated = try JSONDecoder().decode(SimulatedReport.self, from: Data(text.utf8))
    for reason in Reason.allCases {
      #expect(
        status.count(.refuse, reason) == simulated.count("refuse", reason),
        "\(reason)\n\(text)"
      )
    }
    #expect(status.count(.complete, .established) == simulated.count("complete", .established))
    #expect(status.accepted == UInt64(simulated.connections))
    return (status, simulated)
  }

  private func send(
    to guarded: GuardedI2PD,
    _ change: @Sendable @escaping (inout HandshakeOptions) -> Void
  ) throws {
    let (source, target) = (guarded.newSource(), guarded.router.endpoint)
    let facts = try guarded.facts()
    _ = try guarded.topology.world.namespace.run {
      var options = HandshakeOptions()
      options.patienceNanoseconds = Self.second / 2
      change(&options)
      return Initiator.handshake(to: target, from: source, router: facts, options: options)
    }
  }

  private func say(
    _ text: String,
    to guarded: GuardedI2PD,
    from address: SourceAddress? = nil
  ) throws {
    let (source, target) = (address ?? guarded.newSource(), guarded.router.endpoint)
    try guarded.topology.world.namespace.run {
      let socket = try TCPSocket.connected(
        to: target,
        from: Endpoint(address: source, port: 0),
        timeoutNanoseconds: Self.second
      )
      _ = socket.send(Array(text.utf8))
      Pause.nanoseconds(Self.second / 5)
    }
  }
}

/// The parts of `simulate --json` that are compared.
private struct SimulatedReport: Decodable {
  struct Line: Decodable {
    let verdict: String
    let reason: String
    let count: Int
  }

  struct Rule: Decodable {
    let name: String
    let refused: UInt64
    let wouldRefuse: Int
  }

  let connections: Int
  let refusedSessions: Int
  let watchedSessions: Int
  let rules: [Rule]
  let verdicts: [Line]

  func count(_ verdict: String, _ reason: Reason) -> UInt64 {
    verdicts.filter { $0.verdict == verdict && $0.reason == "\(reason.word)" }
      .reduce(0) { $0 + UInt64($1.count) }
  }
}
