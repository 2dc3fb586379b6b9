internal import Filter
internal import Glibc
internal import Kernel
internal import Proxy
internal import Telemetry
internal import Wire

/// A group whose shards accept NTCP2 connections.
final class ConnectionGroup: GateGroup {
  let plan: GroupPlan
  private var shards: [ShardHandle] = []
  /// How long the shards may take to answer a question, and the pause between two looks whether
  /// they did.
  private static let answerNanoseconds = Nanoseconds.perSecond / 4
  private static let pauseMicroseconds: UInt32 = 500

  private var outcomes: [OutcomeReader] = []
  private let ended = EndCount()
  private var ledger = MatchLedger()
  /// The rules in force, by which shards' answers are explained.
  private var rules: SharedRules

  /// A group that listens where `plan` says, with `count` shards.
  init(
    _ plan: GroupPlan,
    count: UInt32,
    _ bounds: GateBounds,
    _ probes: ProbeTableOwner,
    _ standings: StandingTableOwner,
    people: PeopleBook,
    setup: borrowing GateSetup
  ) throws(GroupFault) {
    self.plan = plan
    rules = setup.rules.program
    let secret = UInt32.random(in: .min ... .max)
    let places = places(for: setup)
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
        let shard = try ShardHandle.start(
          name: "shard \(index)",
          core: nil,
          listeners: listeners,
          policy: setup.policy(
            for: plan.mode,
            shards: count,
            limits: bounds.connections,
            places: places
          ),
          people: people.list,
          probes: probes,
          standings: standings,
          seed: UInt64.random(in: .min ... .max),
          whenEnded: { ended.add() }
        )
        outcomes.append(OutcomeReader(shard.outcomes))
        shards.append(shard)
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
        let listener = try Listener(on: endpoint, isTransparent: plan.mode == .transparent)
        try listener.saveSyns()
        set.append(listener)
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

  /// Gives every signature and rule of `setup` a place to be counted at.
  private func places(for setup: borrowing GateSetup) -> MatchPlaces {
    ledger.assign(
      signatures: setup.rules.signatures.map(\.name),
      rules: setup.rules.rules.map(\.name),
      total: total
    )
  }

  /// What all shards counted at one place.
  private func total(at place: Int) -> MatchCounts {
    shards.reduce(MatchCounts()) { $0 + $1.matches.counts(at: place) }
  }

  var matches: [RuleMatches] { ledger.matches(total: total) }

  func reload(_ setup: borrowing GateSetup, _ bounds: GateBounds) {
    rules = setup.rules.program
    let places = places(for: setup)
    for shard in shards {
      shard.reload(
        setup.policy(
          for: plan.mode,
          shards: UInt32(shards.count),
          limits: bounds.connections,
          places: places
        )
      )
    }
  }

  var busy: [BusySources] { shards.map(\.busy) }

  func heed(_ people: PeopleBook) {
    for shard in shards { shard.heed(people.list) }
  }

  /// Every network is led to one shard: that one remembers it. Asked once more when the shard was
  /// about to take new rules and answered by the old ones.
  func explanation(of source: SourceAddress) -> Explanation? {
    for _ in 0..<2 {
      guard let view = view(of: source) else { return nil }
      if let explanation = Explanation(view, rules) { return explanation }
    }
    return nil
  }

  private func view(of source: SourceAddress) -> SourceView? {
    let asked = shards.filter { $0.ask(about: source) }
    let end = Clock.now.advanced(byNanoseconds: Self.answerNanoseconds)
    while asked.contains(where: { $0.answer == nil }), Clock.now < end {
      usleep(Self.pauseMicroseconds)
    }
    let views = asked.compactMap(\.answer)
    return views.first { $0.isRemembered } ?? views.first
  }

  func tidy() {
    for shard in shards { shard.tidy() }
  }

  func ask(_ wish: ShardControl.Wish) {
    for shard in shards { shard.ask(wish) }
  }

  func drainOutcomes(_ take: (Endpoint, SourceOutcome) -> Void) {
    for reader in outcomes { reader.drain(take) }
  }
}
