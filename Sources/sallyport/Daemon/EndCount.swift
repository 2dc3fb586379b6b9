internal import Synchronization

/// Counts shards that have ended, from their own threads.
final class EndCount: Sendable {
  private let ends = Atomic<Int>(0)

  /// How many have ended.
  var count: Int { ends.load(ordering: .acquiring) }

  /// One more has.
  func add() {
    ends.wrappingAdd(1, ordering: .acquiringAndReleasing)
  }
}
