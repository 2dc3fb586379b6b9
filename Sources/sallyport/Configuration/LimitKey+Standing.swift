internal import Filter
internal import Wire

extension LimitKey where Settings == Configuration {
  /// Every key of `[standing]`.
  static var ofStanding: [LimitKey] {
    let weights = 0...Int(StandingWeights.maximum)
    let longest = Double(StandingLifetimes.maximumNanoseconds / Nanoseconds.perSecond)
    let lifetimes = 600...longest
    let lists: [[LimitKey]] = [
      time("listed-lifetime-seconds", \.standing.lifetimes.listedNanoseconds, lifetimes),
      time("proven-lifetime-seconds", \.standing.lifetimes.provenNanoseconds, lifetimes),
      time("dialled-lifetime-seconds", \.standing.lifetimes.dialledNanoseconds, lifetimes),
      time("handshake-lifetime-seconds", \.standing.lifetimes.handshakeNanoseconds, lifetimes),
      time("session-lifetime-seconds", \.standing.lifetimes.sessionNanoseconds, lifetimes),
      count("listed-weight", \.limits.standing.listed, weights),
      count("proven-weight", \.limits.standing.proven, weights),
      count("dialled-weight", \.limits.standing.dialled, weights),
      count("handshake-weight", \.limits.standing.handshake, weights),
      count("session-weight", \.limits.standing.session, weights),
      count("failure-weight", \.limits.standing.failure, weights),
      count("sources", \.standing.sources, 1_024...1_048_576),
    ]
    return lists.flatMap(\.self)
  }
}
