internal import Filter
internal import Glibc
internal import Kernel
internal import Proxy
internal import Telemetry
internal import Wire

/// The shards that stand behind one listening port: those of all diverted gates together, or of one
/// gate in proxy mode.
final class GateGroup {
  /// Why a group can't start.
  enum Fault: Error {
    /// A listener can't be had.
    case listen(Endpoint, Errno)
    /// A thread or its descriptors can't be had.
    case start(Errno)
  }

  /// How the group's connections reach the router.
  let mode: GateSettings.Mode
  /// Its shards.
  private(set) var shards: [ShardHandle] = []
  /// How many shards have ended.
  let ended = EndCount()

  /// A group that listens on `endpoints`, with `count` shards.
  init(
    _ mode: GateSettings.Mode,
    endpoints: [Endpoint],
    count: UInt32,
    limits: LimitSettings,
    setup: borrowing GateSetup,
    probes: ProbeTableOwner
  ) throws(Fault) {
    self.mode = mode
    let secret = UInt32.random(in: .min ... .max)
    var sets: [Handover<ListenerSet>] = []
    try Self.checkFree(endpoints)
    for _ in 0..<count { sets.append(Handover(try Self.listen(endpoints, mode))) }
    for (index, set) in sets.enumerated() {
      let listeners = set.take()
      if index == sets.count - 1, count > 1 {
        try Self.steer(listeners, endpoints, count, secret)
      }
      let ended = ended
      do throws(Errno) {
        shards.append(
          try ShardHandle.start(
            name: "shard \(index)",
            core: nil,
            listeners: listeners,
            policy: setup.policy(for: mode, shards: count, limits: limits),
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

  private static func checkFree(_ endpoints: [Endpoint]) throws(Fault) {
    for endpoint in endpoints {
      do throws(Errno) {
        try Listener.checkFree(endpoint)
      } catch {
        throw .listen(endpoint, error)
      }
    }
  }

  private static func listen(
    _ endpoints: [Endpoint],
    _ mode: GateSettings.Mode
  ) throws(Fault) -> ListenerSet {
    var set = ListenerSet()
    for endpoint in endpoints {
      do throws(Errno) {
        set.append(try Listener(on: endpoint, isTransparent: mode == .transparent))
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
  ) throws(Fault) {
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

  /// Gives every shard the policy of a new setup.
  func reload(_ setup: borrowing GateSetup, limits: LimitSettings) {
    for shard in shards {
      shard.reload(setup.policy(for: mode, shards: UInt32(shards.count), limits: limits))
    }
  }

  /// Asks every shard for something.
  func ask(_ wish: ShardControl.Wish) {
    for shard in shards { shard.ask(wish) }
  }

  /// Whether all shards have ended.
  var hasEnded: Bool { ended.count == shards.count }

  /// The numbers of all shards together.
  var snapshot: Snapshot {
    shards.reduce(Snapshot(layout: ShardHandle.layout)) { $0 + $1.board.snapshot() }
  }
}

/// Carries a value with one owner through a list.
private final class Handover<Value: ~Copyable> {
  private var value: Value?

  init(_ value: consuming Value) {
    self.value = consume value
  }

  func take() -> Value {
    guard let value = value.take() else { preconditionFailure("handed over twice") }
    return value
  }
}
