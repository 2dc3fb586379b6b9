import CLinux
import Glibc
import Kernel
import Testing
import Wire

/// Which rights a running gate needs.
@Suite(
  "A gate for datagrams without rights",
  .serialized,
  .enabled(if: NetworkNamespaces.areAllowed, NetworkNamespaces.reason)
)
struct DatagramRightsTests {
  /// Gives up every right of this process but one.
  private static func keepOnly(_ capability: Capability) throws {
    typealias Call = @convention(c) (UnsafeRawPointer, UnsafeRawPointer) -> Int32
    let call = unsafeBitCast(try #require(dlsym(nil, "capset")), to: Call.self)
    // Version 3 of the interface: effective, permitted and inheritable, twice 32 bits of each.
    let header: [UInt32] = [0x2008_0522, 0]
    let kept: UInt32 = 1 << capability.rawValue
    let sets: [UInt32] = [kept, kept, 0, 0, 0, 0]
    _ = try Errno.check(call(header, sets))
  }

  @Test("CAP_NET_RAW alone is enough", arguments: IPFamily.allCases)
  func rawNetworkAlone(family: IPFamily) async throws {
    let world = try DatagramWorld()
    try world.up(DatagramWorld.plan())
    let host = "/run/netns/\(world.pair.host.name)"
    let peer = "/run/netns/\(world.pair.peer.name)"
    let isIPv4 = family == .ipv4
    await #expect(processExitsWith: .success) {
      [host = host as String, peer = peer as String, isIPv4 = isIPv4 as Bool] in
      let family: IPFamily = isIPv4 ? .ipv4 : .ipv6
      let address = isIPv4 ? NamespacePair.peerIPv4 : NamespacePair.peerIPv6
      let router = try DatagramWorld.router(family)
      try #require(linux_enter_network_namespace(peer) == 0)
      let own = Endpoint(address: try #require(SourceAddress(address)), port: 0)
      let peerSocket = try TestDatagramSocket(on: own)
      try #require(linux_enter_network_namespace(host) == 0)
      let routerSocket = try TestDatagramSocket(on: router)
      try Self.keepOnly(.rawNetwork)
      #expect(!Capability.networkAdministration.isHeld && Capability.rawNetwork.isHeld)

      let gate = try TestGate(DatagramWorld.plan(), family, shard: 0)
      try peerSocket.send(testBytes(1), to: router)
      gate.pass(try #require(gate.received().first), \.trial)
      _ = try #require(try routerSocket.received())
      try routerSocket.send(testBytes(2), to: peerSocket.own)
      gate.pass(try #require(gate.received(.witness).first), \.answer)
      #expect(try peerSocket.received()?.source == router)
      try peerSocket.send(testBytes(3), to: router)
      gate.pass(try #require(gate.received().first), \.admit)
      _ = try #require(try routerSocket.received())
      try peerSocket.send(testBytes(4), to: router)
      #expect(try routerSocket.received()?.bytes == testBytes(4))
    }
  }

  @Test("without CAP_NET_RAW a gate says so")
  func noRights() async throws {
    await #expect(processExitsWith: .success) {
      try #require(setuid(65_534) == 0)
      #expect(throws: Errno(rawValue: EPERM)) { _ = try DatagramInjector() }
      let local = Endpoint(address: SourceAddress(ipv4: 0x7f53_0001), port: 15_301)
      #expect(throws: Errno(rawValue: EPERM)) {
        _ = try DatagramSocket(on: local, .diverted, lengths: 40...1472)
      }
    }
  }
}
