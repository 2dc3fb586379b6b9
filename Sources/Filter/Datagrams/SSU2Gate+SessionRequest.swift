internal import Wire

/// SessionRequests: the token that they carry is the proof.
extension SSU2Gate {
  /// TokenRequests that pass for sure after a cookie came back: one, and one that is lost.
  private static var vouchers: UInt8 { 2 }
  /// The reason of a refusal after which an initiator asks again at once: Java I2P's own word for
  /// having no room (termination reason 19, session limits).
  private static var comeAgain: UInt8 { 19 }

  mutating func judgeSessionRequest(
    _ question: Question,
    _ answer: UnsafeMutableRawBufferPointer
  ) -> DatagramVerdict {
    let header = question.header
    let token = hasher.key(question.source, token: header.token)
    let witness = witnesses.comesBack(token, now: question.now)
    guard witness == .unknown else { return admitWitnessed(question, witness) }
    let verdict = cookies.check(
      header.token,
      from: question.source,
      destinationIdentifier: header.destinationIdentifier,
      sourceIdentifier: header.sourceIdentifier,
      now: question.now
    )
    switch verdict {
    case .ours: return unsafe judgeEcho(question, answer)
    case .spent: return .refuse(.cookieSpent)
    case .foreign: return judgeUnknownToken(question)
    }
  }

  /// The router's own token came back: its sender receives what is sent there, and what it had
  /// asked for was asked in good faith.
  private mutating func admitWitnessed(
    _ question: Question,
    _ witness: WitnessVerdict
  ) -> DatagramVerdict {
    let novelty = prove(question).novelty
    guard witness == .first else { return .admit(.witnessed) }
    // A share of the gate may have no tokens for proven endpoints: they asked as strangers then.
    if novelty == .new || allowance.provenTokenRequests.burst == 0 {
      strangers.refund(hasher.keys(question.source.address))
    } else {
      provenTokenRequests.putBack(allowance.provenTokenRequests)
    }
    return .admit(.witnessed)
  }

  /// Our cookie came back. i2pd answers a SessionRequest with a token that it does not know with a
  /// Retry of its own, so it may have it; Java I2P would count it, and later ban the endpoint, so
  /// the peer is told to ask again.
  private mutating func judgeEcho(
    _ question: Question,
    _ answer: UnsafeMutableRawBufferPointer
  ) -> DatagramVerdict {
    let now = question.now
    let slot = proven.find(hasher.key(question.source), now: now)
    let session = hasher.key(session: question.header.destinationIdentifier)
    if let slot, proven.holds(slot, session: session) {
      // Sent again, because the answer was lost.
      guard proven.takeRequest(slot, limits.endpointRequests, now: now) else {
        return .refuse(.strangerBudget)
      }
    } else {
      let keys = hasher.keys(question.source.address)
      guard echoes.hasToken(allowance.echoes, now: now),
        question.sender.isAllowed || strangers.takeEcho(keys, now: now),
        echoes.take(allowance.echoes, now: now)
      else { return .refuse(.strangerBudget) }
      proven.grantVouchers(prove(question).slot, Self.vouchers)
    }
    guard handshake.facts.kind == .java else { return .admit(.cookie) }
    let count = unsafe writeRetry(question, token: 0, reason: Self.comeAgain, answer)
    return count > 0 ? .reject(count, .cookie) : .refuse(.strangerBudget)
  }

  /// A token that nobody was seen to give, maybe one of an earlier session. Always on trial, also
  /// when the endpoint is proven: anybody can write a proven endpoint's address on a datagram, and
  /// the flow is opened only when the router answers with more than a Retry.
  private mutating func judgeUnknownToken(_ question: Question) -> DatagramVerdict {
    let now = question.now
    if let slot = proven.find(hasher.key(question.source), now: now),
      provenRequests.hasToken(allowance.provenRequests, now: now),
      proven.takeRequest(slot, limits.endpointRequests, now: now),
      provenRequests.take(allowance.provenRequests, now: now)
    {
      return .trial(.provenBefore)
    }
    let passes =
      takeUnknownToken(question.sender, now: now)
      || passesAsKnown(question.source.address, now: now)
    return passes ? .trial(.onTrial) : .refuse(.tokenUnknown)
  }

  private mutating func takeUnknownToken(_ source: Sender, now: Instant) -> Bool {
    unknownTokens.hasToken(allowance.unknownTokens, now: now)
      && takeOther(source, now: now)
      && unknownTokens.take(allowance.unknownTokens, now: now)
  }

  private mutating func prove(_ question: Question) -> (slot: Int, novelty: ProofNovelty) {
    let proof = proven.prove(
      hasher.key(question.source),
      session: hasher.key(session: question.header.destinationIdentifier),
      now: question.now
    )
    if proof.novelty != .known { news.add(question.source) }
    return proof
  }
}
