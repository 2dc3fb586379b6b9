/// The judgement of datagrams for one router's SSU2 port: checks in the order of their cost.
///
/// ```
/// length -> bytes 8-15 unmasked: type, version, network -> length of the type
///        -> bytes 0-7 and 16-31 unmasked: identifiers, token -> seal -> blocks -> clock
/// ```
///
/// Random bytes end behind the second word, at the price of two ChaCha20 blocks: one for that word,
/// and one for the identifier that may belong to a session. Everything that is opened is opened
/// with the router's published introduction key (SSU2 specification; there is no key agreement
/// here).
///
/// Holds no state about peers; bytes and moments come in, a verdict goes out. Datagrams are never
/// changed, since they are passed on as they came. Replaced as a whole when the router's files
/// change.
@safe
public struct SSU2Handshake: ~Copyable, @unchecked Sendable {
  /// What the gate knows of the router.
  public let facts: SSU2Facts
  let key: SSU2IntroductionKey
  let scratch = SSU2Scratch()
  private let versions: SSU2Versions
  private let network: UInt8
  private let clockSkewSeconds: UInt64

  /// A judgement for the router with these facts.
  public init(facts: SSU2Facts) {
    self.facts = facts
    key = SSU2IntroductionKey(facts.introductionKey)
    versions = facts.versions
    network = facts.networkIdentifier
    clockSkewSeconds = SSU2Clock.skewSeconds(facts.kind)
  }

  /// What `datagram` is. `wallSeconds` are seconds since 1970.
  #if !DEBUG
    @_noLocks
  #endif
  public func look(_ datagram: UnsafeRawBufferPointer, wallSeconds: UInt64) -> SSU2Look {
    let count = datagram.count
    guard count >= SSU2Bounds.shortestDatagram, let start = datagram.baseAddress else {
      return .refuse(.undersized)
    }
    guard count <= SSU2Bounds.longestDatagram else { return .refuse(.oversized) }
    let kind = unsafe kind(of: start, count: count)
    guard let type = SSU2PacketType(rawValue: kind.type), Self.isForUs(type) else {
      return unsafe other(start, count: count)
    }
    switch (versions.contains(version: kind.version), kind.networkIdentifier == network) {
    case (true, true): break
    case (true, false): return .refuse(.otherNetwork)
    case (false, true): return .refuse(.otherVersion)
    case (false, false): return unsafe other(start, count: count)
    }
    guard count >= Self.shortest(type, version: kind.version) else { return .refuse(.undersized) }
    let header = unsafe header(of: start, count: count, kind: kind, type: type)
    guard header.destinationIdentifier != header.sourceIdentifier,
      header.destinationIdentifier != 0, header.sourceIdentifier != 0
    else { return .refuse(.sameIdentifiers) }
    if type == .sessionRequest { return unsafe lookAtSessionRequest(start, header) }
    return unsafe lookAtSealed(start, count: count, header, wallSeconds: wallSeconds)
  }

  /// What the router sent to a peer: `datagram` is a Retry that opens with the router's own
  /// introduction key, or it is something else.
  #if !DEBUG
    @_noLocks
  #endif
  public func lookAtAnswer(_ datagram: UnsafeRawBufferPointer) -> SSU2AnswerLook {
    let count = datagram.count
    guard count >= SSU2Bounds.shortestSealed, count <= SSU2Bounds.longestDatagram,
      let start = datagram.baseAddress
    else { return .other }
    let kind = unsafe kind(of: start, count: count)
    guard kind.type == SSU2PacketType.retry.rawValue, versions.contains(version: kind.version),
      kind.networkIdentifier == network
    else { return .other }
    let header = unsafe header(of: start, count: count, kind: kind, type: .retry)
    guard unsafe key.open(start, count: count, header: header, scratch: scratch) else {
      return .other
    }
    return .retry(
      token: header.token,
      destinationIdentifier: header.destinationIdentifier,
      isRejection: header.token == 0
    )
  }

  /// Whether packets of `type` for the router are masked with its introduction key alone.
  private static func isForUs(_ type: SSU2PacketType) -> Bool {
    switch type {
    case .sessionRequest, .peerTest, .tokenRequest, .holePunch: true
    case .sessionCreated, .sessionConfirmed, .data, .retry: false
    }
  }

  private static func shortest(_ type: SSU2PacketType, version: UInt8) -> Int {
    type == .sessionRequest
      ? SSU2Bounds.shortestSessionRequest(version: version) : SSU2Bounds.shortestSealed
  }

  private func lookAtSessionRequest(
    _ start: UnsafeRawPointer,
    _ header: SSU2LongHeader
  ) -> SSU2Look {
    guard header.token != 0 else { return .refuse(.tokenMissing) }
    let keyStart = unsafe Self.word(start, at: 32) ^ key.tail.keyStart
    let keyEnd = unsafe Self.word(start, at: 56) ^ key.tail.keyEnd
    // The key is little-endian on the wire: its highest bit is in its last byte.
    guard keyEnd & 0x80 == 0, !WeakKey.matches(firstWord: keyStart.byteSwapped) else {
      return .refuse(.weakKey)
    }
    return .sessionRequest(header)
  }

  private func lookAtSealed(
    _ start: UnsafeRawPointer,
    count: Int,
    _ header: SSU2LongHeader,
    wallSeconds: UInt64
  ) -> SSU2Look {
    let isTokenRequest = header.type == .tokenRequest
    guard isTokenRequest ? header.token == 0 : Self.isNoncePair(header) else {
      return .refuse(.undecodable)
    }
    guard unsafe key.open(start, count: count, header: header, scratch: scratch) else {
      return .refuse(.unauthenticated)
    }
    let payloadBytes = count &- SSU2LongHeader.bytes &- SSU2Bounds.tag
    guard let payload = unsafe SSU2Payload(scratch.payload, count: payloadBytes) else {
      return .refuse(.undecodable)
    }
    guard let sentAt = payload.sentAtSeconds else { return .refuse(.noDateTime) }
    guard Self.isPlausible(header.type, payload) else { return .refuse(.undecodable) }
    guard SSU2Clock.difference(UInt64(sentAt), wallSeconds) <= clockSkewSeconds else {
      return .refuse(.clockSkew)
    }
    switch header.type {
    case .peerTest: return .peerTest(header)
    case .holePunch: return .holePunch(header)
    default: return .tokenRequest(header)
    }
  }

  /// Outside of sessions, peer tests and hole punches go by a nonce of 32 bits: one identifier is
  /// the nonce twice, the other its complement.
  private static func isNoncePair(_ header: SSU2LongHeader) -> Bool {
    header.sourceIdentifier == ~header.destinationIdentifier
      && header.destinationIdentifier >> 32 == header.destinationIdentifier & 0xffff_ffff
  }

  /// Messages 5 to 7 of a peer test go outside of sessions; a hole punch carries the response to a
  /// relay request.
  private static func isPlausible(_ type: SSU2PacketType, _ payload: SSU2Payload) -> Bool {
    switch type {
    case .peerTest: payload.peerTestMessage.map { $0 >= 5 && $0 <= 7 } ?? false
    case .holePunch: payload.hasRelayResponse
    default: true
    }
  }

  private func other(_ start: UnsafeRawPointer, count: Int) -> SSU2Look {
    unsafe .other(destinationIdentifier: destination(of: start, count: count))
  }

  private func destination(of start: UnsafeRawPointer, count: Int) -> UInt64 {
    unsafe Self.word(start, at: 0) ^ key.destinationMask(start, count: count)
  }

  private func kind(of start: UnsafeRawPointer, count: Int) -> SSU2KindWord {
    unsafe SSU2KindWord(word: Self.word(start, at: 8) ^ key.kindMask(start, count: count))
  }

  private func header(
    of start: UnsafeRawPointer,
    count: Int,
    kind: SSU2KindWord,
    type: SSU2PacketType
  ) -> SSU2LongHeader {
    unsafe SSU2LongHeader(
      destinationIdentifier: destination(of: start, count: count),
      packetNumber: kind.packetNumber,
      type: type,
      version: kind.version,
      networkIdentifier: kind.networkIdentifier,
      flags: kind.flags,
      sourceIdentifier: Self.word(start, at: 16) ^ key.tail.source,
      token: Self.word(start, at: 24) ^ key.tail.token
    )
  }

  private static func word(_ start: UnsafeRawPointer, at offset: Int) -> UInt64 {
    unsafe UInt64(bigEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}
