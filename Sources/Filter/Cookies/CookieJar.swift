public import Wire

/// What a token is, to whom gave the cookies.
public enum CookieVerdict: Equatable, BitwiseCopyable, Sendable {
  /// No cookie for this endpoint and these identifiers, or one that is too old.
  case foreign
  /// A cookie that has proved its endpoint before, and too long ago for a retransmission.
  case spent
  /// A cookie for this endpoint and these identifiers: whoever shows it receives what is sent
  /// there.
  case ours
}

/// Cookies: tokens of the gate's own making, for which nothing is stored until they come back.
///
/// A cookie is a keyed hash over the endpoint and both connection identifiers of the question,
/// which are the same from the TokenRequest to the SessionRequest that answers it. It so tells the
/// gate that its answer reached the endpoint, and it is worth nothing to another endpoint or for
/// another attempt. Two secrets overlap: new cookies are made with the younger, both are honoured,
/// and each lives for two spans; a cookie is good for one span at least, two at most.
///
/// **Single use.** Initiators repeat a SessionRequest bit by bit until they are answered (i2pd each
/// second for five, Java I2P and emissary for fifteen). So a good cookie is remembered, and:
/// - it is good again for the time of retransmissions. The repetition changes nothing: endpoint and
///   identifiers are those that the first one proved, and before Java I2P, where each is answered
///   with a refusal, that answer goes to the proven endpoint alone and is bounded like any other.
///   Were it refused, one lost answer would cost an honest peer its attempt;
/// - later it is spent: who recorded the datagram can't use it, with a forged source, to keep the
///   endpoint proven or to have answers sent there.
///
/// Failures leave no trace, so there is nothing to fill from outside: each place taken costs an
/// answer that reached its receiver.
public struct CookieJar: ~Copyable {
  /// How long one secret makes new cookies.
  public static let spanNanoseconds: UInt64 = 90 * Nanoseconds.perSecond

  private var younger = KeyedHash()
  private var older = KeyedHash()
  private var turned: Instant
  private var spent: SpentCookies

  /// A jar with secrets of its own, that remembers at least `capacity` good cookies a span.
  public init(capacity: UInt32, now: Instant) {
    spent = SpentCookies(capacity: capacity)
    turned = now
  }

  /// Good cookies that are remembered of this span.
  var spentCount: Int { spent.count }

  /// The cookie for a question from `endpoint` with these connection identifiers; never zero.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func mint(
    _ endpoint: Endpoint,
    destinationIdentifier: UInt64,
    sourceIdentifier: UInt64,
    now: Instant
  ) -> UInt64 {
    turnIfDue(now)
    return Self.cookie(
      younger,
      Subject(endpoint, destinationIdentifier, sourceIdentifier)
    )
  }

  /// What `token` from `endpoint` is, shown with these connection identifiers. A good one is
  /// remembered. The time it takes does not depend on how much of a token is right.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func check(
    _ token: UInt64,
    from endpoint: Endpoint,
    destinationIdentifier: UInt64,
    sourceIdentifier: UInt64,
    now: Instant
  ) -> CookieVerdict {
    turnIfDue(now)
    let subject = Subject(endpoint, destinationIdentifier, sourceIdentifier)
    let isYoung = Self.areEqual(token, Self.cookie(younger, subject))
    let isOld = Self.areEqual(token, Self.cookie(older, subject))
    guard isYoung | isOld == 1 else { return .foreign }
    return spent.spend(token, now: now) == .repeatedLate ? .spent : .ours
  }

  /// What a cookie is made for, in the order in which it is hashed.
  private struct Subject: BitwiseCopyable {
    let words: (UInt64, UInt64, UInt64, UInt64, UInt64)

    init(_ endpoint: Endpoint, _ destination: UInt64, _ source: UInt64) {
      words = (
        endpoint.address.high, endpoint.address.low, UInt64(endpoint.port), destination, source
      )
    }
  }

  private static func cookie(_ secret: borrowing KeyedHash, _ subject: Subject) -> UInt64 {
    let hash = secret(subject)
    // Zero means "no token" in a header.
    return hash == 0 ? 1 : hash
  }

  /// 1 when both are the same, else 0, without a branch.
  private static func areEqual(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let difference = one ^ other
    return 1 &- (difference | (0 &- difference)) >> 63
  }

  /// Turns as often as spans have passed, whether somebody asked meanwhile or not: else a cookie
  /// from before a quiet time would live longer.
  private mutating func turnIfDue(_ now: Instant) {
    let spans = now.nanoseconds(since: turned) / Self.spanNanoseconds
    guard spans > 0 else { return }
    turned = turned.advanced(byNanoseconds: spans &* Self.spanNanoseconds)
    turn()
    if spans > 1 { turn() }
  }

  /// The older secret becomes the younger, and is made anew. What was spent is forgotten with the
  /// last secret that could have made it.
  private mutating func turn() {
    swap(&younger, &older)
    younger.renew()
    spent.turn()
  }
}
