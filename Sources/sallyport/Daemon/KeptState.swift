internal import Filter
internal import Kernel
internal import Telemetry
internal import Wire

/// What the gate brings along from an earlier life, and keeps for a later one.
///
/// Nothing of it is needed to guard the router: where the state file can't be had, the gate begins
/// anew and says so.
struct KeptState: ~Copyable {
  /// The state file; nil when it can't be had.
  let store: StateStore?
  /// What all shards read of sources.
  let standings: StandingTableOwner
  /// The book of it.
  var standing: StandingKeeper
  /// Keeps what SSU2 peers have proven; nil when no gate speaks SSU2.
  var keeper: ProvenKeeper?
  /// What SSU2 peers had proven.
  let proven: [ProvenEntry]

  /// Opens the state file and reads what is in it.
  init(_ configuration: Configuration, now: Instant, to journal: inout Journal) {
    let store = StateStore.open(directory: configuration.state.directory) { event in
      journal.write(event, at: now)
    }
    self.store = store
    let wallSeconds = Clock.wallSeconds
    standings = StandingTableOwner(capacity: configuration.standing.sources)
    standing = StandingKeeper(
      standings,
      store: store,
      lifetimes: configuration.standing.lifetimes,
      now: now
    )
    if configuration.gates.contains(where: { $0.transport == .ssu2 }) {
      keeper = ProvenKeeper(
        store: store,
        lifetimeNanoseconds: configuration.datagrams.provenLifetimeNanoseconds,
        now: now
      )
    }
    do throws(StateFault) {
      try standing.restore(now, wallSeconds: wallSeconds)
      proven = try keeper?.restore(wallSeconds: wallSeconds) ?? []
    } catch {
      proven = []
      if let store {
        journal.write(.stateUnreadable(file: store.path, problem: error.problem), at: now)
      }
    }
  }
}
