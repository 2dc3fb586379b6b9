public import Wire

extension Judge {
  /// What there is to say of `source`, of which people said `wish`, now; nothing is counted, made
  /// or taken.
  #if !DEBUG
    @_noLocks
  #endif
  public func view(
    of source: SourceAddress,
    wish: PeopleVerdict = .unnamed,
    _ law: borrowing Law,
    now: Instant
  ) -> SourceView {
    let keys = limits.keys(source)
    let levels = limits.levels(keys, isAllowed: wish == .allowed, now: now)
    var arrival = NewArrival(source: source)
    arrival.isAllowed = wish == .allowed
    let visitor = Visitor(arrival, keys: keys, acceptedAt: now)
    let features = features(of: visitor, law, now: now)
    let verdict = law.rules.program.arrival(features)
    let empty = buckets.empty(among: verdict, law.rules.program, source: source, now: now)
    return SourceView(
      source: source,
      now: now,
      address: levels.address,
      apart: levels.apart,
      shared: levels.shared,
      network: levels.network,
      site: levels.site,
      gate: levels.gate,
      history: limits.history(keys, now: now),
      probes: tables.probes?.counts(of: source, now: now) ?? .none,
      refusal: levels.refusal(wish),
      rulesSerial: law.rules.serial,
      rules: verdict,
      emptyBuckets: empty,
      isOwn: features.isOwn
    )
  }
}
