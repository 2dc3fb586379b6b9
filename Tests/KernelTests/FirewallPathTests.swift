import Foundation
import Kernel
import Testing
import Wire

/// What becomes of real connections under the rules.
@Suite(
  "Connections under the firewall",
  .serialized,
  .enabled(if: NetworkNamespaces.areAllowed, NetworkNamespaces.reason)
)
struct FirewallPathTests {
  @Test(
    "a peer reaches the gate, and the gate the router, both with the peer's own address",
    arguments: IPFamily.allCases,
    [true, false]
  )
  func wholePath(family: IPFamily, isWildcard: Bool) throws {
    let world = try FirewallWorld()
    try world.up(FirewallWorld.plan())
    let gate = try world.listenAsGate(family)
    let router = try world.listenAsRouter(family, isWildcard: isWildcard)
    let session = try RelayedSession(in: world, family, gate: gate, router: router)
    #expect(session.accepted.own == (try FirewallWorld.router(family)))
    #expect(session.accepted.other == session.peer.own)
    #expect(session.router.own == (try FirewallWorld.router(family)))
    #expect(session.router.other?.address == session.peer.own?.address)
    #expect(session.router.other?.port != session.peer.own?.port)
    #expect(try session.echo("hello") == "hello")
  }

  @Test("without a gate, `open` lets new peers through to the router", arguments: IPFamily.allCases)
  func open(family: IPFamily) throws {
    let world = try FirewallWorld()
    try world.up(FirewallWorld.plan(.open))
    let router = try world.listenAsRouter(family)
    let peer = try world.connectAsPeer(family)
    #expect(try router.accepted().other == peer.own)
  }

  @Test("without a gate, `closed` drops new peers in silence", arguments: IPFamily.allCases)
  func closed(family: IPFamily) throws {
    let world = try FirewallWorld()
    try world.up(FirewallWorld.plan(.closed))
    let router = try world.listenAsRouter(family)
    #expect(throws: Errno(rawValue: EINPROGRESS)) { try world.connectAsPeer(family) }
    try world.down()
    _ = try world.connectAsPeer(family)
    _ = try router.accepted()
  }

  @Test("direct sessions from before survive up, up again and down", arguments: IPFamily.allCases)
  func directSessions(family: IPFamily) throws {
    let world = try FirewallWorld()
    let router = try world.listenAsRouter(family)
    let peer = try world.connectAsPeer(family)
    let session = try router.accepted()
    func echo(_ text: String) throws -> String {
      try peer.send(text)
      try session.send(session.received())
      return try peer.received()
    }
    #expect(try echo("before") == "before")
    let gate = try world.listenAsGate(family)
    for _ in 0..<2 {
      try world.up(FirewallWorld.plan())
      #expect(try echo("while up") == "while up")
    }
    _ = try RelayedSession(in: world, family, gate: gate, router: router)
    try world.down()
    #expect(try echo("after") == "after")
  }

  @Test("a session through the gate survives another up", arguments: IPFamily.allCases)
  func relayedSessions(family: IPFamily) throws {
    let world = try FirewallWorld()
    try world.up(FirewallWorld.plan())
    let gate = try world.listenAsGate(family)
    let router = try world.listenAsRouter(family)
    let session = try RelayedSession(in: world, family, gate: gate, router: router)
    try world.up(FirewallWorld.plan())
    #expect(try session.echo("after one more") == "after one more")
    try world.up(FirewallWorld.plan(.open))
    #expect(try session.echo("after another plan") == "after another plan")
  }

  @Test("no peer slips past the gate while the table is replaced", arguments: IPFamily.allCases)
  func replacement(family: IPFamily) throws {
    let world = try FirewallWorld()
    let plan = try FirewallWorld.plan()
    try world.up(plan)
    let gate = try world.listenAsGate(family)
    let router = try world.listenAsRouter(family)
    let replacing = Thread {
      for _ in 0..<40 { try? world.up(plan) }
    }
    replacing.start()
    var peers = 0
    while !replacing.isFinished {
      let peer = try world.connectAsPeer(family)
      #expect(try gate.accepted().other == peer.own)
      peers += 1
    }
    #expect(peers > 40)
    #expect(fcntl(router.descriptor, F_SETFL, O_NONBLOCK) == 0)
    #expect(throws: Errno(rawValue: EAGAIN)) { try router.accepted() }
  }

  @Test("a router that is not there refuses the gate at once", arguments: IPFamily.allCases)
  func refusal(family: IPFamily) throws {
    let world = try FirewallWorld()
    try world.up(FirewallWorld.plan())
    let gate = try world.listenAsGate(family)
    _ = try world.connectAsPeer(family)
    let accepted = try gate.accepted()
    #expect(throws: Errno(rawValue: ECONNREFUSED)) {
      try world.dial(for: accepted, mark: .standard)
    }
  }

  @Test("a canary flies only while the table is there", arguments: [0, 1])
  func canary(index: Int) throws {
    let world = try FirewallWorld()
    let plan = try FirewallWorld.plan()
    let gate = try world.listenAsGate(IPFamily.allCases[index])
    let canary = try #require(plan.canary(ofGate: index))
    let fly = { @Sendable in try world.pair.host.inside { try TestSocket.connected(to: canary) } }
    #expect(throws: Errno(rawValue: ECONNREFUSED)) { try fly() }
    try world.up(plan)
    let flown = try fly()
    let accepted = try gate.accepted()
    #expect(accepted.own == canary)
    #expect(accepted.other == flown.own)
    try world.pair.host.shell("nft delete table inet sallyport")
    #expect(throws: Errno(rawValue: ECONNREFUSED)) { try fly() }
  }
}

/// The rules beside a firewall of the host's own.
@Suite(
  "The firewall beside the host's own",
  .serialized,
  .enabled(if: NetworkNamespaces.areAllowed, NetworkNamespaces.reason)
)
struct HostFirewallTests {
  static func chain(_ hook: String, accepting rules: String) -> String {
    "nft 'add table inet host; add chain inet host \(hook) "
      + "{ type filter hook \(hook) priority 0; policy drop; }; "
      + "add rule inet host \(hook) ct state established,related accept; "
      + "add rule inet host \(hook) ct state invalid drop; "
      + "add rule inet host \(hook) icmpv6 type {nd-neighbor-solicit, nd-neighbor-advert} accept; "
      + "add rule inet host \(hook) \(rules)'"
  }

  @Test(
    "input that drops by default, the router's port allowed, loopback not",
    arguments: IPFamily.allCases
  )
  func inputDrops(family: IPFamily) throws {
    let world = try FirewallWorld()
    try world.pair.host.shell(Self.chain("input", accepting: "tcp dport 17654 accept"))
    try world.up(FirewallWorld.plan())
    let gate = try world.listenAsGate(family)
    let router = try world.listenAsRouter(family)
    let session = try RelayedSession(in: world, family, gate: gate, router: router)
    #expect(try session.echo("hello") == "hello")
    let tracked = try world.pair.host.shell("cat /proc/net/nf_conntrack")
    let outside = try #require(session.peer.own?.port)
    let inside = try #require(session.dialled.own?.port)
    #expect(!tracked.contains("sport=\(outside) "))
    #expect(tracked.contains("sport=\(inside) "))
  }

  @Test("output that drops by default needs connection tracking", arguments: IPFamily.allCases)
  func outputDrops(family: IPFamily) throws {
    let world = try FirewallWorld()
    try world.pair.host.shell(Self.chain("output", accepting: "oifname lo accept"))
    try world.up(FirewallPlan(gates: FirewallWorld.gates(), connectionTracking: .kept))
    let gate = try world.listenAsGate(family)
    let router = try world.listenAsRouter(family)
    let session = try RelayedSession(in: world, family, gate: gate, router: router)
    #expect(try session.echo("hello") == "hello")
    try world.up(FirewallWorld.plan())
    #expect(throws: Errno(rawValue: EINPROGRESS)) { try world.connectAsPeer(family) }
  }

  @Test("direct sessions that were tracked survive up", arguments: IPFamily.allCases)
  func trackedSessions(family: IPFamily) throws {
    let world = try FirewallWorld()
    try world.pair.host.shell(Self.chain("input", accepting: "tcp dport 17654 accept"))
    let router = try world.listenAsRouter(family)
    let peer = try world.connectAsPeer(family)
    let session = try router.accepted()
    try world.up(FirewallWorld.plan())
    try peer.send("hello")
    #expect(try session.received() == "hello")
    try session.send("answer")
    #expect(try peer.received() == "answer")
  }
}
