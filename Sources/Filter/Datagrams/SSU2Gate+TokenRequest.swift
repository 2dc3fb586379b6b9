internal import Wire

/// TokenRequests: who is proven passes on a budget of its own, strangers on their allowance. Above
/// it known addresses pass on their reserve, and all others are asked for a cookie.
extension SSU2Gate {
  mutating func judgeTokenRequest(
    _ question: Question,
    _ answer: UnsafeMutableRawBufferPointer
  ) -> DatagramVerdict {
    let now = question.now
    if isPassedAsProven(question.source, now: now) { return .trial(.provenBefore) }
    if question.sender.isAllowed,
      provenTokenRequests.take(allowance.provenTokenRequests, now: now)
    {
      return .trial(.onTrial)
    }
    let verdict = strangers.ask(hasher.keys(question.source.address), now: now)
    if verdict != .pass, passesAsKnown(question.source.address, now: now) {
      return .trial(.onTrial)
    }
    switch verdict {
    case .pass: return .trial(.onTrial)
    case .ignore: return .refuse(.strangerBudget)
    case .challenge: return unsafe challenge(question, answer)
    }
  }

  /// A proven endpoint over its budgets is a stranger again, not silenced: its address may be
  /// someone else's forgery.
  private mutating func isPassedAsProven(_ source: Endpoint, now: Instant) -> Bool {
    guard let slot = proven.find(hasher.key(source), now: now) else { return false }
    if proven.takeVoucher(slot) { return true }
    return provenTokenRequests.hasToken(allowance.provenTokenRequests, now: now)
      && proven.takeRequest(slot, limits.endpointRequests, now: now)
      && provenTokenRequests.take(allowance.provenTokenRequests, now: now)
  }

  private mutating func challenge(
    _ question: Question,
    _ answer: UnsafeMutableRawBufferPointer
  ) -> DatagramVerdict {
    let cookie = cookies.mint(
      question.source,
      destinationIdentifier: question.header.destinationIdentifier,
      sourceIdentifier: question.header.sourceIdentifier,
      now: question.now
    )
    let count = unsafe writeRetry(question, token: cookie, reason: 0, answer)
    return count > 0 ? .challenge(count, .overloaded) : .refuse(.strangerBudget)
  }

  /// Writes a Retry with `token`, or a refusal with `reason` when the token is zero; its length in
  /// bytes, zero when the question was too short for it.
  mutating func writeRetry(
    _ question: Question,
    token: UInt64,
    reason: UInt8,
    _ answer: UnsafeMutableRawBufferPointer
  ) -> Int {
    unsafe handshake.writeRetry(
      into: answer,
      answering: question.header,
      requestBytes: question.bytes,
      to: question.source,
      token: token,
      rejectionReason: reason,
      wallSeconds: question.wallSeconds,
      random: &random
    )
  }
}
