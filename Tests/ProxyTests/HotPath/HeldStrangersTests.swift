import AllocationCounter
import CLinux
import Filter
import Telemetry
import Testing
import Wire

@testable import Proxy

/// What a hundred thousand held strangers cost, and those who come while they are held.
@Suite("A hundred thousand strangers")
struct HeldStrangersTests {
  private static let count = 100_000

  private static var limits: LimitSettings {
    var limits = LimitSettings()
    limits.heldStrangers = UInt32(count)
    limits.openSessions = 64
    limits.replayRecords = 256
    // A record for each address and each network.
    limits.sourceRecords = UInt32(2 * count)
    limits.gateRate = RateLimit(perSecond: 1_000_000, burst: 1_000_000)
    return limits
  }

  @Test("Each takes less than a kilobyte of the shard's memory")
  func memory() throws {
    let (less, more) = (try Self.bytes(strangers: 1), try Self.bytes(strangers: Self.count))
    let each = (more - less) / (Self.count - 1)
    print("a held stranger takes \(each) bytes of the shard's memory")
    #expect(each > 100)
    #expect(each <= 1_024)
  }

  /// Bytes that a shard for so many strangers asks for; it asks for no more when they come.
  private static func bytes(strangers count: Int) throws -> Int {
    var limits = limits
    limits.heldStrangers = UInt32(count)
    limits.sourceRecords = UInt32(2 * count)
    let world = SimulatedWorld(seed: 1)
    let policy = try TestRouter.policy(limits: limits)
    let instruments = ShardInstruments(
      counters: CounterBoard(layout: ShardHandle.layout).makeWriter(),
      events: EventRing().makeWriter(),
      mailbox: PolicyMailbox<Policy>(),
      control: ShardControl()
    )
    var givenPolicy = Optional(policy)
    var givenInstruments = Optional(instruments)
    let cost = AllocationCounter.measure {
      guard let policy = givenPolicy.take(), let instruments = givenInstruments.take() else {
        return
      }
      _ = Shard(
        network: SimulatedNetwork(world: world),
        policy: policy,
        instruments: instruments,
        seed: 1
      )
    }
    return Int(cost.bytes)
  }

  @Test("A handshake, and the end of all of them, take little of any turn")
  func turns() throws {
    let run = try SimulationRun(seed: 1, limits: Self.limits)
    let world = run.world
    var added = 0
    while added < Self.count {
      for _ in 0..<64 where added < Self.count {
        added += 1
        let address = SourceAddress(ipv4: 0x1000_0000 + UInt32(added) << 6)
        let link = SimulatedLink(
          world,
          remote: Endpoint(address: address, port: 1_024),
          isConnecting: false
        )
        world.backlogs[0].append(SimulatedWorld.Arrival(link: link))
      }
      _ = run.shard.turn()
    }
    #expect(run.shard.strangers.count == Self.count)
    let peer = run.connect(.honest, from: SourceAddress(ipv4: 0x0a00_0001), afterNanoseconds: 0)
    let served = Self.dearest(run) { peer.isServed && run.shard.sessions.count == 0 }
    let ended = Self.dearest(run) { run.shard.strangers.count == 0 }
    #expect(peer.isServed)
    #expect(run.shard.strangers.count == 0)
    print("dearest turn: \(served / 1_000) us in a handshake, \(ended / 1_000) us at the sweep")
    #expect(served < 50 * Nanoseconds.perMillisecond)
    #expect(ended < 50 * Nanoseconds.perMillisecond)
  }

  /// Processor time of the dearest turn until something is so, or for a minute of made-up time.
  private static func dearest(_ run: SimulationRun, until isDone: () -> Bool) -> UInt64 {
    let end = run.world.now + 60 * Nanoseconds.perSecond
    var most: UInt64 = 0
    while !isDone(), run.world.now < end {
      var before: UInt64 = 0
      var after: UInt64 = 0
      linux_thread_processor_nanoseconds(&before)
      _ = run.shard.turn()
      linux_thread_processor_nanoseconds(&after)
      most = max(most, after - before)
    }
    return most
  }
}
