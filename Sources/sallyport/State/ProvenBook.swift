internal import Wire

/// The proven endpoints of all shards, as the control thread keeps them over a restart: bounded,
/// the oldest go first.
struct ProvenBook {
  /// How many go at once when there is no more room, so that finding them is rare.
  private static let droppedAtOnce = ProvenEndpointsText.entriesMaximum / 16

  private let lifetimeSeconds: UInt64
  private var seconds: [Endpoint: UInt64] = [:]
  /// Whether something was noted that is not kept yet.
  private(set) var hasChanged = false

  /// An empty book for proofs that count for `lifetimeSeconds` after they were given.
  init(lifetimeSeconds: UInt64) {
    self.lifetimeSeconds = lifetimeSeconds
  }

  /// How many endpoints there are.
  var count: Int { seconds.count }

  /// Notes that `endpoint` was proven at `wallSeconds`.
  mutating func note(_ endpoint: Endpoint, at wallSeconds: UInt64) {
    if seconds[endpoint] == nil, seconds.count >= ProvenEndpointsText.entriesMaximum {
      dropOldest()
    }
    seconds[endpoint] = max(wallSeconds, seconds[endpoint] ?? 0)
    hasChanged = true
  }

  /// The endpoints whose proof still counts at `wallSeconds`, the newest first; the others are
  /// forgotten.
  mutating func current(at wallSeconds: UInt64) -> [ProvenEntry] {
    let oldest = wallSeconds - min(wallSeconds, lifetimeSeconds)
    seconds = seconds.filter { $0.value >= oldest }
    return entries.sorted { $0.wallSeconds > $1.wallSeconds }
  }

  /// All that was noted until now is kept.
  mutating func settle() {
    hasChanged = false
  }

  private var entries: [ProvenEntry] {
    seconds.map { ProvenEntry(endpoint: $0.key, wallSeconds: $0.value) }
  }

  private mutating func dropOldest() {
    for entry in entries.sorted(by: { $0.wallSeconds < $1.wallSeconds }).prefix(Self.droppedAtOnce)
    {
      seconds[entry.endpoint] = nil
    }
  }
}
