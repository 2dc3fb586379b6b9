internal import Glibc
internal import Kernel
internal import Wire

/// One handshake with its redials, step by step. A step returns how the attempt ended, or nil when
/// it goes on.
struct SSU2HandshakeRun: ~Copyable {
  /// More Retries than any router sends; each begins a handshake anew.
  private static let retriesMaximum = 64

  var socket: UDPSocket
  let target: Endpoint
  let router: SSU2RouterFacts
  let identity: SSU2Identity
  let options: SSU2HandshakeOptions
  let start = Clock.now
  var result = SSU2HandshakeResult()
  var attempt: SSU2Attempt
  /// What of the router's data came.
  var received = SSU2ReceivedNumbers()
  /// Our last packet's number: SessionConfirmed is number zero.
  var sentPacketNumber: UInt32 = 0

  /// Takes over a socket that speaks with `target`.
  init(
    socket: consuming UDPSocket,
    target: Endpoint,
    router: SSU2RouterFacts,
    options: SSU2HandshakeOptions
  ) {
    self.socket = socket
    self.target = target
    self.router = router
    self.options = options
    identity = options.identity ?? SSU2Identity()
    attempt = SSU2Attempt(deadline: start)
  }

  var manner: SSU2Manner { options.manner }

  /// Seconds since 1970 as we tell them.
  var ownSeconds: UInt32 {
    UInt32(
      truncatingIfNeeded: Int64(truncatingIfNeeded: Clock.wallSeconds) &+ options.clockOffsetSeconds
    )
  }

  /// Goes as far as the options and the router allow.
  mutating func perform() -> SSU2HandshakeResult {
    result.source = socket.local
    let redialsMaximum = options.redialsMaximum ?? manner.redialsMaximum
    var end = performAttempt(cachedToken: options.cachedToken)
    while case .rejected = end, result.redialCount < redialsMaximum {
      result.redialCount += 1
      end = performAttempt(cachedToken: nil)
    }
    if end == .established { end = bidFarewell() }
    result.end = end
    return result
  }

  private mutating func performAttempt(cachedToken: UInt64?) -> SSU2HandshakeEnd {
    let patience = options.patienceNanoseconds ?? manner.patienceNanoseconds
    attempt = SSU2Attempt(deadline: Clock.now.advanced(byNanoseconds: patience))
    if options.fault == .equalIdentifiers { attempt.source = attempt.destination }
    let madeUp = options.fault == .madeUpToken ? UInt64.random(in: 1...UInt64.max) : nil
    if let token = cachedToken ?? madeUp {
      attempt.tokenOrigin = .cache
      if let end = sendRequest(token: token) { return end }
    } else {
      if let end = begin(.awaitingRetry, with: [tokenRequest()]) { return end }
      if options.stop == .afterTokenRequest { return .left(stage: .awaitingRetry) }
    }
    while true {
      switch socket.receive(until: attempt.wake(manner)) {
      case .late:
        guard Clock.now < attempt.deadline else { return .silence(stage: attempt.stage) }
        if let end = sendAgain() { return end }
      case .failed(let error): return failure(error)
      case .datagram(let datagram, from: _):
        result.receivedCount += 1
        result.receivedBytes += datagram.count
        if let end = handle(datagram) { return end }
      }
    }
  }

  private mutating func handle(_ datagram: [UInt8]) -> SSU2HandshakeEnd? {
    switch attempt.stage {
    case .awaitingRetry:
      if let retry = retry(datagram) { return follow(retry, byteCount: datagram.count) }
    case .awaitingSessionCreated:
      if let created = created(datagram) { return confirm(created, datagram: datagram) }
      if let retry = retry(datagram), result.retryTokens.count < Self.retriesMaximum {
        return follow(retry, byteCount: datagram.count)
      }
    case .awaitingData:
      if datagram == attempt.created { return nil }
      if let blocks = openData(datagram) { return accept(blocks) }
    case .established: break
    }
    result.strangeCount += 1
    return nil
  }
}

/// What goes out.
extension SSU2HandshakeRun {
  private mutating func begin(
    _ stage: SSU2Stage,
    with datagrams: [[UInt8]]
  ) -> SSU2HandshakeEnd? {
    attempt.begin(stage, with: datagrams, now: Clock.now)
    return send(datagrams)
  }

  /// Sends `datagrams`; nil when the kernel took them.
  mutating func send(_ datagrams: [[UInt8]]) -> SSU2HandshakeEnd? {
    for datagram in datagrams {
      if let error = socket.send(datagram) { return failure(error) }
      result.sentCount += 1
      result.sentBytes += datagram.count
      if options.recording == .on { result.recording.append(datagram) }
    }
    return nil
  }

  func failure(_ error: Errno) -> SSU2HandshakeEnd {
    error.rawValue == ECONNREFUSED
      ? .refused(stage: attempt.stage) : .failed(error, stage: attempt.stage)
  }

  private mutating func sendAgain() -> SSU2HandshakeEnd? {
    // Java I2P builds a TokenRequest anew, all else goes out unchanged.
    let changed = attempt.stage == .awaitingRetry ? [tokenRequest()] : nil
    attempt.repeats(now: Clock.now, changed: changed)
    return send(attempt.outgoing)
  }

  private func header(_ type: SSU2MessageType, token: UInt64) -> SSU2Header {
    var header = SSU2Header(
      type,
      to: attempt.destination,
      from: attempt.source,
      token: token,
      networkIdentifier: router.networkIdentifier
    )
    if options.fault == .wrongNetwork { header.networkIdentifier &+= 1 }
    if options.fault == .wrongVersion { header.version = 5 }
    return header
  }

  private func tokenRequest() -> [UInt8] {
    let padding = SSU2Block.padding(count: Int.random(in: manner.tokenRequestPadding))
    let payload =
      options.fault == .noDateTime
      ? SSU2Block.padding(count: 12).bytes : SSU2Block.dateTime(ownSeconds).bytes + padding.bytes
    var datagram = SSU2Sealed.seal(
      header(.tokenRequest, token: 0),
      payload,
      key: router.introductionKey
    )
    // Before the bytes from which the mask is drawn.
    if options.fault == .brokenTokenRequest { datagram[SSU2Header.byteCount] ^= 1 }
    return datagram
  }

  private mutating func sendRequest(token: UInt64) -> SSU2HandshakeEnd? {
    let fault = attempt.request == nil ? options.fault : .none
    if fault == .otherIdentifiers {
      attempt.destination = .random(in: .min ... .max)
      attempt.source = .random(in: .min ... .max)
    }
    if fault == .otherPort, let end = moveToAnotherPort() { return end }
    let padding = SSU2Block.padding(count: Int.random(in: manner.sessionRequestPadding))
    let request = SSU2SessionRequest(
      for: router,
      header: header(.sessionRequest, token: fault == .zeroToken ? 0 : token),
      payload: SSU2Block.dateTime(ownSeconds).bytes + padding.bytes,
      seal: fault == .brokenSessionRequest ? .broken : .right
    )
    // Java I2P keeps the mask key of its first SessionRequest, so that an attempt with a stale
    // token of its cache never understands SessionCreated.
    if attempt.request == nil || manner == .i2pd {
      attempt.createdMaskKey = request.createdMaskKey
    }
    attempt.request = request
    if let end = begin(.awaitingSessionCreated, with: [request.datagram]) { return end }
    return options.stop == .afterSessionRequest ? .left(stage: .awaitingSessionCreated) : nil
  }

  /// Goes on from another port of the same address.
  mutating func moveToAnotherPort() -> SSU2HandshakeEnd? {
    guard let local = socket.local else { return .failed(.last, stage: attempt.stage) }
    do throws(Errno) {
      let source = Endpoint(address: local.address, port: 0)
      socket = try UDPSocket.connected(to: target, from: source)
    } catch {
      return .failed(error, stage: attempt.stage)
    }
    result.source = socket.local
    return nil
  }

  private mutating func confirm(
    _ created: SSU2SessionCreated,
    datagram: [UInt8]
  ) -> SSU2HandshakeEnd? {
    result.createdAfterNanoseconds = Clock.now.nanoseconds(since: start)
    result.createdLength = datagram.count
    note(created.blocks)
    attempt.created = datagram
    if options.stop == .afterSessionCreated { return .left(stage: .awaitingSessionCreated) }
    for case .termination(let reason) in created.blocks { return .terminated(reason: reason) }
    let info = identity.routerInfo(
      published: options.published,
      isIPv6: !target.address.isIPv4,
      networkIdentifier: router.networkIdentifier,
      wallSeconds: Clock.wallSeconds
    )
    let padding = options.confirmedPaddingCount.map { SSU2Block.padding(count: $0).bytes } ?? []
    let confirmed = SSU2SessionConfirmed(
      confirming: created,
      payload: SSU2Block.routerInfo(info).bytes + padding,
      staticPrivateKey: identity.staticPrivateKey,
      router: router,
      destination: attempt.destination,
      datagramMaximum: SSU2SessionConfirmed.datagramMaximum(isIPv4: target.address.isIPv4)
    )
    attempt.keys = confirmed.keys
    return begin(.awaitingData, with: confirmed.datagrams)
  }
}

/// What comes in.
extension SSU2HandshakeRun {
  /// A Retry that belongs to this attempt.
  private struct Retry {
    let token: UInt64
    let blocks: [SSU2Block]
  }

  private func retry(_ datagram: [UInt8]) -> Retry? {
    let key = router.introductionKey
    guard let header = SSU2Sealed.header(of: datagram, key: key),
      header.type == SSU2MessageType.retry.rawValue, header.destination == attempt.source,
      header.source == attempt.destination,
      let payload = SSU2Sealed.open(datagram, header: header, key: key),
      let blocks = SSU2Block.parse(payload)
    else { return nil }
    return Retry(token: header.token, blocks: blocks)
  }

  private func created(_ datagram: [UInt8]) -> SSU2SessionCreated? {
    attempt.request.flatMap {
      SSU2SessionCreated(
        datagram,
        answering: $0,
        maskKey: attempt.createdMaskKey,
        router: router
      )
    }
  }

  private mutating func follow(_ retry: Retry, byteCount: Int) -> SSU2HandshakeEnd? {
    if result.retryAfterNanoseconds == nil {
      result.retryAfterNanoseconds = Clock.now.nanoseconds(since: start)
      result.retryLength = byteCount
    }
    result.retryTokens.append(retry.token)
    note(retry.blocks)
    if retry.token == 0 {
      let reasons = retry.blocks.compactMap { block -> UInt8? in
        if case .termination(let reason) = block { reason } else { nil }
      }
      return .rejected(reason: reasons.first ?? 0, stage: attempt.stage)
    }
    if options.stop == .afterRetry { return .left(stage: attempt.stage) }
    if let request = attempt.request, manner == .java, attempt.tokenOrigin == .retry {
      guard request.header.token == retry.token else { return .secondRetry }
      attempt.extraSendAt = attempt.lastSentAt.advanced(
        byNanoseconds: SSU2Manner.repeatedRetryNanoseconds
      )
      return nil
    }
    attempt.tokenOrigin = .retry
    return sendRequest(token: retry.token)
  }

  /// Remembers what an authentic message says of us.
  mutating func note(_ blocks: [SSU2Block]) {
    for block in blocks {
      switch block {
      case .address(let endpoint): result.observedAddress = endpoint
      case .newToken(expires: _, let token): result.newToken = token
      case .dateTime, .routerInfo, .termination, .acknowledgement, .pathChallenge, .pathResponse,
        .padding, .other:
        break
      }
    }
  }

  private mutating func accept(_ blocks: [SSU2Block]) -> SSU2HandshakeEnd? {
    note(blocks)
    for case .termination(let reason) in blocks { return .terminated(reason: reason) }
    result.establishedAfterNanoseconds = Clock.now.nanoseconds(since: start)
    attempt.stage = .established
    return .established
  }
}
