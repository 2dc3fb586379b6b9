internal import Filter
internal import Kernel
internal import Proxy
internal import Telemetry
internal import Wire

/// A group whose shards accept NTCP2 connections.
final class ConnectionGroup: GateGroup {
  let plan: GroupPlan
  private var shards: [ShardHandle] = []
  private let ended = EndCount()

  /// A group that listens where `plan` says, with `count` shards.
  init(
    _ plan: GroupPlan,
    count: UInt32,
    _ bounds: GateBounds,
    _ probes: ProbeTableOwner,
    people: PeopleBook,
    setup: borrowing GateSetup
  ) throws(GroupFault) {
    self.plan = plan
    let secret = UInt32.random(in: .min ... .max)
    var sets: [Handover<ListenerSet>] = []
    try Self.checkFree(plan.arrivals)
    for _ in 0..<count { sets.append(Handover(try Self.listen(plan))) }
    for (index, set) in sets.enumerated() {
      let listeners = set.take()
      if index == sets.count - 1, count > 1 {
        try Self.steer(listeners, plan.arrivals, count, secret)
      }
      let ended = ended
      do throws(Errno) {
        shards.append(
          try ShardHandle.start(
            name: "shard \(index)",
            core: nil,
            listeners: listeners,
            policy: setup.policy(for: plan.mode, shards: count, limits: bounds.connections),
            people: people.list,
            probes: probes,
            seed: UInt64.random(in: .min ... .max),
            whenEnded: { ended.add() }
          )
        )
      } catch {
        throw .start(error)
      }
    }
  }

  private static func checkFree(_ endpoints: [Endpoint]) throws(GroupFault) {
    for endpoint in endpoints {
      do throws(Errno) {
        try Listener.checkFree(endpoint)
      } catch {
        throw .listen(endpoint, error)
      }
    }
  }

  private static func listen(_ plan: GroupPlan) throws(GroupFault) -> ListenerSet {
    var set = ListenerSet()
    for endpoint in plan.arrivals {
      do throws(Errno) {
        set.append(try Listener(on: endpoint, isTransparent: plan.mode == .transparent))
      } catch {
        throw .listen(endpoint, error)
      }
    }
    return set
  }

  private static func steer(
    _ listeners: borrowing ListenerSet,
    _ endpoints: [Endpoint],
    _ count: UInt32,
    _ secret: UInt32
  ) throws(GroupFault) {
    for (index, endpoint) in endpoints.enumerated() {
      do throws(Errno) {
        try listeners.steerByNetwork(
          index,
          isIPv4: endpoint.address.isIPv4,
          shards: count,
          secret: secret
        )
      } catch {
        throw .listen(endpoint, error)
      }
    }
  }

  var rings: [EventRing] { shards.map(\.ring) }

  var turnCounts: [UInt64] { shards.map(\.control.turnCount) }

  var hasEnded: Bool { ended.count == shards.count }

  var snapshot: Snapshot {
    shards.reduce(Snapshot(layout: ShardHandle.layout)) { $0 + $1.board.snapshot() }
  }

  func reload(_ setup: borrowing GateSetup, _ bounds: GateBounds) {
    for shard in shards {
      shard.reload(
        setup.policy(
          for: plan.mode,
          shards: UInt32(shards.count),
          limits: bounds.connections
        )
      )
    }
  }

  var busy: [BusySources] { shards.map(\.busy) }

  func heed(_ people: PeopleBook) {
    for shard in shards { shard.heed(people.list) }
  }

  func ask(_ wish: ShardControl.Wish) {
    for shard in shards { shard.ask(wish) }
  }

  /// A connection's address needs no proof.
  func drainProven(into keeper: inout ProvenKeeper, wallSeconds: UInt64) {}
}
