import Filter
import Kernel
import Testing
import Wire

@testable import sallyport

/// `check level` of the findings that are not ok.
private func troubles(_ findings: [Finding]) -> [String] {
  findings.filter { $0.level != .ok }.map { "\($0.check.rawValue) \($0.level.rawValue)" }
}

private func gate(_ transport: Transport, _ endpoint: String) throws -> GateSettings {
  GateSettings(transport: transport, endpoint: try #require(Endpoint(endpoint)))
}

/// What follows from the configuration and the addresses in it.
@Suite struct ConfigurationJudgementTests {
  private func facts(
    _ gates: [GateSettings],
    published: [Transport: [Endpoint]]? = nil,
    local: [String] = ["11.0.0.1", "2001:db8::1"]
  ) -> ConfigurationFacts {
    ConfigurationFacts(
      path: "/s.toml",
      faults: [],
      isThere: true,
      gates: gates,
      published: published,
      localAddresses: .known(
        local.compactMap { SourceAddress($0) }
          .map { LocalAddresses.Entry(device: "eth0", address: $0) }
      )
    )
  }

  @Test func allWell() throws {
    let gates = [try gate(.ntcp2, "11.0.0.1:5"), try gate(.ssu2, "11.0.0.1:5")]
    let published = [Transport.ntcp2: [gates[0].endpoint], .ssu2: [gates[1].endpoint]]
    let findings = facts(gates, published: published).findings()
    #expect(findings.map(\.level) == [.ok, .ok, .ok])
  }

  @Test func faultsOfFilesAreBadWithTheirRemedies() throws {
    var facts = facts([])
    facts.faults = [Fault(file: "/s.toml", line: 3, problem: "p", remedy: "r")]
    #expect(facts.findings().map(\.what) == ["/s.toml:3: p"])
    #expect(facts.findings().map(\.remedy) == ["r"])
    facts.isThere = false
    #expect(troubles(facts.findings()) == ["configuration bad"])
    #expect(facts.findings().first?.remedy?.contains("sallyport setup") == true)
  }

  @Test func aPublishedAddressWithoutAGateIsNamed() throws {
    let gates = [try gate(.ntcp2, "11.0.0.1:5")]
    let published: [Transport: [Endpoint]] = [
      .ntcp2: [gates[0].endpoint, try #require(Endpoint("[2001:db8::1]:5"))],
      .ssu2: [try #require(Endpoint("11.0.0.1:5"))],
    ]
    let findings = facts(gates, published: published).findings()
    #expect(troubles(findings) == ["published-ports warn", "published-ports warn"])
    #expect(findings[1].what.contains("[2001:db8::1]:5"))
    #expect(findings[2].what.contains("ssu2"))
  }

  @Test func behindTranslatedAddressesThePortCounts() throws {
    let gates = [try gate(.ntcp2, "10.0.0.5:5")]
    let published: [Transport: [Endpoint]] = [.ntcp2: [try #require(Endpoint("11.0.0.1:5"))]]
    #expect(troubles(facts(gates, published: published, local: ["10.0.0.5"]).findings()) == [])
  }

  @Test func anAddressOfAnotherHostIsBad() throws {
    let gates = [try gate(.ntcp2, "11.0.0.9:5")]
    let findings = facts(gates, local: ["127.0.0.1", "11.0.0.1", "fe80::1"]).findings()
    #expect(troubles(findings) == ["addresses bad"])
    #expect(findings.last?.remedy?.hasSuffix(": 11.0.0.1") == true)
    let other = [try gate(.ntcp2, "[2001:db8::9]:5")]
    let alone = facts(other, local: ["11.0.0.1", "fe80::1"]).findings().last
    #expect(alone?.remedy?.contains("remove the gate") == true)
    var proxy = gates
    proxy[0].mode = .proxy(upstream: gates[0].endpoint)
    #expect(troubles(facts(proxy, local: []).findings()) == [])
  }
}

/// What follows from the kernel's rules.
@Suite struct KernelJudgementTests {
  private static let endpoint = Endpoint(address: SourceAddress(ipv4: 0x0b00_0001), port: 5)

  private func facts(_ change: (inout KernelFacts) -> Void = { _ in }) -> KernelFacts {
    var facts = KernelFacts(
      areNeeded: true,
      missing: .known([]),
      sawTable: true,
      rivals: [],
      leftovers: .known([]),
      answerWays: [(family: .ipv4, way: .gate)],
      canaries: [
        KernelFacts.Canary(transport: .ntcp2, endpoint: Self.endpoint, outcome: .connected),
        KernelFacts.Canary(transport: .ssu2, endpoint: Self.endpoint, outcome: nil),
      ],
      ownPorts: [KernelFacts.OwnPort(key: "tcp-port", transport: .ntcp2, port: 15_300)],
      gateRuns: true
    )
    change(&facts)
    return facts
  }

  private func troubles(
    ports: ClosedRange<Int> = 32_768...60_999,
    _ change: (inout KernelFacts) -> Void
  ) -> [String] {
    sallyportTests(facts(change).findings(localPorts: ports, reservedPorts: [40_000...40_000]))
  }

  private func sallyportTests(_ findings: [Finding]) -> [String] {
    findings.filter { $0.level != .ok }.map { "\($0.check.rawValue) \($0.level.rawValue)" }
  }

  @Test func allWell() {
    #expect(troubles { _ in } == [])
    #expect(troubles { $0.areNeeded = false } == [])
  }

  @Test func whatIsNotSeenIsUnknown() {
    #expect(troubles { $0.sawTable = false } == ["kernel-rules unknown"])
    #expect(troubles { $0.missing = .unreadable("no nf_tables: x") } == ["kernel-rules bad"])
    #expect(troubles { $0.leftovers = .unreadable("x") } == ["leftovers unknown"])
    #expect(troubles { $0.canaries[0].outcome = nil } == ["diversion unknown"])
  }

  @Test func aWayOfAnswersThatLeadsElsewhere() {
    #expect(troubles { $0.answerWays[0].way = .table(254) } == ["return-path bad"])
    #expect(troubles { $0.answerWays[0].way = .none } == ["return-path bad"])
  }

  @Test func rivalsAndLeftovers() {
    let rivals: [FirewallFault] = [
      .foreignRulePriority(5_300, .ipv4), .foreignRuleTable(53, .ipv6),
      .foreignRoutes(table: 53, .ipv4),
    ]
    let facts = facts { $0.rivals = rivals }
    let found = facts.findings(localPorts: nil, reservedPorts: []).filter { $0.check == .rivals }
    #expect(found.map(\.level) == [.bad, .bad, .bad])
    #expect(found.allSatisfy { $0.remedy?.hasSuffix("in [firewall]") == true })
    #expect(troubles { $0.leftovers = .known(["ip rule del priority 1"]) } == ["leftovers warn"])
  }

  @Test func theGatesOwnPorts() {
    #expect(troubles(ports: 15_000...16_000) { _ in } == ["gate-ports warn"])
    #expect(troubles { $0.ownPorts[0].port = 40_000 } == [])
    #expect(troubles { $0.ownPorts[0].port = 40_001 } == ["gate-ports warn"])
    #expect(troubles { $0.ownPorts[0].holder = "nginx (process 5)" } == ["gate-ports bad"])
  }

  @Test func aTestThatDoesNotArrive() {
    #expect(troubles { $0.canaries[0].outcome = .refused } == ["diversion bad"])
    #expect(troubles { $0.canaries[1].outcome = .refused } == ["diversion bad"])
  }
}

/// What follows from the router.
@Suite struct RouterJudgementTests {
  private func troubles(_ change: (inout GuardedRouterFacts) -> Void) throws -> [String] {
    var facts = GuardedRouterFacts(
      directory: "/var/lib/i2pd",
      kind: .i2pd,
      process: 5,
      otherProcesses: [],
      ports: [
        GuardedRouterFacts.Port(
          transport: .ntcp2,
          endpoint: try #require(Endpoint("11.0.0.1:5")),
          listener: .router
        )
      ],
      descriptorLimit: .known(8_192),
      descriptorsOpen: 100,
      sessionsMaximum: 8_192,
      gateUser: HostUser(number: 101, groups: [], name: "sallyport"),
      files: [GuardedRouterFacts.File(path: "/var/lib/i2pd/router.info", verdict: .allowed)],
      networkDatabase: GuardedRouterFacts.File(path: "/var/lib/i2pd/netDb", verdict: .allowed)
    )
    change(&facts)
    return facts.findings().filter { $0.level != .ok }
      .map { "\($0.check.rawValue) \($0.level.rawValue)" }
  }

  @Test func allWell() throws {
    #expect(try troubles { _ in } == [])
  }

  @Test func filesAndTheirReader() throws {
    #expect(try troubles { $0.fault = .unknownKind(directory: "/x") } == ["router-files bad"])
    #expect(try troubles { $0.files[0].verdict = .refused(at: "/var") } == ["key-access bad"])
    #expect(
      try troubles {
        $0.fault = .unknownKind(directory: "/x")
        $0.isUnseen = true
      } == ["router-files unknown"]
    )
    #expect(try troubles { $0.files[0].verdict = .unseen("/var") } == ["key-access unknown"])
    #expect(try troubles { $0.networkDatabase.verdict = .unseen("/x") } == ["netdb unknown"])
    #expect(try troubles { $0.gateUser = nil } == ["key-access unknown"])
    #expect(try troubles { $0.networkDatabase.verdict = .absent("/x") } == ["netdb warn"])
    #expect(try troubles { $0.networkDatabase.verdict = .refused(at: "/x") } == ["netdb warn"])
  }

  @Test func theProcess() throws {
    #expect(try troubles { $0.process = nil } == ["router-process bad"])
    #expect(
      try troubles {
        $0.process = nil
        $0.otherProcesses = [6, 7]
      } == ["router-process bad"]
    )
  }

  @Test(arguments: [
    (GuardedRouterFacts.Listener.somebody, [String]()), (.nobody, ["router-listening bad"]),
    (.other("nginx"), ["router-listening bad"]), (.unreadable("x"), ["router-listening unknown"]),
  ])
  func whoListens(listener: GuardedRouterFacts.Listener, found: [String]) throws {
    #expect(try troubles { $0.ports[0].listener = listener } == found)
  }

  @Test func descriptors() throws {
    func limit(_ limit: Int, open: Int? = 10, sessions: Int = 8_192) throws -> [String] {
      try troubles {
        $0.descriptorLimit = .known(limit)
        $0.descriptorsOpen = open
        $0.sessionsMaximum = sessions
      }
    }
    #expect(try limit(1_024) == ["router-descriptors warn"])
    #expect(try limit(4_096) == ["router-descriptors warn"])
    #expect(try limit(4_096, sessions: 4_096) == [])
    #expect(try limit(.max) == [])
    #expect(try limit(8_192, open: 6_554) == ["router-descriptors bad"])
    #expect(try limit(8_192, open: nil) == [])
    #expect(try troubles { $0.descriptorLimit = .absent } == ["router-descriptors unknown"])
  }
}

/// What follows from the gate.
@Suite struct GateJudgementTests {
  private func troubles(_ change: (inout GateFacts) -> Void) -> [String] {
    var facts = GateFacts(
      running: GateFacts.Running(
        process: 9,
        program: "/usr/sbin/sallyport",
        descriptorLimit: .known(40_000),
        capabilities: .known(1 << 13)
      ),
      others: [],
      socket: "/run/sallyport/admin.sock",
      answer: .answers,
      hasSystemd: true,
      unit: GateFacts.Unit(path: "/lib/systemd/system/sallyport.service", isEnabled: true),
      ownProgram: "/usr/sbin/sallyport",
      descriptorsWanted: 34_944,
      isTransparent: true,
      radarDevice: "any",
      hasRadarDevice: true,
      stateDirectory: "/var/lib/sallyport",
      stateVerdict: .allowed
    )
    change(&facts)
    return facts.findings().filter { $0.level != .ok }
      .map { "\($0.check.rawValue) \($0.level.rawValue)" }
  }

  @Test func allWell() {
    #expect(troubles { _ in } == [])
    #expect(troubles { $0.hasSystemd = false } == [])
    #expect(troubles { $0.radarDevice = nil } == [])
  }

  @Test func theProcess() {
    #expect(troubles { $0.running = nil } == ["daemon bad"])
    #expect(
      troubles {
        $0.running = nil
        $0.others = [4]
      } == ["daemon bad"]
    )
    for answer in [GateFacts.Answer.absent, .silent] {
      #expect(troubles { $0.answer = answer } == ["daemon warn"])
    }
    #expect(troubles { $0.answer = .forbidden } == ["daemon unknown"])
  }

  @Test func theProgramAndTheUnit() {
    #expect(troubles { $0.running?.program = "/usr/sbin/sallyport (deleted)" } == ["version warn"])
    #expect(troubles { $0.ownProgram = "/opt/sallyport" } == ["version warn"])
    #expect(troubles { $0.running?.program = nil } == [])
    #expect(troubles { $0.unit = nil } == ["unit warn"])
    #expect(troubles { $0.unit?.isEnabled = false } == ["unit warn"])
  }

  @Test func descriptorsAndRights() {
    #expect(troubles { $0.running?.descriptorLimit = .known(34_943) } == ["descriptors warn"])
    #expect(troubles { $0.running?.descriptorLimit = .absent } == ["descriptors unknown"])
    #expect(troubles { $0.running?.capabilities = .known(1 << 12) } == ["capability bad"])
    #expect(troubles { $0.running?.capabilities = .unreadable("x") } == ["capability unknown"])
    #expect(
      troubles {
        $0.running?.capabilities = .known(0)
        $0.isTransparent = false
      } == ["capability warn"]
    )
  }

  @Test func radarAndState() {
    #expect(troubles { $0.hasRadarDevice = false } == ["radar warn"])
    #expect(troubles { $0.stateVerdict = .absent("/x") } == ["state warn"])
    #expect(troubles { $0.stateVerdict = .refused(at: "/x") } == ["state warn"])
    #expect(troubles { $0.stateVerdict = .unseen("/x") } == ["state unknown"])
    #expect(troubles { $0.stateVerdict = nil } == [])
  }
}

/// Owners and modes.
@Suite struct FileAccessTests {
  @Test func theFirstDigitThatFitsDecides() {
    let owners = FileAccess.Owners(user: 5, group: 6, mode: 0o047)
    #expect(!owners.allow(.read, to: HostUser(number: 5, groups: [6], name: "owner")))
    #expect(owners.allow(.read, to: HostUser(number: 7, groups: [6], name: "member")))
    #expect(!owners.allow(.write, to: HostUser(number: 7, groups: [6], name: "member")))
    #expect(owners.allow(.write, to: HostUser(number: 7, groups: [], name: "other")))
    #expect(owners.allow(.enter, to: HostUser(number: 0, groups: [], name: "root")))
  }

  @Test func everyFolderAboveCounts() throws {
    let host = try HostFolder()
    try host.write("/a/b/c", "")
    let somebody = HostUser(number: 12_345, groups: [], name: "somebody")
    for path in ["/a", "/a/b"] { try host.setMode(path, 0o755) }
    try host.setMode("/a/b/c", 0o644)
    #expect(host.tree.access("/a/b/c", .read, by: somebody) == .allowed)
    #expect(host.tree.access("/a/b/c", .write, by: somebody) == .refused(at: "/a/b/c"))
    #expect(host.tree.access("/a/b/d", .read, by: somebody) == .absent("/a/b/d"))
    try host.setMode("/a/b", 0o750)
    #expect(host.tree.access("/a/b/c", .read, by: somebody) == .refused(at: "/a/b"))
    #expect(
      host.tree.access("/a/b/c", .read, by: HostUser(number: 0, groups: [], name: "r")) == .allowed
    )
  }
}
