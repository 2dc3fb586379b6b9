import Foundation
import Testing

@testable import sallyport

/// What a reload can't change, and that it says so.
@Suite struct FixedSettingTests {
  private static let gate = """
    [[gate]]
    transport = "ntcp2"
    address = "11.1.0.1"
    port = 9111

    """

  /// A file, each line of which sets one thing.
  private static func load(_ lines: [String]) throws -> LoadedConfiguration {
    let directory = try TemporaryDirectory()
    let text = Self.gate + lines.map { $0 + "\n" }.joined()
    return try LoadedConfiguration.load(path: try directory.write("sallyport.toml", text))
  }

  private static func faults(_ lines: String...) throws -> [Fault] {
    let running = try load([]).configuration
    let loaded = try load(lines)
    return FixedSetting.all.compactMap { $0.fault(of: loaded, whileRunning: running) }
  }

  @Test(arguments: [
    ("[router]", "directory = \"/elsewhere\"", "[router] directory"),
    ("[limits]", "held-strangers = 100", "[limits] held-strangers"),
    ("[limits]", "open-sessions = 100", "[limits] open-sessions"),
    ("[limits]", "source-records = 2048", "[limits] source-records"),
    ("[limits]", "replay-records = 2048", "[limits] replay-records"),
    ("[datagrams]", "proven-endpoints = 2048", "[datagrams] proven-endpoints"),
    ("[datagrams]", "witnessed-tokens = 2048", "[datagrams] witnessed-tokens"),
    ("[datagrams]", "source-records = 2048", "[datagrams] source-records"),
    ("[datagrams]", "cookie-records = 2048", "[datagrams] cookie-records"),
    ("[datagrams]", "flows = 5", "[datagrams] flows"),
    ("[admin]", "socket = \"/run/other.sock\"", "[admin] socket"),
    ("[state]", "directory = \"/elsewhere\"", "[state] directory"),
    ("[standing]", "sources = 2048", "[standing] sources"),
    ("[process]", "shards = 63", "[process] shards"),
  ])
  func oneKeyIsNamedAtItsLine(table: String, line: String, name: String) throws {
    let faults = try Self.faults(table, line)
    #expect(faults.map(\.problem) == ["\(name) differs from what the gate runs with"])
    #expect(faults.first?.remedy.contains("restart sallyport") == true)
    #expect(faults.map(\.line) == [6])
  }

  @Test(arguments: [
    ["[firewall]", "table = 77"], ["[radar]", "listen = \"off\""],
    ["[[gate]]", "transport = \"ssu2\"", "address = \"11.1.0.1\"", "port = 9111"],
  ])
  func wholeTables(lines: [String]) throws {
    let running = try Self.load([]).configuration
    let loaded = try Self.load(lines)
    let faults = FixedSetting.all.compactMap { $0.fault(of: loaded, whileRunning: running) }
    #expect(faults.map { $0.problem.hasPrefix(lines[0]) } == [true])
  }

  @Test func allOfThemAreNamed() throws {
    let faults = try Self.faults("[state]", "directory = \"/a\"", "[limits]", "open-sessions = 9")
    #expect(faults.sorted().map(\.line) == [6, 8])
  }

  @Test func everythingElseIsTakenByAReload() throws {
    let faults = try Self.faults(
      "[router]",
      "kind = \"i2pd\"",
      "proof = \"public\"",
      "[limits]",
      "gate-rate-burst = 9",
      "handshakes-in-flight = 3",
      "idle-timeout-seconds = 60",
      "[datagrams]",
      "hold-seconds = 3",
      "proven-lifetime-seconds = 60",
      "flow-idle-seconds = 60",
      "[datagrams.java]",
      "echoes-burst = 3",
      "[rules]",
      "directory = \"/elsewhere\"",
      "[admin]",
      "http = \"\"",
      "[standing]",
      "listed-weight = 1",
      "proven-lifetime-seconds = 6000",
      "[refused-flights]",
      "keep = \"on\"",
      "directory = \"/elsewhere\""
    )
    #expect(faults == [])
  }

  /// The page that people read after a reload was refused.
  @Test func theManualNamesThem() throws {
    let path = "\(repository)/Deploy/man/sallyport.toml.5.scd"
    let page = try String(contentsOfFile: path, encoding: .utf8)
    for setting in FixedSetting.all {
      let words = setting.key.map { "*\($0)*" } ?? setting.name
      #expect(page.contains(words), "\(setting.name): sallyport.toml(5) does not name it")
    }
  }
}
