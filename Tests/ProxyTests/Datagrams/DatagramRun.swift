import Filter
import Kernel
import Telemetry
import Wire

@testable import Proxy

/// A datagram shard in a made-up world, with a router behind it.
final class DatagramRun {
  let world: DatagramWorld
  let router: SSU2TestRouter
  let board = CounterBoard(layout: ShardHandle.layout)
  let ring = EventRing()
  let proven = EndpointRing()
  let mailbox = PolicyMailbox<DatagramPolicy>()
  let control = ShardControl()
  let people = PolicyMailbox<PeopleList>()
  let busy = BusySourcesOwner()
  private(set) var shard: DatagramShard<MadeUpDatagramNetwork>
  private(set) var isRunning = true

  init(
    seed: UInt64,
    _ kind: RouterKind = .i2pd,
    limits: DatagramLimits = DatagramLimits(),
    flows: FlowLimits = FlowLimits(),
    isProxy: Bool = false,
    known: [KnownEndpoint] = []
  ) {
    let world = DatagramWorld(seed: seed)
    world.isProxy = isProxy
    let router = SSU2TestRouter(world, kind)
    world.router = { [unowned router] in router.receive($0) }
    self.world = world
    self.router = router
    let instruments = ShardInstruments(
      counters: board.makeWriter(),
      events: ring.makeWriter(),
      mailbox: mailbox,
      control: control,
      people: people,
      busy: busy.sources
    )
    shard = DatagramShard(
      network: MadeUpDatagramNetwork(world),
      policy: Self.policy(kind, limits: limits, flows: flows, isProxy: isProxy),
      instruments: instruments,
      proven: proven.makeWriter(),
      known: known,
      seed: seed
    )
  }

  static func policy(
    _ kind: RouterKind,
    limits: DatagramLimits = DatagramLimits(),
    flows: FlowLimits = FlowLimits(),
    isProxy: Bool = false
  ) -> DatagramPolicy {
    DatagramPolicy(
      facts: SSU2TestRouter.facts(kind),
      limits: limits,
      flows: flows,
      way: isProxy ? .fixed(SSU2TestRouter.endpoint) : .original(DatagramWorld.marks)
    )
  }

  /// An endpoint in a /24 of its own.
  static func endpoint(_ number: Int, port: UInt16 = 9_222) -> Endpoint {
    Endpoint(address: SourceAddress(ipv4: 0x0b40_0001 + UInt32(number) << 8), port: port)
  }

  /// A peer that begins after so long.
  @discardableResult
  func peer(
    _ number: Int,
    _ aim: DatagramPeer.Aim = .session,
    afterNanoseconds delay: UInt64 = 0
  ) -> DatagramPeer {
    let peer = DatagramPeer(world, Self.endpoint(number), aim)
    world.after(delay) { peer.begin() }
    return peer
  }

  func turn() {
    guard isRunning else { return }
    isRunning = shard.turn()
  }

  /// Turns for so long.
  func run(seconds: UInt64) {
    let end = world.now + seconds * Nanoseconds.perSecond
    while isRunning, world.now < end { turn() }
  }

  /// How often a verdict was given for a reason.
  func count(_ verdict: Verdict, _ reason: Reason) -> UInt64 {
    board.snapshot().count(verdict: Int(verdict.rawValue), reason: Int(reason.rawValue))
  }

  /// How often a verdict was given.
  func count(_ verdict: Verdict) -> UInt64 {
    Reason.allCases.reduce(0) { $0 + count(verdict, $1) }
  }
}
