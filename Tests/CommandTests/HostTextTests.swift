import Testing
import Wire

@testable import sallyport

/// What is read of a host's files, whatever is in them.
@Suite struct HostTextTests {
  @Test func settingsHaveSectionsAndTheLastValueCounts() {
    let text = SettingsText(
      "a = 1\n# a = 2\n; a = 3\n[One]\n a=4 \n[Two]\na = 5=6\nnothing\n[One]\na = 7\n"
        + "\t[ Three ]\nb="
    )
    #expect(text.value("a", in: "") == "1")
    #expect(text.value("a", in: "One") == "7")
    #expect(text.value("a", in: "Two") == "5=6")
    #expect(text.value("b", in: "Three") == "")
    #expect(text.value("b", in: "One") == nil)
  }

  @Test(arguments: [
    ("30s", 30), ("30", 30), ("1min 30s", 90), ("500ms", 0.5), ("1h5min", 3_900), ("0", 0),
    ("2 weeks", 1_209_600), ("infinity", .infinity),
  ])
  func spansOfTime(text: String, seconds: Double) {
    #expect(TimeSpanText.seconds(text) == seconds)
  }

  @Test(arguments: ["", "s", "five", "5 parsecs", "-5s", "5..5s", "1e9s", "٥s", "5s;"])
  func noSpansOfTime(text: String) {
    #expect(TimeSpanText.seconds(text) == nil)
  }

  private static let heading =
    "  sl  local_address rem_address st tx_queue rx_queue tr tm->when retrnsmt uid timeout inode\n"

  private static func sockets(
    _ table: String,
    _ transport: Transport = .ntcp2
  ) throws -> [String]? {
    let host = try HostFolder()
    try host.write("/proc/net/\(transport == .ntcp2 ? "tcp" : "udp")", table)
    return host.tree.listeningSockets(transport).value?.map { "\($0.endpoint) \($0.inode)" }
  }

  @Test func socketsOfBothFamilies() throws {
    let table =
      Self.heading + """
           0: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0 0 0 12 1
           2: B80D0120000000000000000001000000:44F6 0:0 0A 0:0 0:0 0 0 0 14
           3: 0000000000000000FFFF00000100000B:0050 0:0 0A 0:0 0:0 0 0 0 15
           4: 0100007G:0050 0:0 0A 0:0 0:0 0 0 0 16
           5: 0100007F 0:0 0A 0:0 0:0 0 0 0 16
           6: 0100007F:1F900 0:0 0A 0:0 0:0 0 0 0 16
        """
    #expect(
      try Self.sockets(table) == [
        "127.0.0.1:8080 12", "[2001:db8::1]:17654 14", "11.0.0.1:80 15",
      ]
    )
    #expect(try Self.sockets("") == [])
  }

  @Test func listenersComeBeforeConnectionsAndSocketsOfDatagramsAnywhere() throws {
    let lines = [
      "0: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0 0 0 12",
      "1: 0100007F:1F91 0100007F:8000 01 0:0 0:0 0 0 0 13",
      "2: 0100007F:1F92 00000000:0000 07 0:0 0:0 0 0 0 14",
    ]
    // More than is ever read of a table.
    let connections = String(repeating: lines[1] + "\n", count: 200_000)
    let tcp = Self.heading + lines[0] + "\n" + connections
    #expect(try Self.sockets(tcp) == ["127.0.0.1:8080 12"])
    let udp = Self.heading + lines.joined(separator: "\n")
    #expect(try Self.sockets(udp, .ssu2) == ["127.0.0.1:8082 14"])
    #expect(try Self.sockets(String(repeating: " ", count: connections.utf8.count), .ssu2) == nil)
  }

  @Test func whoTakesWhat() throws {
    func takes(_ bound: String, _ wanted: String) throws -> Bool {
      ListeningSocket(endpoint: try #require(Endpoint(bound)), inode: 1)
        .takes(try #require(Endpoint(wanted)))
    }
    #expect(try takes("11.0.0.1:5", "11.0.0.1:5"))
    #expect(try takes("0.0.0.0:5", "11.0.0.1:5"))
    #expect(try takes("[::]:5", "11.0.0.1:5"))
    #expect(try takes("[::]:5", "[2001:db8::1]:5"))
    #expect(try !takes("0.0.0.0:5", "[2001:db8::1]:5"))
    #expect(try !takes("0.0.0.0:5", "11.0.0.1:6"))
    #expect(try !takes("11.0.0.2:5", "11.0.0.1:5"))
  }

  @Test func usersAndTheirGroups() throws {
    let host = try HostFolder()
    try host.write(
      "/etc/passwd",
      "root:x:0:0:root:/root:/bin/sh\nbroken\nsallyport:x:101:102::/nonexistent:/bin/false\n"
        + "x:x:-1:0::/:\n"
    )
    try host.write(
      "/etc/group",
      "i2pd:x:110:alice,sallyport\nsallyport:x:102:\nother:x:111:sally\n"
    )
    let user = try #require(host.tree.user(named: "sallyport"))
    #expect(user == HostUser(number: 101, groups: [102, 110], name: "sallyport"))
    #expect(host.tree.user(named: "nobody") == nil)
    #expect(host.tree.groupName(110) == "i2pd")
    #expect(host.tree.groupNumber("i2pd") == 110)
    #expect(host.tree.accounts().count == 2)
  }

  @Test func numbersAreWholeOrUnreadable() throws {
    let host = try HostFolder()
    try host.write("/a", "42\n")
    try host.write("/b", "1\t2\n")
    try host.write("/c", "many\n")
    try host.write("/d", "")
    #expect(host.tree.number("/a") == .known(42))
    #expect(host.tree.numbers("/b", count: 2) == .known([1, 2]))
    for path in ["/b", "/c", "/d"] {
      guard case .unreadable = host.tree.number(path) else {
        Issue.record("\(path) is a number")
        continue
      }
    }
    #expect(host.tree.number("/e") == .absent)
    #expect(host.tree.number("/a/b") == .absent)
  }

  /// The kernel gives such files in one piece, and says that they are empty.
  @Test func filesOfTheKernelAreReadWhole() {
    #expect((HostTree.host.number("/proc/sys/kernel/pid_max").value ?? 0) > 300)
    #expect(HostTree.host.text("/proc/self/status").value?.contains("CapEff:") == true)
  }

  @Test func processesAndWhatTheyMay() throws {
    let host = try HostFolder()
    try host.addProcess(
      7,
      "/usr/sbin/i2pd",
      "--datadir",
      "/x",
      "--conf=/y",
      status:
        "Uid:\t5\t6\t7\t8\nGid:\t1\t2\t3\t4\nGroups:\t9 10 \nCapEff:\t0000000000002000\n"
    )
    try host.write(
      "/proc/7/limits",
      "Limit  Soft Hard\nMax open files            1024  4096  files\n"
    )
    try host.write("/proc/8/cmdline", "")
    try host.makeFolder("/proc/sys")
    let process = try #require(host.tree.processes().first)
    #expect(host.tree.processes().count == 1)
    #expect(process.program == "i2pd")
    #expect(process.value(of: "--datadir") == "/x")
    #expect(process.value(of: "--conf") == "/y")
    #expect(process.value(of: "/x") == "--conf=/y")
    #expect(process.value(of: "--conf=/y") == nil)
    #expect(host.tree.user(ofProcess: 7) == HostUser(number: 8, groups: [4, 9, 10], name: "8"))
    #expect(host.tree.capabilities(ofProcess: 7) == .known(0x2000))
    #expect(host.tree.descriptorLimit(ofProcess: 7) == .known(1_024))
    #expect(host.tree.descriptorLimit(ofProcess: 9) == .absent)
    #expect(host.tree.user(ofProcess: 9) == nil)
  }

  @Test func unitsAndWhatWasLaidOverThem() throws {
    let host = try HostFolder()
    #expect(UnitFile(host.tree, name: "g.service") == nil)
    try host.write("/usr/lib/systemd/system/g.service", "[Service]\nUser=a\nLimitNOFILE=1\n")
    try host.write("/etc/systemd/system/g.service.d/more.conf", "[Service]\nUser=b\n")
    let unit = try #require(UnitFile(host.tree, name: "g.service"))
    #expect(unit.settings.value("User", in: "Service") == "b")
    #expect(unit.settings.value("LimitNOFILE", in: "Service") == "1")
    #expect(!unit.isEnabled)
    try host.link("/etc/systemd/system/multi-user.target.wants/g.service", to: "x")
    #expect(UnitFile(host.tree, name: "g.service")?.isEnabled == true)
  }

  /// Nothing that may lie in a file stops the program.
  @Test func anyBytesAreReadWithoutATrap() throws {
    let host = try HostFolder()
    var random = SystemRandomNumberGenerator()
    let pieces = [
      "[", "]", "=", ":", ",", "-", "\n", " ", "\0", "0A", "FFFFFFFF", "99999999999999999999",
      "Max open files", "Uid:", "Gid:", "CapEff:", "TCP:", "mem", "é", "\u{FEFF}", "infinity",
      "5s",
    ]
    for _ in 0..<300 {
      let count = Int.random(in: 0..<60, using: &random)
      let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      _ = SettingsText(text).value("a", in: "")
      _ = TimeSpanText.seconds(text)
      _ = HostFacts.ranges(text)
      _ = HostFacts.outwardDevices(text)
      _ = SetupText.author(of: text)
      _ = SetupText.membership(in: text)
      _ = LineDifference.lines(from: text, to: String(text.reversed()))
      for file in [
        "/etc/passwd", "/etc/group", "/proc/5/status", "/proc/5/limits", "/proc/net/tcp",
        "/proc/net/udp",
      ] {
        try host.write(file, text)
      }
      try host.write("/proc/5/cmdline", text)
      _ = host.tree.user(named: "a")
      _ = host.tree.user(ofProcess: 5)
      _ = host.tree.descriptorLimit(ofProcess: 5)
      _ = host.tree.listeningSockets(.ntcp2)
      _ = host.tree.listeningSockets(.ssu2)
      _ = host.tree.routers(among: host.tree.processes())
    }
  }
}
