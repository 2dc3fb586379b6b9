import Kernel
import Synchronization
import Testing
import Wire

@testable import Lab

/// A stranger cannot tell a guarded router from a bare one.
///
/// Two real i2pd 2.45.1 with one configuration: the same strangers visit both at the same time, and
/// what reached them on the wire is compared.
@Suite(
  .serialized,
  .enabled(if: RealI2PD.isAvailable && TestGate.program != nil, "needs root and i2pd 2.45.1")
)
struct IndistinguishableTests {
  /// i2pd sweeps every 28 to 32 s and leaves what is younger than 10 s alone.
  private static let times = CloseTimes(sweepSeconds: 9.5...43.5)
  private static let patienceNanoseconds = 46 * Nanoseconds.perSecond

  @Test func strangersSeeTheSame() throws {
    let lab = try GuardedI2PD()
    defer { lab.close() }
    let strangers = Strangers.all
    let bare = Mutex<[Experience]>([])
    let thread = LabThread {
      let seen = try? lab.pair.send(
        strangers,
        to: lab.bare.endpoint,
        router: lab.bareFacts,
        times: Self.times,
        patienceNanoseconds: Self.patienceNanoseconds
      )
      bare.withLock { $0 = seen ?? [] }
    }
    let guarded = try lab.pair.send(
      strangers,
      to: lab.guarded.endpoint,
      router: lab.guardedFacts,
      times: Self.times,
      patienceNanoseconds: Self.patienceNanoseconds
    )
    thread.join()
    compare(strangers, bare: bare.withLock { $0 }, guarded: guarded)
  }

  private func compare(_ strangers: [Stranger], bare: [Experience], guarded: [Experience]) {
    #expect(bare.count == strangers.count && guarded.count == strangers.count)
    for ((stranger, bare), guarded) in zip(zip(strangers, bare), guarded) {
      let (left, right) = (bare.sighting, guarded.sighting)
      print("\(stranger.name) | \(left) | \(left == right ? "same" : "\(right)")")
      if let reason = stranger.intendedDifference {
        #expect(left != right, "\(stranger.name) differs no more: \(reason)")
      } else {
        #expect(left == right, "\(stranger.name)")
      }
    }
    let delays = [bare, guarded].map { experiences in
      experiences.compactMap(\.closeDelayNanoseconds).sorted()
    }
    guard let bareMedian = delays[0].median, let guardedMedian = delays[1].median else {
      Issue.record("nobody was closed at once")
      return
    }
    print("closed at once, median: bare \(bareMedian) ns, guarded \(guardedMedian) ns")
    #expect(guardedMedian < bareMedian + 5 * Nanoseconds.perMillisecond)
  }

  @Test func handshakesAreAsQuickAndConnectionsBeginTheSame() throws {
    let lab = try GuardedI2PD()
    defer { lab.close() }
    let targets = [(lab.bare.endpoint, lab.bareFacts), (lab.guarded.endpoint, lab.guardedFacts)]
    var delays: [[UInt64]] = [[], []]
    var ends: [[Endpoint]] = [[], []]
    for round in 0..<60 {
      for (index, (target, facts)) in targets.enumerated() {
        let local = lab.pair.freshEnd()
        let result = try lab.pair.topology.world.namespace.run {
          var options = HandshakeOptions()
          options.stop = .afterMessageTwo
          options.departure = .finish
          return Initiator.handshake(
            to: target,
            from: local.address,
            router: facts,
            options: options
          )
        }
        let delay = try #require(result.messageTwoAfterNanoseconds)
        // The first ones warm both routers up.
        if round >= 10 { delays[index].append(delay) }
        ends[index].append(local)
      }
    }
    let medians = delays.map { $0.sorted().median ?? 0 }
    print("message 2, median of \(delays[0].count): bare \(medians[0]), guarded \(medians[1]) ns")
    #expect(medians[1] < medians[0] + 3 * Nanoseconds.perMillisecond)
    try compareBeginnings(lab, ends)
  }

  /// The first packet of each connection: options, window, segment size, time to live.
  private func compareBeginnings(_ lab: GuardedI2PD, _ ends: [[Endpoint]]) throws {
    let packets = lab.pair.tap.packets.filter { $0.flags & WirePacket.syn != 0 }
    let beginnings = ends.map { ends in
      let addresses = Set(ends.map(\.address))
      return Set(
        packets.filter { addresses.contains($0.destination.address) }.map(\.comparableHeaders)
      )
    }
    print("SYN-ACK, bare: \(beginnings[0])\nguarded: \(beginnings[1])")
    #expect(beginnings[0].count == 1 && beginnings[0] == beginnings[1])
  }
}

extension [UInt64] {
  /// The middle of sorted numbers; nil when there are none.
  var median: UInt64? { isEmpty ? nil : self[count / 2] }
}
