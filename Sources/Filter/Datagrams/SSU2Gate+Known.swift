internal import Wire

/// Known addresses: those that have earned their standing, at whatever port and by whatever
/// transport. What strangers have used up is not held against them.
extension SSU2Gate {
  /// Takes one request of a known address from the reserve of such; whether there was one. It
  /// proves nothing and gains nothing but its way to the router, on trial like a stranger's.
  mutating func passesAsKnown(_ source: SourceAddress, now: Instant) -> Bool {
    let keys = hasher.keys(source)
    return isKnown(keys, now: now) && strangers.takeKnown(keys, now: now)
  }

  private func isKnown(_ keys: SourceKeys, now: Instant) -> Bool {
    guard let standings else { return false }
    return limits.standing.score(standings.facts(keys.address, now: now)) >= StandingWeights.known
  }
}
