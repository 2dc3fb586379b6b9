public import Wire

/// What the bytes that a stranger has sent so far are taken for, before any proof.
public enum FlightVerdict: Equatable, BitwiseCopyable, Sendable {
  /// Nothing yet: look again when this many bytes are there.
  case wait(forBytes: Int)
  /// An enforced signature or rule refuses it: its action is to be taken.
  case obey(RefusalOrder)
  /// Can't be a first flight that the router would take.
  case refuse(Reason)
  /// May be let through; there is no key to prove it with.
  case plausible(ProvenFlight)
  /// To be proven with the router's key.
  case prove
}

/// What a look at a first flight gave.
public struct FlightLook: BitwiseCopyable, Sendable {
  /// What follows.
  public let verdict: FlightVerdict
  /// A signature on probation that matched as well; told once a connection.
  public let observed: SignatureMatch?
  /// What the rules had to say.
  public let findings: RuleFindings
}

/// How much of a flight that may be let through is there.
public enum FlightExtent: Equatable, BitwiseCopyable, Sendable {
  /// All of it.
  case whole
  /// Its padding is on its way: wait for this many bytes.
  case wait(forBytes: Int)
  /// More than all of it, before the router answered.
  case refuse(Reason)
}

/// The second room: first flights, as they come in.
extension Judge {
  /// Looks at what has come: signatures first, then the rules, then the form. No key agreement.
  ///
  /// At least one byte has come. Asked again when more have.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func look(
    _ bytes: borrowing Span<UInt8>,
    of visitor: inout Visitor,
    _ law: borrowing Law,
    now: Instant
  ) -> FlightLook {
    if visitor.firstByteMilliseconds == nil {
      let waited = now.nanoseconds(since: visitor.acceptedAt) / Nanoseconds.perMillisecond
      visitor.firstByteMilliseconds = UInt32(clamping: waited)
    }
    var observed: SignatureMatch?
    if let match = law.rules.signatures.match(bytes) {
      // Whom people allowed no rule refuses, signatures included: the proof decides.
      guard match.mode == .observe || visitor.arrival.isAllowed == true else {
        return FlightLook(verdict: .obey(order(match)), observed: nil, findings: RuleFindings())
      }
      if !visitor.wasObserved { observed = match }
      visitor.wasObserved = true
    }
    let findings = askRules(bytes, &visitor, law, now: now)
    if let order = findings.order {
      return FlightLook(verdict: .obey(order), observed: observed, findings: findings)
    }
    let verdict: FlightVerdict =
      switch law.handshake.look(bytes, replay: replay) {
      case .wait(let needed): .wait(forBytes: needed)
      case .refuse(let reason): .refuse(reason)
      case .plausible(let flight): .plausible(flight)
      case .prove: .prove
      }
    return FlightLook(verdict: verdict, observed: observed, findings: findings)
  }

  private func order(_ match: SignatureMatch) -> RefusalOrder {
    RefusalOrder(
      action: match.action,
      reason: .signature,
      origin: .signature(match.index),
      isHostile: true
    )
  }

  private mutating func askRules(
    _ bytes: borrowing Span<UInt8>,
    _ visitor: inout Visitor,
    _ law: borrowing Law,
    now: Instant
  ) -> RuleFindings {
    guard law.rules.program.asks.isAny else { return RuleFindings() }
    var features = features(of: visitor, law, now: now)
    features.learn(flight: bytes)
    let verdict = law.rules.program.firstFlight(features, bytes)
    return settle(verdict, &visitor, law, now: now)
  }

  /// Whether `bytesThere` are all of a flight that may be let through.
  #if !DEBUG
    @_noLocks
  #endif
  public static func extent(of flight: ProvenFlight, bytesThere: Int) -> FlightExtent {
    if bytesThere > flight.length { return .refuse(.earlyBytes) }
    return bytesThere == flight.length ? .whole : .wait(forBytes: flight.length)
  }
}
