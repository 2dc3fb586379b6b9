import Filter
import Glibc
import Kernel
import Testing
import Wire

@testable import Lab

/// What a stranger sees of the actions `drop` and `close`.
@Suite(
  .serialized,
  .enabled(if: LabNeeds.namespaces && LabNeeds.gate, LabNeeds.why)
)
struct RuleActionTests {
  private static let rules = """
    [[signature]]
    name = "dropped"
    mode = "enforce"
    action = "drop"
    patterns = ['"DROP-ME-NOW"']
    [[signature]]
    name = "closed"
    mode = "enforce"
    action = "close"
    patterns = ['"CLOSE-ME-NOW"']

    """
  private static let dropWords = [UInt8]("DROP-ME-NOW".utf8)
  private static let closeWords = [UInt8]("CLOSE-ME-NOW".utf8)

  /// With CAP_NET_ADMIN the socket goes without a packet; with CAP_NET_RAW alone its reset dies at
  /// the first hop.
  @Test(arguments: [SpawnOptions.Privileges.own, .networkRawOnly])
  func dropIsSilentAndCloseIsPrompt(privileges: SpawnOptions.Privileges) throws {
    let pair = try GuardedPair()
    defer { pair.close() }
    let standIn = try StandInHost(on: pair.topology.hosts[0])
    defer { standIn.close() }
    var settings = LabGateSettings()
    settings.privileges = privileges
    settings.rulesDirectory = "\(pair.topology.directory)/rules"
    try Files.makeDirectory("\(pair.topology.directory)/rules")
    try Files.write(Self.rules, to: "\(pair.topology.directory)/rules/test.toml")
    // The stand-in's files are its owner's alone, as Java I2P's are.
    for name in ["router.config", "router.keys.dat"] {
      chmod("\(standIn.directory)/\(name)", 0o644)
    }
    let gate = try standIn.gate(settings)
    try gate.command("firewall", "up")
    try gate.start()
    defer { gate.kill() }
    let strangers = [
      Stranger("drop", [.write(Self.dropWords), .pause(1_000)]),
      Stranger("drop, then more", [.write(Self.dropWords), .pause(500), .write([1, 2, 3])]),
      Stranger("drop, half-closed", [.write(Self.dropWords + [0]), .pause(500), .finishSending]),
      Stranger("close", [.write(Self.closeWords)]),
    ]
    let seen = try pair.send(
      strangers,
      to: GuardedPair.Target(endpoint: standIn.endpoint, facts: standIn.facts),
      times: CloseTimes(sweepSeconds: 9...13),
      patienceNanoseconds: 1_500 * Nanoseconds.perMillisecond
    ).map(\.sighting)
    for (stranger, sighting) in zip(strangers, seen) {
      print("\(privileges): \(stranger.name) | \(sighting)")
    }
    #expect(seen[0] == Sighting(), "a packet told of the drop")
    // The connection is forgotten: what comes later belongs to none.
    for later in seen[1...2] { #expect(later.close == .reset && later.when == .atOnce) }
    #expect(seen[3].when == .atOnce && !seen[3].isAnswered)
    let status = try gate.status()
    #expect(status.count(.refuse, .signature) == 4 && standIn.counters.snapshot.accepted == 0)
  }
}
