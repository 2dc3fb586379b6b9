internal import Filter
internal import Kernel
internal import Wire

/// Meets the deadlines of a shard, once a turn.
extension Shard where World: ~Copyable {
  /// Ends or moves on whatever is late.
  mutating func meetDeadlines() {
    while let slot = strangerTimers.expire(now) {
      strangerTimeIsUp(slot)
    }
    while let slot = sessionTimers.expire(now) {
      sessionTimeIsUp(slot)
    }
    if let again = acceptsAgainAt, now >= again {
      acceptsAgainAt = nil
      network.resumeAccepting()
    }
  }
}
