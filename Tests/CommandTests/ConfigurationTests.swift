import Capture
import Filter
import Foundation
import Proxy
import Testing
import Wire

@testable import sallyport

@Suite struct ConfigurationTests {
  private let example =
    (try? String(contentsOfFile: repository + "/Deploy/sallyport.toml", encoding: .utf8)) ?? ""

  @Test func theExampleSaysTheDefaults() throws {
    let read = readConfiguration(example)
    #expect(read.faults == [])
    #expect(read.configuration == Self.expected)
  }

  /// Without the marks of comment every key of the example is set, to its default.
  @Test func theExampleNamesEveryKeyWithItsDefault() throws {
    var lines = example.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for (number, line) in lines.enumerated() where line.hasPrefix("#") && !line.hasPrefix("# ") {
      guard line.count > 1, !line.hasPrefix("#upstream") else { continue }
      lines[number] = String(line.dropFirst())
    }
    let text = lines.joined(separator: "\n")
    let read = readConfiguration(text)
    #expect(read.faults == [])
    #expect(read.configuration == Self.expected)
    let names =
      LimitKey.ofConnections.map(\.name) + LimitKey.ofDatagrams.map(\.name)
      + LimitKey.ofFlows.map(\.name) + LimitKey.ofAllowance(.i2pd).map(\.name)
      + LimitKey.ofAllowance(.java).map(\.name) + LimitKey.ofStanding.map(\.name)
    for name in names { #expect(text.contains("\n\(name) = "), "\(name)") }
    for key in [
      "kind", "directory", "proof", "mode", "when-down", "socket", "http", "mark", "mark-mask",
      "table", "priority", "tcp-port", "udp-port", "udp-witness-port", "shards", "keep",
      "mebibytes", "addresses",
    ] {
      #expect(text.contains("\n\(key) = "), "\(key)")
    }
  }

  private static var expected: Configuration {
    var configuration = Configuration()
    let address = SourceAddress(ipv4: 0xcb00_7107)
    let endpoint = Endpoint(address: address, port: 17_654)
    configuration.gates = [
      GateSettings(transport: .ntcp2, endpoint: endpoint),
      GateSettings(transport: .ssu2, endpoint: endpoint),
    ]
    return configuration
  }

  @Test func everyLimitHasAKey() throws {
    expectAKeyForEachField(LimitKey.ofConnections, LimitSettings())
    expectAKeyForEachField(LimitKey.ofDatagrams, DatagramLimits())
    expectAKeyForEachField(LimitKey.ofFlows, FlowLimits())
    expectAKeyForEachField(LimitKey.ofAllowance(.i2pd), RouterAllowance.i2pd)
    expectAKeyForEachField(LimitKey.ofAllowance(.java), RouterAllowance.java)
    expectAKeyForEachField(LimitKey.ofStanding, Configuration(), fields: 12)
  }

  /// Each key sets a field of its own, and no field is without a key.
  private func expectAKeyForEachField<Settings: Equatable>(
    _ keys: [LimitKey<Settings>],
    _ defaults: Settings,
    fields: Int? = nil
  ) {
    var count = 0
    for child in Mirror(reflecting: defaults).children
    where !(child.value is RouterAllowance || child.value is StandingWeights) {
      count += child.value is RateLimit ? 2 : 1
    }
    #expect(keys.count == fields ?? count)
    var seen: [Settings] = []
    for key in keys {
      let faults = FaultCollector(file: "f")
      let isShort = key.name.hasSuffix("-seconds") && !key.name.contains("idle")
      let value: Int
      switch key.name {
      case _ where key.name.hasSuffix("-weight"): value = 777
      case "grace-seconds": value = 60
      default: value = isShort && !key.name.contains("lifetime") ? 60 : 7_777
      }
      let node = DocumentNode(value: .integer(value), line: 1)
      var reader = TableReader(name: "t", line: 1, entries: [key.name: node], faults: faults)
      var limits = defaults
      key.read(from: &reader, into: &limits)
      #expect(faults.faults == [], "\(key.name)")
      #expect(limits != defaults, "\(key.name) sets nothing")
      #expect(!seen.contains(limits), "\(key.name) sets what another key sets")
      seen.append(limits)
    }
  }

  private static let everything = """
    [router]
    kind = "java"
    directory = "/srv/i2p"
    proof = "public"
    [[gate]]
    transport = "ntcp2"
    address = "127.0.0.1"
    port = 4711
    mode = "proxy"
    upstream = "[::1]:4712"
    [[gate]]
    transport = "ntcp2"
    address = "2001:db8::1"
    port = 4711
    when-down = "closed"
    [[gate]]
    transport = "ssu2"
    address = "2001:db8::1"
    port = 4711
    [limits]
    stall-timeout-seconds = 2.5
    [datagrams]
    flows = 7
    hold-seconds = 1.5
    [datagrams.java]
    requests-per-minute = 12
    [datagrams.i2pd]
    requests-burst = 13
    [rules]
    directory = "/srv/rules"
    [admin]
    http = ""
    socket = "/srv/socket"
    [state]
    directory = "/srv/state"
    [standing]
    session-lifetime-seconds = 3600
    failure-weight = 0
    [firewall]
    mark = 0x10
    mark-mask = 0xf0
    table = 99
    priority = 100
    tcp-port = 4000
    udp-port = 4001
    udp-witness-port = 4002
    [refused-flights]
    keep = "on"
    directory = "/srv/refused"
    mebibytes = 1
    addresses = "network"
    [process]
    shards = 2
    """

  @Test func everythingCanBeSaid() throws {
    let read = readConfiguration(Self.everything)
    let configuration = try #require(read.configuration)
    #expect(read.faults == [])
    #expect(configuration.router.kind == .java)
    #expect(configuration.router.directory == "/srv/i2p")
    #expect(configuration.router.proof == .public)
    #expect(
      configuration.gates.map { "\($0.transport.word) \($0.endpoint)" }
        == ["ntcp2 127.0.0.1:4711", "ntcp2 [2001:db8::1]:4711", "ssu2 [2001:db8::1]:4711"]
    )
    #expect(configuration.gates[0].mode == .proxy(upstream: try #require(Endpoint("[::1]:4712"))))
    #expect(configuration.gates[1].mode == .transparent)
    #expect(configuration.gates[1].whenDown == .closed)
    #expect(configuration.limits.stallTimeoutNanoseconds == 2_500_000_000)
    #expect(configuration.rules.directory == "/srv/rules")
    #expect(configuration.admin == AdminSettings(socket: "/srv/socket", http: nil))
    #expect(configuration.state.directory == "/srv/state")
    #expect(configuration.standing.lifetimes.sessionNanoseconds == 3_600 * Nanoseconds.perSecond)
    #expect(configuration.limits.standing.failure == 0)
    #expect(configuration.flows.flows == 7)
    #expect(configuration.datagrams.holdNanoseconds == 1_500_000_000)
    #expect(configuration.datagrams.java.requests == RateLimit(perMinute: 12, burst: 5))
    #expect(configuration.datagrams.i2pd.requests == RateLimit(perSecond: 20, burst: 13))
    let firewall = FirewallSettings(
      mark: 0x10,
      markMask: 0xf0,
      table: 99,
      priority: 100,
      tcpPort: 4_000,
      udpPort: 4_001,
      udpWitnessPort: 4_002
    )
    #expect(configuration.firewall == firewall)
    #expect(configuration.process.shards == 2)
    let kept = configuration.refusedFlights
    #expect(kept.isKept && kept.directory == "/srv/refused")
    #expect(kept.ring.cutsAddresses && kept.ring.fileByteCount * kept.ring.fileCount == 1 << 20)
  }
}
