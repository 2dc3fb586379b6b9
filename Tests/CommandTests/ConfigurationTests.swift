import Filter
import Foundation
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
    for key in LimitKey.all { #expect(text.contains("\n\(key.name) = ")) }
    for key in [
      "kind", "directory", "proof", "mode", "when-down", "socket", "http", "mark", "mark-mask",
      "table", "priority", "tcp-port", "shards",
    ] {
      #expect(text.contains("\n\(key) = "), "\(key)")
    }
  }

  private static var expected: Configuration {
    var configuration = Configuration()
    let address = SourceAddress(ipv4: 0xcb00_7107)
    let endpoint = Endpoint(address: address, port: 17_654)
    configuration.gates = [GateSettings(transport: .ntcp2, endpoint: endpoint)]
    return configuration
  }

  /// Each key sets a field of its own, and no field is without a key.
  @Test func everyLimitHasAKey() throws {
    var fields = 0
    for child in Mirror(reflecting: LimitSettings()).children {
      fields += child.value is RateLimit ? 2 : 1
    }
    #expect(LimitKey.all.count == fields)
    var seen: [LimitSettings] = []
    for key in LimitKey.all {
      let faults = FaultCollector(file: "f")
      let node = DocumentNode(value: .integer(7_777), line: 1)
      let value = key.name.hasSuffix("-seconds") && !key.name.hasPrefix("idle") ? 77 : 7_777
      let entry = DocumentNode(value: .integer(value), line: node.line)
      var reader = TableReader(name: "t", line: 1, entries: [key.name: entry], faults: faults)
      var limits = LimitSettings()
      key.read(from: &reader, into: &limits)
      #expect(faults.faults == [])
      #expect(limits != LimitSettings(), "\(key.name) sets nothing")
      #expect(!seen.contains(limits), "\(key.name) sets what another key sets")
      seen.append(limits)
    }
  }

  @Test func everythingCanBeSaid() throws {
    let text = """
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
      [limits]
      stall-timeout-seconds = 2.5
      [rules]
      directory = "/srv/rules"
      [admin]
      http = ""
      socket = "/srv/socket"
      [state]
      directory = "/srv/state"
      [firewall]
      mark = 0x10
      mark-mask = 0xf0
      table = 99
      priority = 100
      tcp-port = 4000
      [process]
      shards = 2
      """
    let read = readConfiguration(text)
    let configuration = try #require(read.configuration)
    #expect(read.faults == [])
    #expect(configuration.router.kind == .java)
    #expect(configuration.router.directory == "/srv/i2p")
    #expect(configuration.router.proof == .public)
    #expect(
      configuration.gates.map(\.endpoint.description) == ["127.0.0.1:4711", "[2001:db8::1]:4711"]
    )
    #expect(configuration.gates[0].mode == .proxy(upstream: try #require(Endpoint("[::1]:4712"))))
    #expect(configuration.gates[1].mode == .transparent)
    #expect(configuration.gates[1].whenDown == .closed)
    #expect(configuration.limits.stallTimeoutNanoseconds == 2_500_000_000)
    #expect(configuration.rules.directory == "/srv/rules")
    #expect(configuration.admin == AdminSettings(socket: "/srv/socket", http: nil))
    #expect(configuration.state.directory == "/srv/state")
    #expect(
      configuration.firewall
        == FirewallSettings(mark: 0x10, markMask: 0xf0, table: 99, priority: 100, tcpPort: 4_000)
    )
    #expect(configuration.process.shards == 2)
  }
}
