import Filter
import Glibc
import Kernel
import Testing
import Wire

@testable import sallyport

private func address(_ text: String) throws -> SourceAddress { try #require(SourceAddress(text)) }

private func place(_ address: String?, _ port: UInt16) -> FoundRouter.Place {
  FoundRouter.Place(address: address.flatMap { SourceAddress($0) }, port: port)
}

private func router(
  _ ntcp2: FoundRouter.Presence,
  _ ssu2: FoundRouter.Presence = .off
) -> FoundRouter {
  FoundRouter(
    kind: .i2pd,
    directory: "/var/lib/i2pd",
    evidence: [],
    presence: [.ntcp2: ntcp2, .ssu2: ssu2],
    capabilities: ""
  )
}

/// The gates for what a router publishes.
@Suite struct SetupGatesTests {
  private func gates(
    _ router: FoundRouter,
    local: [String] = ["127.0.0.1", "11.0.0.1"],
    outward: [IPFamily: String] = [.ipv4: "11.0.0.1"],
    held: [Transport: Set<UInt16>] = [:]
  ) -> SetupGates {
    SetupGates(
      router,
      local: local.compactMap { SourceAddress($0) },
      outward: outward.compactMapValues { SourceAddress($0) },
      held: held
    )
  }

  private func names(_ gates: SetupGates) -> [String] {
    gates.gates.map { "\($0.transport.word) \($0.endpoint)" }
  }

  @Test func bothTransports() {
    let found = gates(
      router(.published([place("11.0.0.1", 5)]), .published([place("11.0.0.1", 6)]))
    )
    #expect(names(found) == ["ntcp2 11.0.0.1:5", "ssu2 11.0.0.1:6"])
    #expect(found.notes == [])
    #expect(found.firewall == FirewallSettings())
  }

  @Test func oneTransportAndIPv6() {
    let found = gates(
      router(.published([place("11.0.0.1", 5), place("2001:db8::1", 5)]), .hidden),
      local: ["11.0.0.1", "2001:db8::1"]
    )
    #expect(names(found) == ["ntcp2 11.0.0.1:5", "ntcp2 [2001:db8::1]:5"])
    #expect(found.notes.map(\.kind) == [.note])
    #expect(found.notes[0].text.contains("SSU2 is on and not published"))
    #expect(found.notes[0].remedy?.contains("ssu2.published") == true)
  }

  @Test func translatedAddressesNamesAndMissingFamilies() {
    let found = gates(
      router(
        .published([place("203.0.113.7", 5), place(nil, 5), place("2001:db8::1", 5)])
      ),
      local: ["10.0.0.5"],
      outward: [.ipv4: "10.0.0.5"]
    )
    #expect(names(found) == ["ntcp2 10.0.0.5:5"])
    let texts = found.notes.map(\.text)
    #expect(texts.count { $0.contains("which no interface here has") } == 2)
    #expect(texts.contains { $0.contains("no IPv6 address") })
    #expect(texts.contains { $0.contains("SSU2 is off") })
    #expect(!found.notes.contains { $0.kind == .problem })
  }

  @Test func nothingArrivesHere() {
    let found = gates(
      router(.published([place("2001:db8::1", 5)])),
      local: ["11.0.0.1"]
    )
    #expect(found.gates.isEmpty)
    #expect(found.notes.last?.kind == .problem)
  }

  @Test func portsOfTheGateItselfGiveWay() {
    let found = gates(
      router(.published([place("11.0.0.1", 15_300)]), .published([place("11.0.0.1", 9)])),
      held: [.ntcp2: [15_301], .ssu2: [15_301, 15_303]]
    )
    #expect(found.firewall.tcpPort == 15_302)
    #expect(found.firewall.udpPort == 15_302)
    #expect(found.firewall.udpWitnessPort == 15_304)
    #expect(found.notes.count == 3)
    let text = SetupText.text(
      router: router(.off),
      gates: found.gates,
      firewall: found.firewall,
      proof: .full,
      membership: nil
    )
    #expect(readConfiguration(text).faults == [])
    #expect(readConfiguration(text).configuration?.firewall == found.firewall)
  }
}

/// The configuration that is written.
@Suite struct SetupTextTests {
  private func text(
    directory: String = "/var/lib/i2pd",
    proof: sallyport.RouterSettings.Proof = .full,
    membership: SetupText.Membership? = nil
  ) throws -> String {
    var found = router(.off)
    found.directory = directory
    let endpoints = ["11.0.0.1:17654", "[2001:db8::1]:17654"]
    let gates = try endpoints.map { text in
      GateSettings(transport: .ntcp2, endpoint: try #require(Endpoint(text)))
    }
    return SetupText.text(
      router: found,
      gates: gates,
      firewall: FirewallSettings(),
      proof: proof,
      membership: membership
    )
  }

  @Test(arguments: ["/var/lib/i2pd", "/a \"b\"\\c", "/é/\u{1}\u{7f}", "/\n/x"])
  func itReadsAsWhatWasMeant(directory: String) throws {
    let read = readConfiguration(try text(directory: directory))
    #expect(read.faults == [])
    let configuration = try #require(read.configuration)
    #expect(configuration.router.directory == directory)
    #expect(configuration.router.kind == .i2pd)
    #expect(
      configuration.gates.map { "\($0.endpoint)" } == ["11.0.0.1:17654", "[2001:db8::1]:17654"]
    )
    #expect(configuration.firewall == FirewallSettings())
  }

  @Test func proofAndMembership() throws {
    let member = SetupText.Membership(user: "sallyport", group: "i2pd")
    let text = try text(proof: .public, membership: member)
    #expect(readConfiguration(text).configuration?.router.proof == .public)
    #expect(SetupText.membership(in: text) == member)
    #expect(SetupText.author(of: text) == .setup)
    #expect(SetupText.membership(in: try self.text()) == nil)
  }

  @Test func whoWroteIt() throws {
    let text = try text()
    #expect(SetupText.author(of: text) == .setup)
    for changed in [
      text + "\n", text.replacing("17654", with: "17655"), "[process]\n" + text,
      String(text.dropLast()), text.replacing("checksum ", with: "checksum 0"),
    ] { #expect(SetupText.author(of: changed) == .changed) }
    #expect(SetupText.author(of: "[router]\n") == .person)
    #expect(SetupText.author(of: "") == .person)
  }

  @Test func differences() {
    #expect(
      LineDifference.lines(from: "a\nb\nc\n", to: "a\nx\nc\nd\n") == [" a", "-b", "+x", " c", "+d"]
    )
    #expect(LineDifference.lines(from: "", to: "a\n") == ["+a"])
    #expect(LineDifference.lines(from: "a", to: "") == ["-a"])
    #expect(LineDifference.lines(from: "", to: "") == [])
  }

  /// Dropping one side's lines gives the other text back.
  @Test func differencesHoldBothTexts() {
    for _ in 0..<300 {
      let old = (0..<Int.random(in: 0...12)).map { _ in
        "abcd".randomElement().map(String.init) ?? ""
      }
      let new = (0..<Int.random(in: 0...12)).map { _ in
        "abcd".randomElement().map(String.init) ?? ""
      }
      let lines = LineDifference.lines(
        from: old.map { $0 + "\n" }.joined(),
        to: new.map { $0 + "\n" }.joined()
      )
      #expect(lines.filter { !$0.hasPrefix("+") }.map { String($0.dropFirst()) } == old)
      #expect(lines.filter { !$0.hasPrefix("-") }.map { String($0.dropFirst()) } == new)
    }
  }
}

/// How the gate comes to read the keys.
@Suite struct KeyAccessTests {
  private func host() throws -> HostFolder {
    let host = try HostFolder()
    try host.addRouter("i2pd", at: "/var/lib/i2pd")
    for path in ["/var", "/var/lib", "/var/lib/i2pd"] { try host.setMode(path, 0o755) }
    for name in ["ntcp2.keys", "ssu2.keys", "router.info"] {
      try host.setMode("/var/lib/i2pd/\(name)", 0o644)
    }
    return host
  }

  private static let user = HostUser(number: 12_345, groups: [], name: "sallyport")

  @Test func openAndUnknown() throws {
    let host = try host()
    let access = KeyAccess(router(.off), user: Self.user, tree: host.tree)
    #expect(access == .open(user: "sallyport") && access.proof == .full)
    let nobody = KeyAccess(router(.off), user: nil, tree: host.tree)
    #expect(nobody == .ownUser && nobody.proof == .full)
  }

  @Test func byGroupOnlyWhereThatHelps() throws {
    let host = try host()
    try host.setMode("/var/lib/i2pd/ntcp2.keys", 0o640)
    let group = try #require(host.tree.owners("/var/lib/i2pd/ntcp2.keys").value?.group)
    try host.write("/etc/group", "i2pd:x:\(group):\n")
    let access = KeyAccess(router(.off), user: Self.user, tree: host.tree)
    // root's own group is never joined.
    #expect(
      access
        == (group == 0
          ? .closed(user: "sallyport", path: "/var/lib/i2pd/ntcp2.keys")
          : .byGroup(user: "sallyport", group: "i2pd"))
    )
  }

  @Test func forItsOwnerAlone() throws {
    let host = try host()
    try host.setMode("/var/lib/i2pd/ssu2.keys", 0o600)
    let owner = try #require(host.tree.owners("/var/lib/i2pd/ssu2.keys").value?.user)
    func access() -> KeyAccess { KeyAccess(router(.off), user: Self.user, tree: host.tree) }
    #expect(access() == .closed(user: "sallyport", path: "/var/lib/i2pd/ssu2.keys"))
    #expect(access().proof == .public)
    try host.write("/etc/passwd", "i2psvc:x:\(owner):777::/:\n")
    try host.write("/etc/group", "i2pgroup:x:777:\n")
    // A gate never runs as root because its router does.
    let asOwner = KeyAccess.asOwner(user: "sallyport", owner: "i2psvc", group: "i2pgroup")
    #expect((access() == asOwner) == (owner != HostUser.root))
    guard geteuid() == HostUser.root else { return }
    try host.setOwner("/var/lib/i2pd/ssu2.keys", 4_321)
    #expect(access().proof == .public)
    try host.write("/etc/passwd", "i2psvc:x:4321:777::/:\n")
    #expect(access() == asOwner && access().proof == .full)
  }

  @Test func whatIsLaidOverTheUnit() throws {
    let host = try HostFolder()
    try host.write("/etc/systemd/system/a.service", "[Service]\nProtectHome=yes\n")
    try host.write("/etc/systemd/system/b.service", "[Service]\nProtectHome=read-only\n")
    let closed = try #require(UnitFile(host.tree, name: "a.service"))
    let open = try #require(UnitFile(host.tree, name: "b.service"))
    let access = KeyAccess.asOwner(user: "sallyport", owner: "i2psvc", group: "i2psvc")
    func text(_ access: KeyAccess, _ directory: String, _ unit: UnitFile) -> String? {
      UnitOverride(access, directory: directory, unit: unit)?.text
    }
    #expect(text(.open(user: "x"), "/var/lib/i2pd", closed) == nil)
    #expect(text(.open(user: "x"), "/root/.i2pd", open) == nil)
    #expect(
      text(.open(user: "x"), "/root/.i2pd", closed)?.contains("ProtectHome=read-only") == true
    )
    let both = try #require(text(access, "/root/.i2pd", closed))
    let settings = SettingsText(both)
    #expect(settings.value("User", in: "Service") == "i2psvc")
    #expect(settings.value("ProtectHome", in: "Service") == "read-only")
    #expect(text(access, "/a\n[Service]\nUser=root", open)?.contains("\nUser=root") == false)
  }
}

/// What setup plans on made-up hosts; the tree has nothing of this machine but its addresses.
@Suite struct SetupPlanTests {
  private static let path = "/etc/sallyport/sallyport.toml"

  private func setup(_ host: HostFolder, isForced: Bool = false) -> Setup {
    Setup(tree: host.tree, path: Self.path, isForced: isForced)
  }

  /// What stands in the way, except for rights.
  private func problems(_ plan: SetupPlan) -> [String] {
    plan.notes.filter { $0.kind == .problem && !$0.text.hasPrefix("not root") }.map(\.text)
  }

  @Test func nothingFoundPlansNothing() throws {
    let plan = setup(try HostFolder()).plan()
    #expect(!plan.isPossible && plan.steps.isEmpty && plan.text.isEmpty)
    #expect(SetupReport(plan: plan).document(isDone: false).ok == false)
  }

  /// The kept router's addresses are no machine's, so its gate stands at this host's own address.
  @Test(.enabled(if: LocalAddresses.outward(.ipv4) != nil, "needs a way to the world"))
  func aFileOfAPersonIsNotTouchedUnlessForced() throws {
    let host = try HostFolder()
    try host.addRouter("i2pd", at: "/var/lib/i2pd")
    let fresh = setup(host).plan()
    #expect(fresh.place == .free)
    #expect(problems(fresh) == [])
    #expect(
      fresh.steps == [
        .makeFolder("/etc/sallyport/rules.d"), .write(path: Self.path, text: fresh.text),
        .startByHand(["sallyport firewall up", "sallyport run"]),
      ]
    )

    try host.write(Self.path, fresh.text)
    let again = setup(host).plan()
    #expect(again.place == .same)
    #expect(!again.steps.contains { if case .write = $0 { true } else { false } })

    try host.write(Self.path, fresh.text + "[process]\nshards = 1\n")
    let persons = setup(host).plan()
    #expect(persons.place == .persons && problems(persons).count == 1)
    let forced = setup(host, isForced: true).plan()
    #expect(problems(forced) == [])
    #expect(forced.steps.contains(.keepCopy(of: Self.path, as: "\(Self.path).old")))
    try host.write("\(Self.path).old", "")
    #expect(
      setup(host, isForced: true).plan().steps
        .contains(.keepCopy(of: Self.path, as: "\(Self.path).old-2"))
    )
    let report = SetupReport(plan: forced)
    #expect(report.lines(for: Layout()).contains("  -[process]"))
    #expect(report.document(isDone: false).steps.count == forced.steps.count)
  }

  @Test(.enabled(if: LocalAddresses.outward(.ipv4) != nil, "needs a way to the world"))
  func systemdStartsWhatItsUnitSays() throws {
    let host = try HostFolder()
    try host.addRouter("i2pd", at: "/var/lib/i2pd")
    try host.makeFolder("/run/systemd/system")
    try host.write(
      "/usr/lib/systemd/system/sallyport.service",
      "[Service]\nUser=sallyport\nSupplementaryGroups=extra\n"
    )
    try host.write("/etc/passwd", "sallyport:x:12345:12345::/:\n")
    try host.write("/etc/group", "extra:x:77:\n")
    let setup = setup(host)
    #expect(setup.doctor.unit?.user(in: host.tree)?.groups == [12_345, 77])
    #expect(setup.plan().steps.last == .startUnit)
    #expect(setup.removal().steps.first == .stopUnit)
    let elsewhere = Setup(tree: host.tree, path: "/srv/s.toml").plan()
    #expect(
      elsewhere.steps.last
        == .startByHand([
          "sallyport firewall up --config /srv/s.toml", "sallyport run --config /srv/s.toml",
        ])
    )
  }

  @Test func removalUndoesWhatSetupDidAndNothingElse() throws {
    let host = try HostFolder()
    let nothing = setup(host).removal()
    #expect(nothing.steps == [.removeRules, .removeEmptyFolder("/etc/sallyport/rules.d")])

    let text = SetupText.text(
      router: router(.off),
      gates: [],
      firewall: FirewallSettings(),
      proof: .full,
      membership: SetupText.Membership(user: "sallyport", group: "i2pd")
    )
    try host.write(Self.path, text)
    #expect(setup(host).removal().steps.contains(.removeFile(Self.path)))
    let leave = SetupStep.leave(SetupText.Membership(user: "sallyport", group: "i2pd"))
    try host.write("/etc/passwd", "sallyport:x:12345:12345::/:\n")
    for (groups, isMember) in [
      ("i2pd:x:150:sallyport\n", true), ("i2pd:x:150:a,sallyport\n", true),
      ("i2pd:x:150:\n", false), ("", false),
    ] {
      try host.write("/etc/group", groups)
      #expect(setup(host).removal().steps.contains(leave) == isMember, "\(groups)")
    }
    try host.write(Self.path, text + "# mine\n")
    #expect(setup(host).removal().steps.contains(.setAside(Self.path, as: "\(Self.path).saved")))
    try host.write(Self.path, "[router]\n")
    let persons = setup(host).removal()
    #expect(persons.steps == nothing.steps)
    #expect(persons.notes.contains { $0.text.contains("it stays") })
  }

  @Test func aGateThatWasStartedByHandEndsFirst() throws {
    let host = try HostFolder()
    try host.addProcess(77, "/usr/sbin/sallyport", "run")
    #expect(problems(setup(host).removal()).count == 1)
    let other = Setup(tree: host.tree, path: "/srv/s.toml").removal()
    #expect(problems(other) == [])
  }
}
