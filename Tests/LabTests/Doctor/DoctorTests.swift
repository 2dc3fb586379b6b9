import Foundation
import Testing
import Wire

@testable import Lab

extension GateTests {
  /// One thing after another is broken on a host with a real router and a real gate, and the doctor
  /// names exactly that.
  @Suite struct Doctor {
    /// What is done, what undoes it (`firewall up` where nothing stands), and what the doctor says.
    private static let damages: [(damage: String, repair: String, found: Set<String>)] = [
      ("nft delete table inet sallyport", "", ["kernel-rules bad"]),
      ("nft flush chain inet sallyport divert", "", ["kernel-rules bad"]),
      ("ip rule delete priority 5300", "", ["kernel-rules bad"]),
      ("ip route flush table 53", "", ["kernel-rules bad"]),
      ("echo 0 > /proc/sys/net/ipv4/tcp_fwmark_accept", "", ["kernel-rules bad"]),
      (
        "ip rule add fwmark 0x53a11 lookup main priority 100",
        "ip rule delete priority 100", ["return-path bad"]
      ),
      (
        "ip rule add fwmark 0x9 lookup 53 priority 9000",
        "ip rule delete priority 9000", ["rivals bad"]
      ),
      (
        "ip rule add fwmark 0x9 lookup 500 priority 77 protocol 83",
        "", ["leftovers warn"]
      ),
      (
        "echo 100 > /proc/sys/net/core/somaxconn",
        "echo 4096 > /proc/sys/net/core/somaxconn", ["listen-queue warn"]
      ),
      (
        "echo 0 > /proc/sys/net/ipv4/tcp_syncookies; "
          + "echo 8192 > /proc/sys/net/ipv4/tcp_max_syn_backlog",
        "echo 1 > /proc/sys/net/ipv4/tcp_syncookies", ["syn-cookies bad"]
      ),
      (
        "echo '10000 20000' > /proc/sys/net/ipv4/ip_local_port_range",
        "echo '32768 60999' > /proc/sys/net/ipv4/ip_local_port_range", ["gate-ports warn"]
      ),
      (
        "ip link add other type veth peer name another; ip link set another up; "
          + "ip link set other up; ip route add default dev other metric 9; "
          + "echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter",
        "ip link delete other; echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter",
        ["reverse-path warn"]
      ),
    ]

    /// Does `body` before a router with a gate that has no rules: to read those takes a debug build
    /// longer than all that the doctor does.
    private static func withGuardedRouter(
      startsGate: Bool = true,
      _ body: (GuardedI2PD) throws -> Void
    ) throws {
      let rules = NSTemporaryDirectory() + "no-rules-" + UUID().uuidString
      try Files.makeDirectory(rules)
      defer { Files.removeTree(rules) }
      var settings = LabGateSettings()
      settings.rulesDirectory = rules
      try GateTests.withGuardedRouter(settings, startsGate: startsGate, body)
    }

    private static func shell(_ line: String, _ guarded: GuardedI2PD) throws {
      let outcome = try CommandOutcome(
        program: ["/bin/sh", "-ec", line],
        in: guarded.router.namespace,
        scratch: guarded.topology.directory
      )
      guard outcome.ending == .exited(code: 0) else { throw LabError("\(line): \(outcome.output)") }
    }

    @Test func eachDamageIsNamedAndNothingElse() throws {
      try Self.withGuardedRouter { guarded in
        // A gate with root's rights repairs within seconds what is broken here, so it rests; and
        // nobody is to wait for its answer meanwhile.
        guarded.gate.pause()
        defer { guarded.gate.resume() }
        try Self.shell("mv \(guarded.gate.socketPath) \(guarded.gate.directory)/away", guarded)
        let healthy = try DoctorOutcome(guarded)
        #expect(healthy.isGood, "\(healthy.text)")
        for check in [
          "configuration", "addresses", "published-ports", "router-files", "key-access",
          "router-process", "router-listening", "router-descriptors", "kernel-rules",
          "return-path", "rivals", "leftovers", "diversion", "gate-ports", "listen-queue",
          "syn-cookies", "version", "capability", "state",
        ] { #expect(healthy.levels.contains("\(check) ok"), "\(check): \(healthy.text)") }
        for (damage, repair, found) in Self.damages {
          try Self.shell(damage, guarded)
          let outcome = try DoctorOutcome(guarded)
          #expect(outcome.troubles(since: healthy) == found, "\(damage): \(outcome.text)")
          #expect(outcome.isGood == !found.contains { $0.hasSuffix("bad") }, "\(damage)")
          if repair.isEmpty {
            try guarded.gate.command("firewall", "up")
          } else {
            try Self.shell(repair, guarded)
          }
        }
        #expect(try DoctorOutcome(guarded).troubles(since: healthy) == [])
      }
    }

    /// A strict filter of reverse paths and marks that count in it do not concern the leg between
    /// gate and router.
    @Test func reversePathFiltersLeaveTheGateAlone() throws {
      try Self.withGuardedRouter { guarded in
        for (setting, value) in [("rp_filter", "1"), ("src_valid_mark", "1"), ("rp_filter", "2")] {
          for device in ["all", "lo", "eth0"] {
            try guarded.router.namespace.setKernelParameter(
              "net.ipv4.conf.\(device).\(setting)",
              to: value
            )
          }
          #expect(try guarded.handshake().end == .established, "\(setting)=\(value)")
        }
      }
    }

    @Test func aGateAndARouterThatAreGone() throws {
      try Self.withGuardedRouter { guarded in
        let healthy = try DoctorOutcome(guarded)
        #expect(healthy.levels.contains("daemon ok"), "\(healthy.text)")
        guarded.gate.kill()
        #expect(try DoctorOutcome(guarded).troubles(since: healthy).contains("daemon bad"))
        guarded.router.kill()
        let outcome = try DoctorOutcome(guarded)
        let found = outcome.troubles(since: healthy)
        #expect(found.isSuperset(of: ["router-process bad", "router-listening bad"]))
        let text = try CommandOutcome(
          ["doctor", "--config", guarded.gate.configurationPath],
          in: guarded.router.namespace,
          scratch: guarded.topology.directory
        ).output
        #expect(text.contains("no gate runs") && text.contains("no router runs here"))
        let lines = text.split(separator: "\n")
        // Only what is one word, such as a path, may be longer.
        #expect(lines.filter { $0.count > 80 && $0.drop { $0 == " " }.contains(" ") } == [])
      }
    }

    @Test func badArguments() throws {
      try Self.withGuardedRouter(startsGate: false) { guarded in
        func run(_ arguments: String...) throws -> CommandOutcome {
          try CommandOutcome(
            arguments,
            in: guarded.router.namespace,
            scratch: guarded.topology.directory
          )
        }
        #expect(try run("doctor", "--colour").ending == .exited(code: 64))
        let missing = try run("doctor", "--config", "/nonexistent/s.toml")
        #expect(missing.ending == .exited(code: 1))
        #expect(missing.output.contains("run `sallyport setup`"))
        #expect(try run("setup", "--remove", "--force").ending == .exited(code: 64))
        #expect(try run("setup", "--json").ending == .exited(code: 64))
        #expect(try run("setup", "--config", "here.toml").ending == .exited(code: 64))
        let unasked = try run("setup", "--config", "\(guarded.gate.directory)/new.toml")
        #expect(unasked.ending == .exited(code: 1))
        #expect(unasked.output.contains("nobody is here to be asked"))
        let elsewhere = try run("setup", "--dry-run", "--router", "/nonexistent")
        #expect(elsewhere.ending == .exited(code: 1))
        #expect(elsewhere.output.contains("holds the files of neither"))
      }
    }
  }
}
