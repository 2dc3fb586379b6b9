internal import Wire

/// The responder (Bob) of one SSU2 handshake after its token was right. It does no input or output:
/// bytes go in, verdicts and bytes come out.
struct SSU2Responder {
  /// Most datagrams of a SessionConfirmed that are put together.
  private static let fragmentsMaximum = 2
  /// Java I2P pads SessionCreated with 0 to 63 bytes.
  private static let createdPadding = 0...63

  /// The datagram of the answer, for repetitions.
  let created: [UInt8]
  private let identity: SSU2Identity
  private let networkIdentifier: UInt8
  private let header: SSU2Header
  private let ephemeralPrivateKey: [UInt8]
  private var noise: NoiseState
  private let confirmedMaskKey: [UInt8]
  private var fragments: [UInt8: [UInt8]] = [:]

  /// What a datagram is worth to somebody who waits for SessionConfirmed.
  enum ConfirmedVerdict {
    /// Nothing: it is something else, or not authentic.
    case strange
    /// A part of SessionConfirmed.
    case incomplete
    /// A peer.
    case accepted(Confirmed)
    /// A peer that is refused with a reason, which the session still carries.
    case refused(Confirmed, reason: UInt8)
  }

  /// What a session needs of SessionConfirmed.
  struct Confirmed {
    /// The keys of the session.
    let keys: SSU2DataKeys
    /// The initiator's introduction key, under which its identifier is masked.
    let introductionKey: [UInt8]
  }

  /// Opens a SessionRequest and answers it; nil when it is not authentic.
  ///
  /// - Parameters:
  ///   - datagram: as it came.
  ///   - header: its header, unmasked.
  ///   - initiator: where it came from, which the answer tells.
  ///   - identity: who we are.
  ///   - networkIdentifier: our network.
  ///   - wallSeconds: seconds since 1970.
  init?(
    _ datagram: [UInt8],
    header: SSU2Header,
    from initiator: Endpoint,
    identity: SSU2Identity,
    networkIdentifier: UInt8,
    wallSeconds: UInt64
  ) {
    guard datagram.count >= SSU2SessionRequest.byteCountMinimum else { return nil }
    var open = datagram
    SSU2Mask.applyToTail(
      &open,
      key: identity.introductionKey,
      end: SSU2SessionRequest.maskedByteCount
    )
    let key = [UInt8](open[SSU2Header.byteCount..<SSU2SessionRequest.maskedByteCount])
    var noise = NoiseState(
      protocolName: SSU2KeyDerivation.protocolName,
      responderStaticKey: identity.staticPublicKey
    )
    noise.mixHash(header.bytes)
    noise.mixHash(key)
    noise.mixKey(Primitives.sharedSecret(identity.staticPrivateKey, key))
    let sealed = [UInt8](datagram.dropFirst(SSU2SessionRequest.maskedByteCount))
    guard noise.open(sealed) != nil else { return nil }
    let maskKey = SSU2KeyDerivation.createdMask(noise.chainingKey)
    let answerHeader = SSU2Header(
      .sessionCreated,
      to: header.source,
      from: header.destination,
      token: 0,
      networkIdentifier: networkIdentifier
    )
    let privateKey = Primitives.randomBytes(32)
    let publicKey = Primitives.publicKey(of: privateKey)
    noise.mixHash(answerHeader.bytes)
    noise.mixHash(publicKey)
    noise.mixKey(Primitives.sharedSecret(privateKey, key))
    let blocks: [SSU2Block] = [
      .dateTime(UInt32(truncatingIfNeeded: wallSeconds)), .address(initiator),
      .padding(count: Int.random(in: Self.createdPadding)),
    ]
    var answer = answerHeader.bytes + publicKey + noise.seal(blocks.flatMap(\.bytes))
    SSU2Mask.applyToStart(&answer, first: identity.introductionKey, second: maskKey)
    SSU2Mask.applyToTail(&answer, key: maskKey, end: SSU2SessionRequest.maskedByteCount)
    created = answer
    confirmedMaskKey = SSU2KeyDerivation.confirmedMask(noise.chainingKey)
    ephemeralPrivateKey = privateKey
    self.noise = noise
    self.header = header
    self.identity = identity
    self.networkIdentifier = networkIdentifier
  }

  /// Judges a datagram that may be SessionConfirmed or a part of it.
  mutating func judge(_ datagram: [UInt8], from source: SourceAddress) -> ConfirmedVerdict {
    guard datagram.count >= SSU2Mask.datagramMinimum else { return .strange }
    var open = datagram
    SSU2Mask.applyToStart(&open, first: identity.introductionKey, second: confirmedMaskKey)
    guard let short = SSU2ShortHeader(open),
      short.type == SSU2MessageType.sessionConfirmed.rawValue,
      short.destination == header.destination
    else { return .strange }
    let (index, count) = (short.flags >> 4, short.flags & 0x0f)
    guard count > 0, count <= Self.fragmentsMaximum, index < count else { return .strange }
    fragments[index] = open
    let parts = (0..<count).compactMap { fragments[$0] }
    guard parts.count == Int(count), let first = parts.first else { return .incomplete }
    let content = parts.flatMap { $0.dropFirst(SSU2ShortHeader.byteCount) }
    return judge(
      header: [UInt8](first.prefix(SSU2ShortHeader.byteCount)),
      content: content,
      source: source
    )
  }

  private func judge(
    header: [UInt8],
    content: [UInt8],
    source: SourceAddress
  ) -> ConfirmedVerdict {
    var noise = noise
    noise.mixHash(header)
    let partOne = [UInt8](content.prefix(SSU2SessionConfirmed.partOneLength))
    guard let staticKey = noise.open(partOne) else { return .strange }
    noise.mixKey(Primitives.sharedSecret(ephemeralPrivateKey, staticKey))
    let partTwo = [UInt8](content.dropFirst(SSU2SessionConfirmed.partOneLength))
    guard let payload = noise.open(partTwo), let blocks = SSU2Block.parse(payload),
      case .routerInfo(let info) = blocks.first
    else { return .strange }
    let key = (try? RouterInfo(info))?.addresses.first(where: \.speaksSSU2)?.introductionKey
    guard let key else { return .strange }
    let confirmed = Confirmed(keys: SSU2DataKeys(after: noise), introductionKey: key)
    let verdict = RouterInfoJudge.judge(
      info,
      style: .ssu2,
      staticKey: staticKey,
      source: source,
      networkIdentifier: networkIdentifier
    )
    switch verdict {
    case .accepted: return .accepted(confirmed)
    case .refused(let reason): return .refused(confirmed, reason: reason)
    }
  }
}
