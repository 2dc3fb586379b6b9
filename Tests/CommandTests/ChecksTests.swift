import Testing

@testable import sallyport

@Suite struct ChecksTests {
  private func configuration(rules: String, port: UInt16 = 17_654) -> String {
    """
    [[gate]]
    transport = "ntcp2"
    address = "203.0.113.7"
    port = \(port)
    [rules]
    directory = "\(rules)"

    """
  }

  @Test func aSoundConfigurationHasNoFaults() throws {
    let directory = try TemporaryDirectory()
    let text =
      configuration(rules: repository + "/Rules", port: 9_111) + """
        [router]
        directory = "\(repository)/Tests/Corpus/RouterFiles/i2pd"
        proof = "public"

        """
    let outcome = Checks.run(configurationPath: try directory.write("sallyport.toml", text))
    #expect(outcome.faults == [])
    #expect(outcome.loaded?.configuration.gates.count == 1)
    #expect(outcome.rules?.signatures.isEmpty == false)
  }

  @Test func faultsOfTheConfigurationAndOfTheRulesComeTogether() throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write("bad.toml", "\nx = 1\n")
    let text = configuration(rules: directory.path + "/rules.d") + "[admin]\nhttp = 1\n"
    let path = try directory.write("sallyport.conf", text)
    #expect(Checks.run(configurationPath: path).faults.map(\.line) == [6, 8])
    let other = configuration(rules: directory.path) + "[admin]\nhttp = 1\n"
    let outcome = Checks.run(configurationPath: try directory.write("sallyport.conf", other))
    #expect(outcome.faults.map(\.line) == [2, 8])
    #expect(outcome.rules == nil)
  }

  @Test func aMissingFileIsAFaultAtItsFirstLine() throws {
    let outcome = Checks.run(configurationPath: "/nonexistent/sallyport.toml")
    #expect(
      outcome.faults.map(\.description) == [
        "/nonexistent/sallyport.toml:1: cannot be read: No such file or directory; "
          + "check the path and its permissions"
      ]
    )
  }

  @Test func loadThrowsEveryFault() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("sallyport.toml", "a = 1\nb = 2\n[[gate]]\n")
    let report = #expect(throws: FaultReport.self) { _ = try LoadedConfiguration.load(path: path) }
    #expect(report?.faults.map(\.line) == [1, 2, 3, 3, 3])
  }

  @Test func aFaultFoundLaterStillHasItsLine() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("sallyport.toml", configuration(rules: "/r"))
    let loaded = try LoadedConfiguration.load(path: path)
    #expect(loaded.fault(at: "gate[0].port", "p", "r").description == "\(path):4: p; r")
    #expect(loaded.fault(at: "router.directory", "p", "r").line == 1)
  }
}
