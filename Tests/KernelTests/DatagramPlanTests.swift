import Kernel
import Testing
import Wire

/// What a plan with UDP gates accepts, and the text that nft gets for it. Needs no rights.
@Suite("A firewall plan for datagrams")
struct DatagramPlanTests {
  private static func gate(
    _ router: String,
    listeningPort: UInt16 = 15_301,
    witnessPort: UInt16 = 15_302,
    whenDown: FirewallPlan.WhenDown = .open
  ) throws -> FirewallPlan.Gate {
    FirewallPlan.Gate(
      transport: .udp(witnessPort: witnessPort),
      router: try #require(Endpoint(router)),
      listeningPort: listeningPort,
      whenDown: whenDown
    )
  }

  @Test("is written as sets and chains in the one table")
  func text() throws {
    let plan = try FirewallPlan(gates: [Self.gate("203.0.113.7:9222")])
    #expect(Firewall.ruleset(for: plan) == Self.expectedText)
  }

  private static let expectedText = """
    table inet sallyport {
      set admitted_0 {
        type ipv4_addr . inet_service
        size 262144
        flags dynamic,timeout
        timeout 1260s
      }
      set pending_0 {
        type ipv4_addr . inet_service
        size 65536
        flags dynamic,timeout
        timeout 10s
      }
      chain untracked_in {
        type filter hook prerouting priority raw; policy accept;
        iifname != "lo" ip daddr 203.0.113.7 udp dport 9222 notrack
      }
      chain untracked_out {
        type filter hook output priority raw; policy accept;
        oifname != "lo" ip saddr 203.0.113.7 udp sport 9222 \
    ip daddr . udp dport != @pending_0 notrack
      }
      chain divert {
        type filter hook prerouting priority mangle; policy accept;
        iifname "lo" ip daddr 127.83.65.76 udp dport 225 tproxy ip to 127.83.0.1:15301 accept
        iifname "lo" ip saddr 203.0.113.7 udp sport 9222 \
    meta mark & 0xff000000 == 0x53000000 goto witness_0
        iifname "lo" accept
        ip daddr 203.0.113.7 udp dport 9222 goto gate_0
      }
      chain spoken {
        type route hook output priority mangle; policy accept;
        ip daddr 203.0.113.7 udp dport 9222 goto verdict_0
        oifname != "lo" ip saddr 203.0.113.7 udp sport 9222 goto answer_0
      }
      chain gate_0 {
        ip saddr . udp sport @admitted_0 accept
        meta l4proto udp tproxy ip to 127.83.0.1:15301 accept
        delete @pending_0 { ip saddr . udp sport }
      }
      chain witness_0 {
        meta l4proto udp tproxy ip to 127.83.0.1:15302 accept
        delete @pending_0 { ip daddr . udp dport } drop
      }
      chain verdict_0 {
        meta mark & 0xff000000 == 0x54000000 update @pending_0 { ip saddr . udp sport } accept
        meta mark & 0xff000000 == 0x54000000 drop
        meta mark & 0xff000000 == 0x55000000 delete @pending_0 { ip saddr . udp sport } \
    update @admitted_0 { ip saddr . udp sport }
      }
      chain answer_0 {
        meta mark & 0xff000000 == 0x56000000 accept
        meta mark & 0xff000000 == 0x55000000 delete @pending_0 { ip daddr . udp dport }
        ip daddr . udp dport @pending_0 ip daddr . udp dport != @admitted_0 \
    meta mark set meta mark & 0x00ffffff | 0x53000000 accept
        update @admitted_0 { ip daddr . udp dport }
      }
    }

    """

  @Test("spreads datagrams over shards by the network of the peer, in both directions alike")
  func shards() throws {
    let plan = try FirewallPlan(
      gates: [Self.gate("203.0.113.7:9222"), Self.gate("[2001:db8::7]:9222")],
      shards: 2,
      steeringSeed: 0xabc
    )
    let text = Firewall.ruleset(for: plan)
    for rule in [
      "jhash @nh,96,24 mod 2 seed 0x00000abc vmap { 0 : jump gate_0_0, 1 : jump gate_0_1 }",
      "jhash @nh,128,24 mod 2 seed 0x00000abc vmap { 0 : jump witness_0_0, 1 : jump witness_0_1 }",
      "jhash @nh,64,48 mod 2 seed 0x00000abc vmap { 0 : jump gate_1_0, 1 : jump gate_1_1 }",
      "jhash @nh,192,48 mod 2 seed 0x00000abc vmap { 0 : jump witness_1_0, 1 : jump witness_1_1 }",
      "meta l4proto udp tproxy ip to 127.83.0.2:15301 accept",
      "meta l4proto udp tproxy ip6 to [100::53:2]:15302 accept",
    ] {
      #expect(text.contains("    \(rule)\n"))
    }
  }

  @Test("says where each shard receives")
  func receivers() throws {
    let plan = try FirewallPlan(
      gates: [Self.gate("203.0.113.7:9222"), Self.gate("[2001:db8::7]:9222")],
      shards: 2
    )
    #expect(plan.strangers(ofGate: 0, shard: 1) == Endpoint("127.83.0.2:15301"))
    #expect(plan.witness(ofGate: 1, shard: 0) == Endpoint("[100::53:1]:15302"))
    #expect(plan.strangers(ofGate: 0, shard: 2) == nil)
    #expect(plan.strangers(ofGate: 2, shard: 0) == nil)
    #expect(plan.witness(ofGate: 0, shard: -1) == nil)
  }

  @Test("derives its marks from the routing mark")
  func marks() throws {
    let marks = try #require(DatagramMarks(after: .standard))
    #expect(marks.trial.rawValue == 0x5400_0000)
    #expect(marks.admit.rawValue == 0x5500_0000)
    #expect(marks.answer.rawValue == 0x5600_0000)
  }

  @Test(
    "refuses a mask without room for four marks",
    arguments: [
      (0x1, 0x1), (0x1, 0x3), (0xfd, 0xff), (0xf000_0000, 0xf000_0000), (0x11, 0x13),
    ] as [(UInt32, UInt32)]
  )
  func narrowMasks(value: UInt32, mask: UInt32) throws {
    let mark = FirewallPlan.Mark(value: value, mask: mask)
    #expect(DatagramMarks(after: mark) == nil)
    let gates = [try Self.gate("203.0.113.7:9222")]
    #expect(throws: FirewallFault.self) { try FirewallPlan(gates: gates, mark: mark) }
  }

  @Test("stands beside a TCP gate of the same router and port")
  func both() throws {
    let udp = try Self.gate("203.0.113.7:9222")
    let tcp = FirewallPlan.Gate(
      transport: .tcp,
      router: udp.router,
      listeningPort: 15_301,
      whenDown: .open
    )
    #expect(throws: Never.self) { try FirewallPlan(gates: [tcp, udp]) }
    #expect(throws: FirewallFault.self) { try FirewallPlan(gates: [udp, udp]) }
  }

  @Test("refuses ports that stand in each other's way")
  func ports() throws {
    for (listening, witness) in [(15_301, 15_301), (9222, 15_302), (15_301, 9222), (15_301, 0)]
      as [(UInt16, UInt16)]
    {
      let gate = try Self.gate(
        "203.0.113.7:9222",
        listeningPort: listening,
        witnessPort: witness
      )
      #expect(throws: FirewallFault.self) { try FirewallPlan(gates: [gate]) }
    }
    let crossed = [
      try Self.gate("203.0.113.7:9222"),
      try Self.gate("203.0.113.8:9222", listeningPort: 15_302, witnessPort: 15_303),
    ]
    #expect(throws: FirewallFault.self) { try FirewallPlan(gates: crossed) }
  }

  @Test("refuses sizes, times and shards out of bounds")
  func numbers() throws {
    let gates = [try Self.gate("203.0.113.7:9222")]
    for flows in [
      DatagramFlows(admittedSize: 0), DatagramFlows(pendingSize: 2_000_000),
      DatagramFlows(admittedSeconds: 0), DatagramFlows(pendingSeconds: 4000),
    ] {
      #expect(throws: FirewallFault.self) { try FirewallPlan(gates: gates, flows: flows) }
    }
    for shards in [0, 65] {
      #expect(throws: FirewallFault.self) { try FirewallPlan(gates: gates, shards: shards) }
    }
  }

  @Test("has one seed for as long as the host runs")
  func seed() {
    #expect(FirewallPlan.steeringSeedOfThisBoot() == FirewallPlan.steeringSeedOfThisBoot())
    #expect(FirewallPlan.steeringSeedOfThisBoot() != 0)
  }
}
