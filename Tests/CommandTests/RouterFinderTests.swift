import Filter
import Testing
import Wire

@testable import sallyport

/// Routers on made-up hosts, with kept files of real ones.
@Suite struct RouterFinderTests {
  private func finder(_ host: HostFolder) -> RouterFinder {
    RouterFinder(tree: host.tree, processes: host.tree.processes())
  }

  @Test func nothing() throws {
    let host = try HostFolder()
    #expect(finder(host).routers() == [])
    #expect(finder(host).unstarted() == [])
    try host.makeFolder("/var/lib/i2pd")
    #expect(finder(host).routers() == [])
    #expect(finder(host).unstarted() == ["/var/lib/i2pd"])
  }

  @Test func debiansI2PD() throws {
    let host = try HostFolder()
    try host.addRouter("i2pd-dual", at: "/var/lib/i2pd")
    try host.addProcess(
      40,
      "/usr/sbin/i2pd",
      "--conf=/etc/i2pd/i2pd.conf",
      "--daemon",
      "--service"
    )
    let router = try #require(finder(host).routers().first)
    #expect(finder(host).routers().count == 1)
    #expect(router.kind == .i2pd && router.directory == "/var/lib/i2pd" && router.process == 40)
    #expect(router.evidence.count == 2)
    #expect(router.fault == nil)
    #expect(router.isPublished)
    for transport in Transport.allCases {
      guard case .published(let places) = router.presence?[transport] else {
        Issue.record("\(transport) is not published")
        continue
      }
      #expect(places.allSatisfy { $0.address != nil })
      #expect(places.contains { $0.address?.isIPv4 == true })
    }
  }

  @Test func everyPlaceWhereTheyLie() throws {
    let host = try HostFolder()
    try host.write("/etc/passwd", "bob:x:1:1::/people/bob:/bin/sh\nroot:x:0:0::/root:/bin/sh\n")
    try host.write("/etc/i2pd/i2pd.conf", "datadir = /srv/a\n[ntcp2]\ndatadir = /srv/no\n")
    try host.write(
      "/etc/default/i2pd",
      "#DAEMON_OPTS=\"--datadir=/srv/no\"\nX=\"--a --datadir=/srv/b\"\n"
    )
    for place in ["/people/bob/.i2pd", "/srv/a", "/srv/b", "/srv/no"] {
      try host.addRouter("i2pd", at: place)
    }
    for place in ["/root/.i2p", "/var/lib/i2p/i2p-config"] { try host.addRouter("java", at: place) }
    let found = finder(host).routers()
    #expect(
      Set(found.map(\.directory)) == [
        "/people/bob/.i2pd", "/srv/a", "/srv/b", "/root/.i2p", "/var/lib/i2p/i2p-config",
      ]
    )
    #expect(
      found.allSatisfy {
        ($0.kind == .java) == $0.directory.contains("i2p-config") || $0.directory == "/root/.i2p"
      }
    )
    #expect(finder(host).router(in: "/srv/no")?.kind == .i2pd)
    #expect(finder(host).router(in: "/srv") == nil)
  }

  @Test func processesTellTheirDirectories() throws {
    let host = try HostFolder()
    try host.write("/etc/passwd", "bob:x:7:7::/people/bob:/bin/sh\n")
    try host.addProcess(1, "i2pd", "--datadir=/a")
    try host.addProcess(2, "/usr/bin/i2pd", status: "Uid:\t7 7 7 7\nGid:\t7 7 7 7\n")
    try host.addProcess(3, "i2pd")
    try host.write("/proc/3/environ", "A=b\0HOME=/people/env\0")
    try host.addProcess(
      4,
      "/usr/bin/java",
      "-Di2p.dir.config=/j",
      "net.i2p.router.RouterLaunch"
    )
    try host.addProcess(5, "/usr/sbin/wrapper", "net.i2p.router.RouterLaunch")
    try host.addProcess(6, "/usr/bin/java", "org.example.Main")
    try host.addProcess(7, "vim", "i2pd")
    let routers = host.tree.routers(among: host.tree.processes())
    #expect(routers.map(\.directory) == ["/a", "/people/bob/.i2pd", "/people/env/.i2pd", "/j"])
    #expect(routers.map(\.kind) == [.i2pd, .i2pd, .i2pd, .java])
  }

  @Test func aLinkIsTheRouterThatItLeadsTo() throws {
    let host = try HostFolder()
    try host.addRouter("i2pd", at: "/srv/real")
    try host.link("/var/lib/i2pd", to: "../../srv/real")
    try host.addProcess(1, "i2pd", "--datadir=/srv/real")
    let found = finder(host).routers()
    #expect(found.map(\.directory) == ["/srv/real"])
    #expect(found.first?.evidence.count == 2)
  }

  @Test func whatIsWrongWithTheFilesIsKept() throws {
    let host = try HostFolder()
    try host.addRouter("i2pd", at: "/var/lib/i2pd")
    try host.write("/var/lib/i2pd/ntcp2.keys", [UInt8](repeating: 1, count: 80))
    #expect(finder(host).routers().first?.fault != nil)
    try host.write("/var/lib/i2pd/router.info", [1, 2, 3])
    let broken = try #require(finder(host).routers().first)
    #expect(broken.presence == nil && broken.fault != nil)
  }
}

/// Which router is guarded.
@Suite struct RouterChoiceTests {
  private func router(
    _ directory: String,
    process: Int32? = nil,
    presence: FoundRouter.Presence = .published([
      FoundRouter.Place(address: SourceAddress(ipv4: 0x0b00_0001), port: 5)
    ]),
    capabilities: String = "LR"
  ) -> FoundRouter {
    FoundRouter(
      kind: .i2pd,
      directory: directory,
      evidence: ["made up"],
      process: process,
      presence: [.ntcp2: presence, .ssu2: .off],
      capabilities: capabilities
    )
  }

  private func refusal(
    _ routers: [FoundRouter],
    unstarted: [String] = [],
    wish: String? = nil
  ) -> SetupNote? {
    switch RouterChoice.choose(among: routers, unstarted: unstarted, wish: wish) {
    case .success: nil
    case .failure(let refusal): refusal.note
    }
  }

  @Test func theOneThatRunsOrTheOnlyOne() throws {
    let (one, two) = (router("/a"), router("/b", process: 5))
    #expect(try RouterChoice.choose(among: [one], unstarted: [], wish: nil).get() == one)
    #expect(try RouterChoice.choose(among: [one, two], unstarted: [], wish: nil).get() == two)
    #expect(try RouterChoice.choose(among: [one, two], unstarted: [], wish: "/a").get() == one)
  }

  @Test func severalAndNone() {
    let several = refusal([router("/a"), router("/b")])
    #expect(several?.text == "there are 2 routers: /a, /b")
    #expect(several?.remedy?.contains("--router /a") == true)
    #expect(refusal([], unstarted: ["/var/lib/i2pd"])?.remedy?.contains("start it once") == true)
    #expect(refusal([])?.text.contains("no I2P router was found") == true)
    #expect(refusal([router("/a")], wish: "/x")?.text.hasPrefix("/x holds the files") == true)
  }

  @Test(arguments: [("LU", "firewalled"), ("LH", "hidden"), ("L", "not found its address")])
  func aRouterThatPublishesNothing(capabilities: String, word: String) {
    let note = refusal([router("/a", presence: .hidden, capabilities: capabilities)])
    #expect(note?.kind == .problem)
    #expect(note?.text.contains(word) == true)
    #expect(note?.remedy?.contains("i2pd.conf") == true)
  }

  @Test func aRouterWithBrokenFiles() {
    var broken = router("/a")
    broken.fault = .keyFileSize(file: "/a/ntcp2.keys", bytes: 1, expectedBytes: 80)
    #expect(refusal([broken])?.text.contains("ntcp2.keys") == true)
    broken.presence = nil
    #expect(refusal([broken])?.text.contains("ntcp2.keys") == true)
  }
}
