import Filter
import Foundation
import Testing
import Wire

@testable import Lab
@testable import sallyport

extension GateTests {
  /// What a gate knows of peers from before its start.
  @Suite struct KnownPeers {
    /// Neighbours of `peer` come until one of them finds its network's bound used up; whether one
    /// did.
    private static func useUpNetwork(of peer: SourceAddress, _ guarded: GuardedI2PD) throws -> Bool
    {
      for host in 1...40 as ClosedRange<UInt32> {
        let neighbour = SourceAddress(ipv4: peer.ipv4 & 0xffff_ff00 | (peer.ipv4 &+ host) & 0xff)
        guard try guarded.handshake(from: neighbour).end == .established else { return true }
      }
      return false
    }

    @Test func aKnownPeerIsNotRefusedForItsNeighboursAfterARestart() throws {
      var settings = LabGateSettings()
      settings.limits = ["network-rate-per-second": "1", "network-rate-burst": "4"]
      try GateTests.withGuardedRouter(settings) { guarded in
        let (peer, stranger) = (guarded.newSource(), guarded.newSource())
        #expect(try guarded.handshake(from: peer).end == .established)
        #expect(guarded.gate.stop() == .exited(code: 0))
        try guarded.gate.start()
        #expect(try Self.useUpNetwork(of: peer, guarded))
        #expect(try guarded.handshake(from: peer).end == .established)
        // Whom no life of this gate has met is refused with its neighbours.
        #expect(try Self.useUpNetwork(of: stranger, guarded))
        #expect(try guarded.handshake(from: stranger).end != .established)

        #expect(guarded.gate.stop() == .exited(code: 0))
        try FileManager.default.removeItem(atPath: "\(guarded.gate.directory)/state.sqlite")
        try guarded.gate.start()
        #expect(try Self.useUpNetwork(of: peer, guarded))
        #expect(try guarded.handshake(from: peer).end != .established)
        #expect(!guarded.gate.log.contains("was set aside"), "\(guarded.gate.log)")
      }
    }

    @Test func aDamagedStateFileIsSetAsideAndTheGateGuards() throws {
      try GateTests.withGuardedRouter { guarded in
        #expect(guarded.gate.stop() == .exited(code: 0))
        let path = "\(guarded.gate.directory)/state.sqlite"
        try Files.write("nonsense", to: path)
        try guarded.gate.start()
        #expect(guarded.gate.log.contains("was set aside"))
        #expect(Files.text(path + ".broken") == "nonsense")
        #expect(try guarded.handshake().end == .established)
      }
    }
  }
}

/// The netDb of real routers.
@Suite(.enabled(if: LabNeeds.routers, LabNeeds.why), .serialized)
struct RealNetDbTests {
  @Test(.timeLimit(.minutes(6)))
  func theNetDbOfI2PDListsItsPeers() throws {
    let network = try LabNetwork.start(routers: 4)
    defer { network.stop() }
    _ = try network.waitForSessions()
    for router in network.routers {
      let others = network.routers.filter { $0.number != router.number }.map(\.endpoint.address)
      var scan = NetDbScan(routerDirectory: router.directory)
      var listed: [SourceAddress] = []
      _ = Pause.until(timeoutNanoseconds: 60 * Nanoseconds.perSecond) {
        var progress = scan.advance()
        while progress == .underWay { progress = scan.advance() }
        guard case .listed(let addresses) = progress else { return false }
        listed = addresses
        return Set(others).isSubset(of: addresses)
      }
      #expect(Set(others).isSubset(of: listed), "\(listed)")
    }
  }
}
