public import Wire

/// What the bytes that a stranger has sent so far are taken for, before any proof.
public enum FlightVerdict: Equatable, BitwiseCopyable, Sendable {
  /// Nothing yet: look again when this many bytes are there.
  case wait(forBytes: Int)
  /// An enforced rule's signature matched: its action is to be taken.
  case obey(SignatureMatch)
  /// Can't be a first flight that the router would take.
  case refuse(Reason)
  /// May be let through; there is no key to prove it with.
  case plausible(ProvenFlight)
  /// To be proven with the router's key.
  case prove
}

/// What a look at a first flight gave.
public struct FlightLook: Equatable, BitwiseCopyable, Sendable {
  /// What follows.
  public let verdict: FlightVerdict
  /// A rule on probation that matched as well.
  public let observed: SignatureMatch?
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

/// The judgement of first flights, in the order of the rooms. The live gate and `simulate` both ask
/// here, so that a capture gets the verdicts that the gate would have given.
public enum FlightJudge {
  /// The second room: signatures first, then the form. No key agreement.
  #if !DEBUG
    @_noLocks
  #endif
  public static func look(
    _ bytes: borrowing Span<UInt8>,
    signatures: borrowing SignatureSet,
    handshake: borrowing NTCP2Handshake,
    replay: borrowing ReplaySet
  ) -> FlightLook {
    let match = signatures.match(bytes)
    if let match, match.mode == .enforce {
      return FlightLook(verdict: .obey(match), observed: nil)
    }
    let verdict: FlightVerdict =
      switch handshake.look(bytes, replay: replay) {
      case .wait(let needed): .wait(forBytes: needed)
      case .refuse(let reason): .refuse(reason)
      case .plausible(let flight): .plausible(flight)
      case .prove: .prove
      }
    return FlightLook(verdict: verdict, observed: match)
  }

  /// The third room: the proof, and the budget for peers whose clock is wrong.
  #if !DEBUG
    @_noLocks
  #endif
  public static func prove(
    _ bytes: borrowing Span<UInt8>,
    handshake: borrowing NTCP2Handshake,
    replay: inout ReplaySet,
    skewed: inout TokenBucket,
    skewedLimit: RateLimit,
    now: Instant,
    wallSeconds: UInt64
  ) -> ProofVerdict {
    let verdict = handshake.prove(bytes, replay: &replay, now: now, wallSeconds: wallSeconds)
    guard case .proven(let flight) = verdict, flight.isSkewed else { return verdict }
    return skewed.take(skewedLimit, now: now) ? verdict : .refuse(.clockSkew)
  }

  /// Whether `bytesThere` are all of a flight that may be let through.
  #if !DEBUG
    @_noLocks
  #endif
  public static func extent(of flight: ProvenFlight, bytesThere: Int) -> FlightExtent {
    if bytesThere > flight.length { return .refuse(.earlyBytes) }
    return bytesThere == flight.length ? .whole : .wait(forBytes: flight.length)
  }

  /// Whether a refusal for `reason` speaks against the source: an honest peer's clock may be wrong.
  #if !DEBUG
    @_noLocks
  #endif
  public static func isHostile(_ reason: Reason) -> Bool {
    reason != .clockSkew
  }
}
