import Kernel
import Testing
import Wire

/// What a plan accepts, and the text that nft gets for it. Needs no rights.
@Suite("A firewall plan")
struct FirewallPlanTests {
  private static func gate(
    _ router: String,
    listeningPort: UInt16 = 19_111,
    whenDown: FirewallPlan.WhenDown = .closed
  ) throws -> FirewallPlan.Gate {
    FirewallPlan.Gate(
      transport: .tcp,
      router: try #require(Endpoint(router)),
      listeningPort: listeningPort,
      whenDown: whenDown
    )
  }

  @Test("is written as one table of our own")
  func text() throws {
    let plan = try FirewallPlan(gates: [
      Self.gate("203.0.113.7:17654"), Self.gate("[2001:db8::7]:17654", whenDown: .open),
    ])
    #expect(
      Firewall.ruleset(for: plan) == """
        table inet sallyport {
          chain untracked_in {
            type filter hook prerouting priority raw; policy accept;
            iifname != "lo" ip daddr 203.0.113.7 tcp dport 17654 notrack
            iifname != "lo" ip6 daddr 2001:db8::7 tcp dport 17654 notrack
          }
          chain untracked_out {
            type filter hook output priority raw; policy accept;
            oifname != "lo" ip saddr 203.0.113.7 tcp sport 17654 notrack
            oifname != "lo" ip6 saddr 2001:db8::7 tcp sport 17654 notrack
          }
          chain divert {
            type filter hook prerouting priority mangle; policy accept;
            iifname "lo" ip daddr 127.83.65.76 tcp dport 225 tproxy ip to :19111 accept
            iifname "lo" ip6 daddr ::1 tcp dport 226 tproxy ip6 to :19111 accept
            iifname "lo" accept
            ip daddr 203.0.113.7 tcp dport 17654 goto gate_0
            ip6 daddr 2001:db8::7 tcp dport 17654 goto gate_1
          }
          chain refusal {
            type route hook output priority mangle; policy accept;
            oifname != "lo" ip saddr 203.0.113.7 tcp sport 17654 \
        tcp flags & (rst | ack) == rst | ack tcp sequence 0 \
        meta mark set meta mark & 0x00ffffff | 0x53000000
            oifname != "lo" ip6 saddr 2001:db8::7 tcp sport 17654 \
        tcp flags & (rst | ack) == rst | ack tcp sequence 0 \
        meta mark set meta mark & 0x00ffffff | 0x53000000
          }
          chain gate_0 {
            meta l4proto tcp tproxy ip to :19111 accept
            tcp flags & (fin | syn | rst | ack) == syn drop
          }
          chain gate_1 {
            meta l4proto tcp tproxy ip6 to :19111 accept
          }
        }

        """
    )
  }

  @Test("keeps connection tracking when asked to")
  func tracking() throws {
    let plan = try FirewallPlan(
      gates: [Self.gate("203.0.113.7:17654")],
      connectionTracking: .kept
    )
    #expect(!Firewall.ruleset(for: plan).contains("notrack"))
  }

  @Test("gives every gate a canary of its own")
  func canaries() throws {
    let plan = try FirewallPlan(gates: [
      Self.gate("203.0.113.7:17654"), Self.gate("[2001:db8::7]:17654"),
    ])
    #expect(plan.canary(ofGate: 0) == Endpoint("127.83.65.76:225"))
    #expect(plan.canary(ofGate: 1) == Endpoint("[::1]:226"))
    #expect(plan.canary(ofGate: 2) == nil)
    #expect(plan.canary(ofGate: -1) == nil)
  }

  @Test(
    "refuses a router's address at which no peer arrives",
    arguments: [
      "127.0.0.1:1", "0.0.0.0:1", "224.0.0.1:1", "255.255.255.255:1", "[::1]:1", "[::]:1",
      "[ff02::1]:1", "203.0.113.7:0",
    ]
  )
  func addresses(router: String) throws {
    #expect(throws: FirewallFault.self) { try FirewallPlan(gates: [Self.gate(router)]) }
  }

  @Test("refuses gates that stand in each other's way")
  func gates() throws {
    #expect(throws: FirewallFault.self) { try FirewallPlan(gates: []) }
    let gate = try Self.gate("203.0.113.7:17654")
    #expect(throws: FirewallFault.self) { try FirewallPlan(gates: [gate, gate]) }
    #expect(throws: FirewallFault.self) {
      try FirewallPlan(gates: [Self.gate("203.0.113.7:17654", listeningPort: 17_654)])
    }
    let many = try (1...17).map { try Self.gate("203.0.113.\($0):17654") }
    #expect(throws: FirewallFault.self) { try FirewallPlan(gates: many) }
    #expect(throws: Never.self) { try FirewallPlan(gates: Array(many.dropLast())) }
  }

  @Test("refuses marks, tables and priorities that cannot work")
  func numbers() throws {
    let gates = [try Self.gate("203.0.113.7:17654")]
    for (value, mask) in [(0, 0xff), (0x100, 0xff), (1, 0)] as [(UInt32, UInt32)] {
      #expect(throws: FirewallFault.self) {
        try FirewallPlan(gates: gates, mark: .init(value: value, mask: mask))
      }
    }
    for table: UInt32 in [0, 253, 254, 255] {
      #expect(throws: FirewallFault.self) {
        try FirewallPlan(gates: gates, routingTable: table)
      }
    }
    for priority: UInt32 in [0, 32_766, .max] {
      #expect(throws: FirewallFault.self) {
        try FirewallPlan(gates: gates, rulePriority: priority)
      }
    }
  }
}
