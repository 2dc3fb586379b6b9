internal import Wire

/// What the rules are asked with, and what follows from their verdict.
extension Judge {
  /// Everything that is known of a connection without its bytes: the one place where a feature is
  /// filled.
  #if !DEBUG
    @_noLocks
  #endif
  func features(of visitor: Visitor, _ law: borrowing Law, now: Instant) -> Features {
    let asks = law.rules.program.asks
    let source = visitor.arrival.source
    var features = Features(source: source)
    features.isOwn = law.own.contains(source)
    if let isAllowed = visitor.arrival.isAllowed {
      features.isAllowed = isAllowed
      features.isBlocked = false
    }
    features.earlier = EarlierOutcome.none
    if tables.standings != nil { features.learn(limits.facts(visitor.keys, now: now)) }
    if let syn = visitor.arrival.syn { features.learn(syn: syn) }
    features[.roundTrip] = visitor.arrival.roundTripMicroseconds
    let history = history(of: visitor, now: now)
    features.standing = history.standing
    if history.earlier != .none { features.earlier = history.earlier }
    features[.failures] = history.failures
    features[.networkFailures] = history.networkFailures
    features[.concurrency] = history.concurrency
    features[.reconnects] = history.reconnectsPerMinute
    if asks.asks(for: .portsProbed), let probes = tables.probes {
      features[.portsProbed] = UInt32(probes.counts(of: source, now: now).portsProbed)
    }
    features[.firstByte] = visitor.firstByteMilliseconds
    return features
  }

  /// Most first flights lie there already when their connection is accepted: then what was asked a
  /// moment ago still holds.
  private func history(of visitor: Visitor, now: Instant) -> SourceHistory {
    if now == visitor.acceptedAt, let history = visitor.historyAtArrival { return history }
    return limits.history(visitor.keys, now: now)
  }

  /// Asks the buckets that a verdict awaits, and sorts out what is new of it for this connection.
  #if !DEBUG
    @_noLocks
  #endif
  mutating func settle(
    _ verdict: RuleVerdict,
    _ visitor: inout Visitor,
    _ law: borrowing Law,
    now: Instant
  ) -> RuleFindings {
    visitor.heed(law.rules.serial)
    let settled = buckets.settle(
      verdict,
      law.rules.program,
      source: visitor.arrival.source,
      asked: visitor.met,
      now: now
    )
    var findings = RuleFindings()
    findings.met = settled.matched & ~visitor.met
    findings.wouldRefuse = law.rules.program.wouldRefuse(settled) & findings.met
    findings.spared = law.rules.program.spared(settled) & findings.met
    findings.order = Self.order(settled.decision, law.rules.program)
    visitor.met = visitor.met | settled.matched
    if findings.order == nil, !visitor.wasWatched, let watched = Self.reason(settled.watched) {
      findings.watched = watched
      visitor.wasWatched = true
    }
    return findings
  }

  private static func reason(_ decision: RuleDecision) -> Reason? {
    switch decision {
    case .pass: nil
    case .act: .rule
    case .limit: .ruleLimit
    case .score: .score
    }
  }

  private static func order(
    _ decision: RuleDecision,
    _ program: borrowing RuleProgram
  ) -> RefusalOrder? {
    guard let action = decision.action, let reason = reason(decision) else { return nil }
    guard let rule = decision.rule else {
      return RefusalOrder(action: action, reason: reason, origin: .score, isHostile: false)
    }
    return RefusalOrder(
      action: action,
      reason: reason,
      origin: .rule(rule),
      isHostile: reason == .rule && program.sets.bytes.contains(rule)
    )
  }
}
