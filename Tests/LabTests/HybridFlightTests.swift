import Filter
import Foundation
import Kernel
import Testing
import Wire

@testable import Lab

/// Hybrid first flights: passed on as they are to a router that publishes the form, else garbage.
@Suite(.enabled(if: LabNeeds.gate, "needs the gate's program beside the tests"))
struct HybridFlightTests {
  private static let patienceNanoseconds = 2 * Nanoseconds.perSecond

  /// A router of which there are files alone, a listener in its place, and a gate before it.
  private final class Scene {
    let directory: String
    let facts: RouterFacts
    let gate: LabGate
    let listener: TCPSocket
    let endpoint: Endpoint

    init(publishing form: HybridForm?) throws {
      directory = NSTemporaryDirectory() + "sallyport-hybrid-\(UUID().uuidString)"
      try Files.makeDirectory(directory + "/router")
      // An address of this scene alone: tests of this and of other processes run beside it.
      let own = UInt32(bitPattern: getpid()) & 0xffff
      let address = SourceAddress(
        ipv4: 0x7f00_0000 | UInt32(64 + SerialNumber.next() % 64) << 16 | own
      )
      endpoint = Endpoint(address: address, port: 17_654)
      let upstream = Endpoint(address: endpoint.address, port: 17_655)
      let identity = LabIdentity()
      try JavaRouterDirectory.write(
        identity,
        at: endpoint,
        networkIdentifier: 99,
        wallSeconds: Clock.wallSeconds,
        hybrid: form,
        directory: directory + "/router"
      )
      facts = identity.facts(at: endpoint, networkIdentifier: 99)
      listener = try TCPSocket.listening(at: upstream)
      listener.limitWaiting(toNanoseconds: HybridFlightTests.patienceNanoseconds)
      var settings = LabGateSettings()
      settings.mode = .proxy(upstream: upstream)
      gate = try LabGate(
        before: GuardedRouter(
          kind: .java,
          directory: directory + "/router",
          endpoint: endpoint,
          namespace: nil
        ),
        settings: settings,
        directory: directory + "/gate"
      )
      try gate.start()
    }

    deinit {
      gate.kill()
      Files.removeTree(directory)
    }

    func flight(_ form: HybridForm, fault: FirstFlightFault = .none) -> [UInt8] {
      Stranger.flight(facts) {
        $0.hybrid = form
        $0.fault = fault
        $0.padding = Primitives.randomBytes(40)
      }
    }

    func send(_ flight: [UInt8]) throws -> TCPSocket {
      let peer = try TCPSocket.connected(
        to: endpoint,
        timeoutNanoseconds: HybridFlightTests.patienceNanoseconds
      )
      let isSent = peer.send(flight)
      #expect(isSent)
      return peer
    }
  }

  @Test(arguments: HybridForm.allCases)
  func publishedFormPassesVerbatim(form: HybridForm) throws {
    let scene = try Scene(publishing: form)
    let flight = scene.flight(form)
    let peer = try scene.send(flight)
    guard let accepted = TCPSocket.accept(on: scene.listener.rawValue) else {
      Issue.record("nobody was dialled: \(scene.gate.log)")
      return
    }
    accepted.limitWaiting(toNanoseconds: Self.patienceNanoseconds)
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while received.count < flight.count, let count = accepted.receive(into: &buffer), count > 0 {
      received += buffer[..<count]
    }
    #expect(received == flight)
    let isCounted = Pause.until(timeoutNanoseconds: Self.patienceNanoseconds) {
      (try? scene.gate.status())?.count(.admit, .proven) == 1
    }
    #expect(isCounted)
    _ = consume peer
  }

  @Test func brokenFramesAreRefused() throws {
    let scene = try Scene(publishing: .mlkem768)
    for fault in [FirstFlightFault.brokenFrame, .brokenKeyFrame, .wrongStaticKey] {
      let peer = try scene.send(scene.flight(.mlkem768, fault: fault))
      var buffer: [UInt8] = [0]
      let count = peer.receive(into: &buffer)
      #expect(count == 0, "\(fault): not closed, or answered")
    }
    let isCounted = Pause.until(timeoutNanoseconds: Self.patienceNanoseconds) {
      (try? scene.gate.status())?.count(.refuse, .unauthenticated) == 3
    }
    #expect(isCounted)
    #expect(try scene.gate.status().count(.admit) == 0)
  }

  @Test func unpublishedFormIsRefused() throws {
    let scene = try Scene(publishing: nil)
    let peer = try scene.send(scene.flight(.mlkem768))
    var buffer: [UInt8] = [0]
    let count = peer.receive(into: &buffer)
    #expect(count == 0, "not closed, or answered")
    let status = try scene.gate.status()
    #expect(status.count(.refuse, .hybridUnpublished) == 1 && status.count(.admit) == 0)
  }
}
