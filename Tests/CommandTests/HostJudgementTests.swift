import Kernel
import Testing

@testable import sallyport

extension HostFacts {
  /// A host with nothing wrong.
  static var good: HostFacts {
    HostFacts(
      listenQueue: .known(4_096),
      synCookies: .known(1),
      synBacklog: .known(512),
      tracking: .absent,
      reversePaths: .known([
        ReversePath(device: "eth0", filter: 2),
        ReversePath(device: "lo", filter: 1),
      ]),
      receiveMemory: .known(8 << 20),
      tcpMemory: .known(TCPMemory(used: 10, pressure: 1_000)),
      localPorts: .known(32_768...60_999),
      reservedPorts: .known([]),
      clock: .known(.kept),
      publicationAheadSeconds: -600,
      journal: .known(JournalRate(intervalSeconds: 30, burst: 10_000, isKept: true))
    )
  }

  /// The findings that are not ok, as `check level`.
  func troubles(tcp: Bool = true, udp: Bool = true) -> [String] {
    findings(guardsTCP: tcp, guardsUDP: udp).filter { $0.level != .ok }
      .map { "\($0.check.rawValue) \($0.level.rawValue)" }
  }
}

/// What follows from a host's settings, one at a time.
@Suite struct HostJudgementTests {
  private func troubles(_ change: (inout HostFacts) -> Void) -> [String] {
    var facts = HostFacts.good
    change(&facts)
    return facts.troubles()
  }

  @Test func aGoodHostHasNoTrouble() {
    #expect(HostFacts.good.troubles() == [])
    #expect(HostFacts.good.findings(guardsTCP: true, guardsUDP: true).count == 9)
  }

  @Test func whatNoGateNeedsIsNotJudged() {
    var facts = HostFacts.good
    facts.listenQueue = .known(1)
    facts.synCookies = .known(0)
    facts.receiveMemory = .known(1)
    #expect(facts.troubles(tcp: false) == ["receive-buffer warn"])
    #expect(facts.troubles(udp: false).contains("receive-buffer warn") == false)
  }

  @Test func queuesAndCookies() {
    #expect(troubles { $0.listenQueue = .known(2_047) } == ["listen-queue warn"])
    #expect(troubles { $0.listenQueue = .known(2_048) } == [])
    #expect(troubles { $0.synCookies = .known(2) } == [])
    #expect(
      troubles { $0.synCookies = .known(0) } == ["syn-cookies bad", "syn-backlog warn"]
    )
    #expect(
      troubles {
        $0.synCookies = .known(0)
        $0.synBacklog = .known(4_096)
      } == ["syn-cookies bad"]
    )
  }

  @Test(arguments: [(0, ""), (79, ""), (80, "warn"), (94, "warn"), (95, "bad"), (200, "bad")])
  func connectionTracking(count: Int, level: String) {
    let found = troubles { $0.tracking = .known(HostFacts.Tracking(count: count, maximum: 100)) }
    #expect(found == (level.isEmpty ? [] : ["conntrack \(level)"]))
  }

  @Test func tablesOfAnySizeAreJudged() {
    for (count, maximum) in [(5, 0), (.max, .max), (.max, 1), (-1, -1), (.min, .max)] {
      let table = HostFacts.Tracking(count: count, maximum: maximum)
      _ = troubles { $0.tracking = .known(table) }
      _ = troubles {
        $0.tcpMemory = .known(HostFacts.TCPMemory(used: count, pressure: maximum))
      }
    }
  }

  @Test func aStrictFilterMattersWhereThereAreSeveralWays() {
    func paths(_ filters: [(String, Int)]) -> [String] {
      troubles {
        $0.reversePaths = .known(
          filters.map { HostFacts.ReversePath(device: $0.0, filter: $0.1) }
        )
      }
    }
    #expect(paths([("eth0", 1)]) == [])
    #expect(paths([("eth0", 1), ("lo", 1)]) == [])
    #expect(paths([("eth0", 1), ("eth1", 2)]) == ["reverse-path warn"])
    #expect(paths([("eth0", 2), ("eth1", 0)]) == [])
  }

  @Test func memory() {
    #expect(troubles { $0.receiveMemory = .known(212_992) } == ["receive-buffer warn"])
    #expect(
      troubles { $0.tcpMemory = .known(HostFacts.TCPMemory(used: 800, pressure: 1_000)) }
        == ["tcp-memory warn"]
    )
    #expect(troubles { $0.tcpMemory = .absent } == [])
  }

  @Test func clocks() {
    #expect(troubles { $0.clock = .known(.adrift) } == ["clock warn"])
    #expect(troubles { $0.publicationAheadSeconds = 60 } == [])
    #expect(troubles { $0.publicationAheadSeconds = 61 } == ["clock bad"])
    #expect(troubles { $0.publicationAheadSeconds = nil } == [])
  }

  @Test func journals() {
    func journal(_ interval: Double, _ burst: Double, isKept: Bool = true) -> [String] {
      troubles {
        $0.journal = .known(
          HostFacts.JournalRate(intervalSeconds: interval, burst: burst, isKept: isKept)
        )
      }
    }
    #expect(journal(30, 600) == [])
    #expect(journal(30, 599) == ["journal warn"])
    #expect(journal(0, 1) == [])
    #expect(journal(30, 0) == [])
    #expect(journal(.infinity, 10) == ["journal warn"])
    #expect(journal(30, 10_000, isKept: false) == ["journal warn"])
    #expect(troubles { $0.journal = .absent } == [])
  }

  @Test func whatCannotBeReadIsUnknownAndNeverBad() {
    var facts = HostFacts.good
    facts.listenQueue = .unreadable("x")
    facts.synCookies = .absent
    facts.synBacklog = .unreadable("x")
    facts.tracking = .unreadable("x")
    facts.reversePaths = .unreadable("x")
    facts.receiveMemory = .absent
    facts.tcpMemory = .unreadable("x")
    facts.clock = .unreadable("x")
    facts.journal = .unreadable("x")
    let findings = facts.findings(guardsTCP: true, guardsUDP: true)
    #expect(findings.count == 9)
    #expect(findings.allSatisfy { $0.level == .unknown && $0.remedy?.isEmpty == false })
  }

  @Test func journaldsFilesAndTheUnit() throws {
    let host = try HostFolder()
    #expect(JournaldSettings.rate(host.tree, unit: nil) == .absent)
    try host.write("/lib/systemd/systemd-journald", "")
    #expect(JournaldSettings.rate(host.tree, unit: nil).value?.burst == 10_000)
    try host.write("/etc/systemd/journald.conf", "[Journal]\nRateLimitBurst=5\nStorage=none\n")
    try host.write("/usr/lib/systemd/journald.conf.d/50.conf", "[Journal]\nRateLimitBurst=6\n")
    try host.write("/etc/systemd/journald.conf.d/50.conf", "[Journal]\nRateLimitIntervalSec=1min\n")
    let rate = try #require(JournaldSettings.rate(host.tree, unit: nil).value)
    #expect(rate.burst == 5 && rate.intervalSeconds == 60 && !rate.isKept)
    #expect(rate.file == "/etc/systemd/journald.conf.d/50.conf")
    let unit = SettingsText("[Service]\nLogRateLimitIntervalSec=0\n")
    #expect(JournaldSettings.rate(host.tree, unit: unit).value?.intervalSeconds == 0)
  }

  @Test func theFactsOfAMadeUpHost() throws {
    let host = try HostFolder()
    for (path, text) in [
      ("core/somaxconn", "128"), ("ipv4/tcp_syncookies", "0"), ("ipv4/tcp_max_syn_backlog", "64"),
      ("core/rmem_max", "212992"), ("netfilter/nf_conntrack_count", "90"),
      ("netfilter/nf_conntrack_max", "100"), ("ipv4/tcp_mem", "1 100 200"),
      ("ipv4/ip_local_port_range", "15000\t16000"),
      ("ipv4/ip_local_reserved_ports", "15300,15400-15402"),
      ("ipv4/conf/all/rp_filter", "1"), ("ipv4/conf/eth0/rp_filter", "0"),
      ("ipv4/conf/eth1/rp_filter", "0"), ("ipv4/conf/docker0/rp_filter", "0"),
    ] { try host.write("/proc/sys/net/\(path)", "\(text)\n") }
    try host.write("/proc/net/sockstat", "sockets: used 5\nTCP: inuse 1 orphan 0 alloc 2 mem 90\n")
    try host.write(
      "/proc/net/route",
      "Iface Destination Gateway Flags\neth0 00000000 0100000A 0003\neth1 0000000B 0100000A 0003\n"
        + "docker0 0000000A 00000000 0001\n"
    )
    let facts = HostFacts(host.tree, publishedMilliseconds: .max, unit: nil)
    #expect(facts.reservedPorts == .known([15_300...15_300, 15_400...15_402]))
    #expect(facts.localPorts == .known(15_000...16_000))
    #expect(facts.reversePaths.value?.map(\.device) == ["eth0", "eth1"])
    #expect(
      facts.troubles().prefix(8) == [
        "listen-queue warn", "syn-cookies bad", "syn-backlog warn", "conntrack warn",
        "reverse-path warn", "receive-buffer warn", "tcp-memory warn", "clock bad",
      ]
    )
  }
}
