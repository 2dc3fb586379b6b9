internal import Filter
internal import Kernel
internal import Proxy
internal import Telemetry
internal import Wire

/// The shards that stand behind one listening port, whatever they speak, as the control thread
/// holds them.
protocol GateGroup: AnyObject {
  /// What the group stands for.
  var plan: GroupPlan { get }
  /// What its shards tell, a ring each.
  var rings: [EventRing] { get }
  /// The numbers of all its shards together.
  var snapshot: Snapshot { get }
  /// The turns that each of its shards' loops has made.
  var turnCounts: [UInt64] { get }
  /// How often each signature and rule in force matched at all its shards.
  var matches: [RuleMatches] { get }
  /// Whether all its shards have ended.
  var hasEnded: Bool { get }

  /// The busiest addresses and networks that its shards met, a table each.
  var busy: [BusySources] { get }

  /// Gives every shard the policy of a new setup.
  func reload(_ setup: borrowing GateSetup, _ bounds: GateBounds)
  /// Gives every shard what people say from now on.
  func heed(_ people: PeopleBook)
  /// What its shards remember of a source, and how they would judge its next connection; nil when
  /// none says anything, or it judges no connections. Waits for the shards' next turns, for a
  /// quarter of a second at most.
  func explanation(of source: SourceAddress) -> Explanation?
  /// Frees the policies that shards have given back.
  func tidy()
  /// Asks every shard for something.
  func ask(_ wish: ShardControl.Wish)
  /// Hands over what its shards learnt of peers since this was last called.
  func drainOutcomes(_ take: (Endpoint, SourceOutcome) -> Void)
  /// Hands over the first flights that its shards refused since this was last called, where they
  /// are kept.
  func drainRefusedFlights(_ take: (FlightRing.Flight) -> Void)
}

/// Why a group can't start.
enum GroupFault: Error {
  /// A socket can't be had.
  case listen(Endpoint, Errno)
  /// A thread or its descriptors can't be had.
  case start(Errno)
}
