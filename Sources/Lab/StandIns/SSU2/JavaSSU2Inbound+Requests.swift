internal import Kernel
internal import Wire

/// What the stand-in makes of TokenRequests and SessionRequests.
extension JavaSSU2Inbound {
  private static let clockSkewSecondsMaximum: Int64 = 120
  /// Java I2P pads a Retry with 0 to 31 bytes.
  private static let retryPadding = 0...31
  /// A payload shorter than this is not answered.
  private static let payloadMinimum = 10

  /// Judges a datagram that belongs to no session.
  mutating func judge(
    _ datagram: [UInt8],
    _ header: SSU2Header,
    from sender: Endpoint,
    now: Instant
  ) {
    guard header.version == 2, header.networkIdentifier == facts.networkIdentifier,
      header.source != header.destination
    else { return ignore() }
    switch SSU2MessageType(rawValue: header.type) {
    case .tokenRequest: judgeTokenRequest(datagram, header, from: sender, now: now)
    case .sessionRequest:
      guard datagram.count >= SSU2SessionRequest.byteCountMinimum, header.token != 0 else {
        return ignore()
      }
      judgeSessionRequest(datagram, header, from: sender, now: now)
    case .sessionCreated, .sessionConfirmed, .data, .peerTest, .retry, .holePunch, nil: ignore()
    }
  }

  private mutating func judgeTokenRequest(
    _ datagram: [UInt8],
    _ header: SSU2Header,
    from sender: Endpoint,
    now: Instant
  ) {
    guard
      let payload = SSU2Sealed.open(datagram, header: header, key: identity.introductionKey),
      payload.count >= Self.payloadMinimum, let seconds = Self.seconds(in: payload)
    else { return ignore() }
    counters.update { $0.tokenRequests += 1 }
    if var state = states[sender] {
      guard case .retrySent = state.phase, state.hasEnds(of: header),
        state.repeatsRetry(now: now)
      else { return }
      states[sender] = state
      sendRetry(to: sender, answering: header, token: state.token)
      return
    }
    let skew = Int64(seconds) - Int64(clamping: Clock.wallSeconds)
    guard skew.magnitude <= Self.clockSkewSecondsMaximum.magnitude else {
      counters.update { $0.refusedClocks += 1 }
      return refuse(sender, header, reason: TerminationReason.clockSkew, now: now)
    }
    admit(header, from: sender, now: now)
  }

  private mutating func judgeSessionRequest(
    _ datagram: [UInt8],
    _ header: SSU2Header,
    from sender: Endpoint,
    now: Instant
  ) {
    counters.update { $0.sessionRequests += 1 }
    guard var state = states[sender] else {
      counters.update { $0.unknownTokens += 1 }
      return admit(header, from: sender, now: now)
    }
    switch state.phase {
    case .retrySent:
      guard header.token == state.token else { return destroy(sender) }
      guard state.hasEnds(of: header) else { return }
      let responder = SSU2Responder(
        datagram,
        header: header,
        from: sender,
        identity: identity,
        networkIdentifier: facts.networkIdentifier,
        wallSeconds: Clock.wallSeconds
      )
      guard let responder else { return destroy(sender) }
      state.answer(responder, request: datagram, now: now)
      states[sender] = state
      counters.update { $0.created += 1 }
      _ = socket.send(responder.created, to: sender)
    case .createdSent(let responder, let request):
      guard header.token == state.token, state.hasEnds(of: header), datagram != request else {
        return
      }
      _ = socket.send(responder.created, to: sender)
    }
  }

  private mutating func destroy(_ endpoint: Endpoint) {
    states[endpoint] = nil
    counters.update { $0.destroyed += 1 }
  }

  /// A new attempt: it needs a place and the limiter's consent, and gets a Retry.
  private mutating func admit(_ header: SSU2Header, from sender: Endpoint, now: Instant) {
    if bans.standing(of: sender, now: now) == .banned {
      counters.update { $0.refusedAsBanned += 1 }
      return refuse(sender, header, reason: TerminationReason.requestError, now: now)
    }
    guard states.count < settings.places else {
      counters.update { $0.refusedWhenFull += 1 }
      return refuse(sender, header, reason: TerminationReason.limits, now: now)
    }
    let verdict = limiter.judge(now: now, draw: Double.random(in: 0..<1))
    guard verdict == .admitted || settings.limiting == .off else {
      counters.update { $0.refusedByLimiter += 1 }
      return refuse(sender, header, reason: TerminationReason.limits, now: now)
    }
    let state = JavaSSU2State(header: header, now: now)
    states[sender] = state
    let taken = states.count
    counters.update { $0.placesAtMost = max($0.placesAtMost, taken) }
    sendRetry(to: sender, answering: header, token: state.token)
  }

  private mutating func refuse(
    _ sender: Endpoint,
    _ header: SSU2Header,
    reason: UInt8,
    now: Instant
  ) {
    guard bans.refuse(sender, now: now) == .told else {
      return counters.update { $0.silentRefusals += 1 }
    }
    sendRetry(to: sender, answering: header, token: 0, reason: reason)
  }

  private func sendRetry(
    to initiator: Endpoint,
    answering request: SSU2Header,
    token: UInt64,
    reason: UInt8? = nil
  ) {
    if reason == nil { counters.update { $0.retries += 1 } }
    let header = SSU2Header(
      .retry,
      to: request.source,
      from: request.destination,
      token: token,
      networkIdentifier: facts.networkIdentifier
    )
    var blocks: [SSU2Block] = [
      .dateTime(UInt32(truncatingIfNeeded: Clock.wallSeconds)), .address(initiator),
    ]
    if let reason { blocks.append(.termination(reason: reason)) }
    blocks.append(.padding(count: Int.random(in: Self.retryPadding)))
    let retry = SSU2Sealed.seal(
      header,
      blocks.flatMap(\.bytes),
      key: identity.introductionKey
    )
    _ = socket.send(retry, to: initiator)
  }

  private static func seconds(in payload: [UInt8]) -> UInt32? {
    guard let blocks = SSU2Block.parse(payload) else { return nil }
    for case .dateTime(let seconds) in blocks { return seconds }
    return nil
  }
}
