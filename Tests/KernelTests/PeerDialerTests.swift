import CLinux
import Glibc
import Testing
import Wire

@testable import Kernel

/// From which ports the router is dialled in a peer's name.
@Suite(.enabled(if: geteuid() == 0, "needs root, to take others' addresses"))
struct PeerDialerTests {
  private static let peer = SourceAddress(ipv4: 0x7f09_0909)
  private static let loopback = [SourceAddress(ipv4: 0x7f00_0001), SourceAddress(high: 0, low: 1)]

  @Test(arguments: loopback)
  func aConnectionOfThisHostIsSeenAndAListenerIsNone(address: SourceAddress) throws {
    let router = try TestSocket.listening(
      on: Endpoint(address: address, port: 0),
      isTransparent: false
    )
    let endpoint = try #require(router.own)
    let client = try TestSocket.connected(to: endpoint)
    let accepted = try router.accepted()
    let own = try #require(client.own)
    let neighbour = Endpoint(address: own.address, port: own.port ^ 1)
    let elsewhere = Endpoint(address: address, port: endpoint.port ^ 1)
    let dialer = PeerDialer()
    let isTaken = [
      dialer.isTaken(own, at: endpoint), dialer.isTaken(neighbour, at: endpoint),
      dialer.isTaken(own, at: elsewhere),
    ]
    #expect(isTaken == [true, false, false])
    withExtendedLifetime((client, accepted)) {}
  }

  @Test func portsAreTakenInTurnAndTakenOnesLeftOut() throws {
    let router = try TestSocket.listening(
      on: Endpoint(address: Self.loopback[0], port: 0),
      isTransparent: false
    )
    let endpoint = try #require(router.own)
    let first = PeerDialer.ports.lowerBound
    // Another program listens at the second one.
    let other = try TestSocket.listening(
      on: Endpoint(address: Self.peer, port: first + 1),
      isTransparent: false
    )
    var dialer = PeerDialer()
    #expect(try Self.port(&dialer, endpoint) == first)
    #expect(try Self.port(&dialer, endpoint) == first + 2)
    // The next is the caller's own.
    #expect(try Self.port(&dialer, endpoint, isAlone: true) == first + 4)
    withExtendedLifetime((router, other)) {}
  }

  private static func port(
    _ dialer: inout PeerDialer,
    _ router: Endpoint,
    isAlone: Bool = false
  ) throws -> UInt16 {
    let caller = Endpoint(address: peer, port: PeerDialer.ports.lowerBound + 3)
    switch dialer.dial(router, from: caller, isAlone: isAlone, mark: PacketMark(rawValue: 0)) {
    case .connecting(let socket):
      let own = socket.localEndpoint()
      return try #require(own).port
    case .refused: throw Errno(rawValue: ECONNREFUSED)
    case .descriptorsShort: throw Errno(rawValue: EMFILE)
    case .forbidden(let errno): throw errno
    }
  }
}
