import Capture
import Filter
import Foundation
import Kernel
import Testing
import Wire

@testable import Lab

/// What a real gate keeps of those whom it refuses. On loopback, which needs no rights.
@Suite(
  .serialized,
  .enabled(
    if: LabNeeds.gate && (try? Toolbox.found()) != nil,
    "needs the gate's program beside the tests, and the tools that start it"
  )
)
struct RefusedFlightTests {
  private static let loopback = SourceAddress(ipv4: 0x7f00_0001)
  private static let patience = 20 * Nanoseconds.perSecond
  /// One signature, whose tables take no time.
  private static let rules = """
    [[signature]]
    name = "http"
    mode = "enforce"
    patterns = ['"GET / HTTP/"']

    """
  private static let greeting = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)

  /// A gate in proxy mode whose router is never needed.
  private struct Scene {
    let gate: LabGate
    let endpoint: Endpoint
    var folder: String { gate.directory + "/kept" }

    func configure(_ lines: String) throws {
      try gate.writeConfiguration(
        rulesDirectory: gate.settings.rulesDirectory ?? "",
        appending: "[refused-flights]\n\(lines)"
      )
    }

    /// Reads the configuration again, and waits until it is in force.
    func reload(_ lines: String) throws {
      try configure(lines)
      #expect(gate.reloadsInTime(), "\(gate.log)")
    }

    /// Connects, says something and goes once it was refused.
    func say(_ bytes: [UInt8], from source: UInt32, refusals: UInt64) throws {
      let socket = try TCPSocket.connected(
        to: endpoint,
        from: Endpoint(address: SourceAddress(ipv4: source), port: 0),
        timeoutNanoseconds: patience
      )
      let isSent = socket.send(bytes)
      #expect(isSent)
      let isRefused = Pause.until(timeoutNanoseconds: patience) {
        (try? gate.status().count(.refuse)) == refusals
      }
      #expect(isRefused)
    }

    /// The flights in the files: who, and what it said.
    func kept() -> [Kept] {
      Files.names(in: folder).sorted().flatMap { (try? Kept.read("\(folder)/\($0)")) ?? [] }
    }

    func waitForKept(_ count: Int) -> [Kept] {
      _ = Pause.until(timeoutNanoseconds: patience) { kept().count >= count }
      return kept()
    }

    /// Bytes of all files.
    var byteCount: UInt64 {
      Files.names(in: folder).reduce(0) { $0 + (Files.size("\(folder)/\($1)") ?? 0) }
    }
  }

  /// A connection in a capture.
  private struct Kept: Equatable {
    let peer: SourceAddress
    var said: [UInt8]
    let nanoseconds: UInt64

    static func read(_ path: String) throws -> [Kept] {
      var reader = try CaptureReader(path: path)
      var kept: [Kept] = []
      while let packet = try reader.next() {
        guard let decoded = packet.decoded, case .tcp(let tcp) = decoded.transport else { continue }
        if tcp.flags.isSynchronize {
          guard !tcp.flags.isAcknowledgement else { continue }
          kept.append(
            Kept(peer: decoded.source.address, said: [], nanoseconds: packet.nanoseconds)
          )
        } else if !kept.isEmpty {
          kept[kept.count - 1].said += packet.bytes[tcp.payload]
        }
      }
      return kept
    }
  }

  private static func withGate(_ lines: (Scene) -> String, body: (Scene) throws -> Void) throws {
    let directory = NSTemporaryDirectory() + "sallyport-refused-\(UUID().uuidString)"
    defer { Files.removeTree(directory) }
    try Files.makeDirectory(directory + "/rules")
    try Files.write(rules, to: directory + "/rules/test.toml")
    let free = try TrivialAcceptor.listening(at: Endpoint(address: loopback, port: 0))
    let endpoint = free.endpoint
    _ = consume free
    // It leaves a router's files there.
    _ = try JavaInboundLimiter.listening(
      at: Endpoint(address: loopback, port: 0),
      networkIdentifier: 99,
      directory: directory
    )
    var settings = LabGateSettings()
    settings.mode = .proxy(upstream: Endpoint(address: loopback, port: 1))
    settings.rulesDirectory = directory + "/rules"
    let router = GuardedRouter(
      kind: .java,
      directory: directory,
      endpoint: endpoint,
      namespace: nil
    )
    let gate = try LabGate(before: router, settings: settings, directory: directory + "/gate")
    let scene = Scene(gate: gate, endpoint: endpoint)
    try scene.configure(lines(scene))
    try gate.start()
    defer { gate.kill() }
    try body(scene)
  }

  /// The parts of `simulate --json` that are compared.
  private struct Simulated: Decodable {
    struct Line: Decodable, Equatable {
      let verdict: String
      let reason: String
      let count: Int
    }
    let connections: Int
    let verdicts: [Line]
  }

  @Test func whatWasSaidIsReadBackAndJudgedAgain() throws {
    try Self.withGate {
      "keep = \"on\"\ndirectory = \"\($0.folder)\"\n"
    } body: { scene in
      let junk = (0..<400).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
      let began = Clock.wallNanoseconds
      try scene.say(Self.greeting, from: 0x7f01_0203, refusals: 1)
      try scene.say(junk, from: 0x7f01_0204, refusals: 2)
      let kept = scene.waitForKept(2)
      #expect(kept.map(\.said) == [Self.greeting, junk])
      #expect(kept.map { "\($0.peer)" } == ["127.1.2.3", "127.1.2.4"])
      let moments = began...Clock.wallNanoseconds
      #expect(kept.allSatisfy { moments.contains($0.nanoseconds) })

      let path = "\(scene.folder)/refused-0.pcap"
      let text = try scene.gate.command("simulate", path, "--json")
      let simulated = try JSONDecoder().decode(Simulated.self, from: Data(text.utf8))
      let status = try scene.gate.status()
      #expect(simulated.connections == 2)
      for line in simulated.verdicts {
        let reason = try #require(Reason.allCases.first { "\($0.word)" == line.reason })
        #expect(line.verdict == "refuse" && line.count == 1)
        #expect(status.count(.refuse, reason) == 1, "\(line.reason)")
      }
      if let tcpdump = Toolbox.path(of: "tcpdump") {
        let lines = try ToolCommand.run(
          [tcpdump, "-n", "-r", path],
          scratchDirectory: scene.gate.directory
        )
        #expect(lines.contains("IP 127.1.2.4.") && lines.contains("length 400"), "\(lines)")
      }
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
      #expect(mode as? Int == 0o600)
    }
  }

  @Test func aReloadSwitchesIt() throws {
    try Self.withGate { _ in
      ""
    } body: { scene in
      try scene.say(Self.greeting, from: 0x7f01_0203, refusals: 1)
      #expect(scene.kept().isEmpty && !FileManager.default.fileExists(atPath: scene.folder))

      let place = "directory = \"\(scene.folder)\"\n"
      try scene.reload("keep = \"on\"\naddresses = \"network\"\n" + place)
      try scene.say(Self.greeting, from: 0x7f01_0204, refusals: 2)
      try scene.say(Self.greeting + Self.greeting, from: 0x7f63_0205, refusals: 3)
      let cut = scene.waitForKept(2)
      #expect(cut.map { "\($0.peer)" } == ["127.1.2.0", "127.99.2.0"])
      for name in Files.names(in: scene.folder) {
        let bytes = try Data(contentsOf: URL(filePath: "\(scene.folder)/\(name)"))
        #expect(bytes.range(of: Data([127, 1, 2, 4])) == nil)
        #expect(bytes.range(of: Data([127, 99, 2, 5])) == nil)
      }

      // The same again changes nothing; what was kept stays.
      try scene.reload("keep = \"on\"\naddresses = \"network\"\n" + place)
      try scene.say(Self.greeting, from: 0x7f01_0206, refusals: 4)
      #expect(scene.waitForKept(3).count == 3)

      try scene.reload(place)
      try scene.say(Self.greeting, from: 0x7f01_0207, refusals: 5)
      Pause.nanoseconds(Nanoseconds.perSecond)
      #expect(scene.kept().count == 3)

      try scene.reload("keep = \"on\"\ndirectory = \"/proc/nowhere\"\n")
      let line =
        "First flights that are refused are not kept: /proc/nowhere/refused-0.pcap can't be written"
      #expect(scene.gate.log.split(separator: line).count == 2, "\(scene.gate.log)")
      try scene.say(Self.greeting, from: 0x7f01_0208, refusals: 6)
      #expect(scene.gate.stop() == .exited(code: 0))
    }
  }

  @Test func theFilesStayWithinTheirBound() throws {
    try Self.withGate { scene in
      "keep = \"on\"\nmebibytes = 1\ndirectory = \"\(scene.folder)\"\n"
    } body: { scene in
      let junk = (0..<3_200).map { UInt8(truncatingIfNeeded: $0 &* 41 &+ 7) }
      let began = Clock.wallNanoseconds
      var first: UInt64?
      // The first file is full long before, and is begun anew when all four are.
      for number in UInt32(0)..<4_000 {
        let socket = try TCPSocket.connected(
          to: scene.endpoint,
          from: Endpoint(address: SourceAddress(ipv4: 0x7f10_0001 + number << 8), port: 0),
          timeoutNanoseconds: Self.patience
        )
        let isSent = socket.send(junk)
        #expect(isSent)
        Pause.nanoseconds(4 * Nanoseconds.perMillisecond)
        guard number % 100 == 99 else { continue }
        let oldest = try? Kept.read("\(scene.folder)/refused-0.pcap").first?.nanoseconds
        if let first, let oldest, oldest > first { break }
        first = first ?? oldest
      }
      #expect(try #require(first) >= began)
      #expect(Files.names(in: scene.folder).count == 4)
      let size = scene.byteCount
      #expect(size <= 1 << 20 && size > 700_000, "\(size) bytes")
    }
  }
}
