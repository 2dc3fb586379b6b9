internal import Filter
internal import Kernel
internal import Proxy
internal import Telemetry
internal import Wire

/// A group whose shards judge SSU2 datagrams.
final class DatagramGroup: GateGroup {
  let plan: GroupPlan
  private var shards: [DatagramShardHandle] = []
  private var outcomes: [OutcomeReader] = []
  private let ended = EndCount()

  /// A group with `count` shards that know the endpoints in `proven` and the sources in
  /// `standings`; `firewall` says where diverted datagrams arrive.
  init(
    _ plan: GroupPlan,
    firewall: FirewallPlan?,
    count: UInt32,
    _ bounds: GateBounds,
    people: PeopleBook,
    setup: borrowing GateSetup,
    proven: [ProvenEntry],
    _ standings: StandingTableOwner
  ) throws(GroupFault) {
    self.plan = plan
    var sets: [Handover<DatagramDoors>] = []
    for shard in 0..<Int(count) {
      sets.append(Handover(try Self.doors(plan, firewall, shard: shard)))
    }
    let known = Self.known(proven, wallSeconds: Clock.wallSeconds)
    for (index, set) in sets.enumerated() {
      let doors = set.take()
      if index == sets.count - 1, count > 1 { try Self.steer(doors, plan, count) }
      let ended = ended
      do throws(Errno) {
        let shard = try DatagramShardHandle.start(
          name: "datagrams \(index)",
          doors: doors,
          policy: setup.policy(for: plan.mode, shard: UInt32(index), of: count, bounds),
          people: people.list,
          known: known,
          standings: standings,
          seed: UInt64.random(in: .min ... .max),
          whenEnded: { ended.add() }
        )
        outcomes.append(OutcomeReader(shard.proven))
        shards.append(shard)
      } catch {
        throw .start(error)
      }
    }
  }

  /// The sockets of one shard.
  private static func doors(
    _ plan: GroupPlan,
    _ firewall: FirewallPlan?,
    shard: Int
  ) throws(GroupFault) -> DatagramDoors {
    var doors = DatagramDoors()
    for endpoint in plan.arrivals { try open(endpoint, .peers, .direct, in: &doors) }
    guard plan.mode == .transparent, let firewall else { return doors }
    var opened: Set<Endpoint> = []
    for index in firewall.gates.indices {
      // Gates of one family share their places.
      if let endpoint = firewall.strangers(ofGate: index, shard: shard),
        opened.insert(endpoint).inserted
      {
        try open(endpoint, .peers, .diverted, in: &doors)
      }
      if let endpoint = firewall.witness(ofGate: index, shard: shard),
        opened.insert(endpoint).inserted
      {
        try open(endpoint, .router, .diverted, in: &doors)
      }
    }
    return doors
  }

  private static func open(
    _ endpoint: Endpoint,
    _ door: DatagramDoor,
    _ reception: DatagramReception,
    in doors: inout DatagramDoors
  ) throws(GroupFault) {
    // What the router sends has to reach the peer, whatever its length.
    let lengths =
      door == .peers
      ? SSU2Bounds.shortestDatagram...SSU2Bounds.longestDatagram
      : 0...DatagramSocket.longestPayloadBytes
    do throws(Errno) {
      doors.append(try DatagramSocket(on: endpoint, reception, lengths: lengths), door)
    } catch {
      throw .listen(endpoint, error)
    }
  }

  /// What is diverted is spread by the kernel's rules.
  private static func steer(
    _ doors: borrowing DatagramDoors,
    _ plan: GroupPlan,
    _ count: UInt32
  ) throws(GroupFault) {
    let secret = UInt32.random(in: .min ... .max)
    for (index, endpoint) in plan.arrivals.enumerated() {
      do throws(Errno) {
        try doors[index].steerByNetwork(
          isIPv4: endpoint.address.isIPv4,
          shards: count,
          secret: secret
        )
      } catch {
        throw .listen(endpoint, error)
      }
    }
  }

  /// The oldest first: where there is no room for all, the last to come are kept. Every shard knows
  /// all of them, since networks are spread anew at each start.
  private static func known(_ proven: [ProvenEntry], wallSeconds: UInt64) -> [KnownEndpoint] {
    proven.reversed().map { entry in
      let ago = wallSeconds - min(entry.wallSeconds, wallSeconds)
      let (nanoseconds, overflow) = ago.multipliedReportingOverflow(by: Nanoseconds.perSecond)
      return KnownEndpoint(
        endpoint: entry.endpoint,
        provenAgoNanoseconds: overflow ? .max : nanoseconds
      )
    }
  }

  var rings: [EventRing] { shards.map(\.ring) }

  var turnCounts: [UInt64] { shards.map(\.control.turnCount) }

  var hasEnded: Bool { ended.count == shards.count }

  var snapshot: Snapshot {
    shards.reduce(Snapshot(layout: ShardHandle.layout)) { $0 + $1.board.snapshot() }
  }

  /// Rules judge connections alone.
  var matches: [RuleMatches] { [] }

  func reload(_ setup: borrowing GateSetup, _ bounds: GateBounds) {
    let count = UInt32(shards.count)
    for (index, shard) in shards.enumerated() {
      shard.reload(setup.policy(for: plan.mode, shard: UInt32(index), of: count, bounds))
    }
  }

  var busy: [BusySources] { shards.map(\.busy) }

  func heed(_ people: PeopleBook) {
    for shard in shards { shard.heed(people.list) }
  }

  /// Sources of datagrams are remembered by other means.
  func explanation(of source: SourceAddress) -> Explanation? { nil }

  /// A policy for datagrams holds nothing that takes time to free.
  func tidy() {}

  func ask(_ wish: ShardControl.Wish) {
    for shard in shards { shard.ask(wish) }
  }

  func drainOutcomes(_ take: (Endpoint, SourceOutcome) -> Void) {
    for reader in outcomes { reader.drain(take) }
  }

  /// A datagram is dropped with all that it said.
  func drainRefusedFlights(_ take: (FlightRing.Flight) -> Void) {}
}
