import Glibc
import Testing
import Wire

@testable import Kernel
@testable import Lab

extension GateTests {
  /// The gate's own dials have the peers' addresses, and so may meet the peers' connections.
  @Suite struct Dialling {
    private static let heldCount: UInt16 = 100
    private static let handshakeCount = 20

    /// Connections from the ports that the gate would dial from next, as a carrier's address has
    /// them; their descriptors.
    private static func hold(_ guarded: GuardedI2PD, from source: SourceAddress) throws -> [Int32] {
      let target = guarded.router.endpoint
      return try guarded.topology.world.namespace.run {
        try (0..<heldCount).map { number in
          try TCPSocket.connected(
            to: target,
            from: Endpoint(address: source, port: PeerDialer.ports.lowerBound + number),
            timeoutNanoseconds: GateTests.second
          ).release()
        }
      }
    }

    private static func isOpen(_ descriptor: Int32) -> Bool {
      var byte: UInt8 = 0
      return recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT)) < 0 && errno == EAGAIN
    }

    @Test func aDialLeavesTheOtherConnectionsOfItsAddressAlone() throws {
      try GateTests.withGuardedRouter { guarded in
        let source = guarded.newSource()
        let held = try Self.hold(guarded, from: source)
        defer { held.forEach { close($0) } }
        for _ in 0..<Self.handshakeCount {
          let start = Clock.now
          let result = try guarded.handshake(from: source)
          #expect(result.end == .established)
          // A SYN that found no router is sent again after a second.
          #expect(Clock.now.nanoseconds(since: start) < GateTests.second)
        }
        #expect(held.allSatisfy(Self.isOpen))
      }
    }
  }
}
