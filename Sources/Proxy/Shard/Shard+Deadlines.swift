internal import Filter
internal import Kernel
internal import Wire

/// Meets the deadlines of a shard, once a turn.
extension Shard where World: ~Copyable {
  /// Ends or moves on whatever is late, at most one turn's share: the router's manner lets all
  /// silent strangers go at one moment.
  mutating func meetDeadlines() {
    var strangersLeft = ShardBounds.deadlinesPerTurn
    while strangersLeft > 0, let slot = strangerTimers.expire(now) {
      strangerTimeIsUp(slot)
      strangersLeft &-= 1
    }
    var sessionsLeft = ShardBounds.deadlinesPerTurn
    while sessionsLeft > 0, let slot = sessionTimers.expire(now) {
      sessionTimeIsUp(slot)
      sessionsLeft &-= 1
    }
    hasLateDeadlines = strangersLeft == 0 || sessionsLeft == 0
    if let again = acceptsAgainAt, now >= again {
      acceptsAgainAt = nil
      network.resumeAccepting()
    }
  }
}
