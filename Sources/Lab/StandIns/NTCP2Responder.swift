internal import Wire

/// The responder (Bob) of one NTCP2 handshake, as Java I2P 2.8.0 judges it. It does no input or
/// output: bytes go in, verdicts and bytes come out.
struct NTCP2Responder {
  /// Bytes of message 1 before its padding.
  static let firstFlightFixedLength = 64
  private static let paddingLengthMaximum = 256
  private static let messageThreeLengths = 459...6000
  private static let clockSkewSecondsMaximum: Int64 = 60

  private let identity: LabIdentity
  private let networkIdentifier: UInt8
  private var noise: NoiseState
  private var answerInitializationVector: [UInt8] = []
  private var ephemeralPrivateKey: [UInt8] = []
  private var initiatorKey: [UInt8] = []
  private var messageThreePartTwoLength = 0
  /// The data phase's channels, once message 3 was right.
  private(set) var keys: DataPhaseKeys?
  /// Whether the initiator's clock was near enough to ours.
  private(set) var clock = ClockVerdict.near

  /// What the initiator's clock is worth.
  enum ClockVerdict {
    /// Within the bound.
    case near
    /// Too far off: refused after message 3.
    case far
  }

  /// What the fixed part of message 1 is worth.
  enum FirstFlightVerdict: Equatable {
    /// Whoever sent it knows our RouterInfo; so many bytes of padding follow.
    case proven(paddingLength: Int)
    /// The frame is not authentic.
    case garbage
    /// A value that is refused at once: the hybrid bit, a zero key, a version, a length.
    case refused
    /// Another network: the address is refused from now on.
    case foreignNetwork
    /// A padding that Java I2P cannot read: the connection hangs.
    case hangs
  }

  /// What message 3 is worth.
  enum MessageThreeVerdict: Equatable {
    /// A peer.
    case accepted
    /// Not authentic: closed at once.
    case garbage
    /// A peer that is refused with a reason.
    case refused(reason: UInt8)
  }

  /// A responder with this identity.
  init(identity: LabIdentity, networkIdentifier: UInt8) {
    self.identity = identity
    self.networkIdentifier = networkIdentifier
    noise = NoiseState(form: nil, responderStaticKey: identity.staticPublicKey)
  }

  /// Bytes of message 3.
  var messageThreeLength: Int { MessageThree.partOneLength + messageThreePartTwoLength }

  /// Judges the first 64 bytes.
  mutating func judge(firstFlight: [UInt8], wallSeconds: UInt64) -> FirstFlightVerdict {
    guard firstFlight.count == Self.firstFlightFixedLength else { return .garbage }
    let masked = [UInt8](firstFlight.prefix(32))
    initiatorKey = Primitives.decryptBlocks(
      masked,
      key: identity.hash,
      initializationVector: identity.initializationVector
    )
    answerInitializationVector = [UInt8](masked.suffix(16))
    guard initiatorKey[31] & 0x80 == 0, initiatorKey.contains(where: { $0 != 0 }) else {
      return .refused
    }
    noise.mixHash(initiatorKey)
    noise.mixKey(Primitives.sharedSecret(identity.staticPrivateKey, initiatorKey))
    guard let options = noise.open([UInt8](firstFlight.suffix(32))) else { return .garbage }
    return judge(options: options, wallSeconds: wallSeconds)
  }

  private mutating func judge(options: [UInt8], wallSeconds: UInt64) -> FirstFlightVerdict {
    var reader = ByteReader()
    guard let network = reader.readUInt8(options.span),
      let version = reader.readUInt8(options.span),
      let paddingLength = reader.readUInt16(options.span),
      let partTwoLength = reader.readUInt16(options.span),
      reader.readUInt16(options.span) != nil,
      let seconds = reader.readUInt32(options.span)
    else { return .garbage }
    guard network == 0 || network == networkIdentifier else { return .foreignNetwork }
    guard version == 2, Self.messageThreeLengths.contains(Int(partTwoLength)) else {
      return .refused
    }
    guard paddingLength <= Self.paddingLengthMaximum else { return .hangs }
    let skew = Int64(seconds) - Int64(clamping: wallSeconds)
    clock = skew.magnitude > Self.clockSkewSecondsMaximum.magnitude ? .far : .near
    messageThreePartTwoLength = Int(partTwoLength)
    return .proven(paddingLength: Int(paddingLength))
  }

  /// Message 2, once the padding of message 1 is there.
  mutating func answer(padding: [UInt8], wallSeconds: UInt64) -> [UInt8] {
    if !padding.isEmpty { noise.mixHash(padding) }
    ephemeralPrivateKey = Primitives.randomBytes(32)
    let key = Primitives.publicKey(of: ephemeralPrivateKey)
    noise.mixHash(key)
    noise.mixKey(Primitives.sharedSecret(ephemeralPrivateKey, initiatorKey))
    // Java I2P pads message 2 with 0 to 63 bytes.
    let ownPadding = Primitives.randomBytes(Int.random(in: 0...63))
    let options =
      [0, 0] + BigEndian.bytes(UInt16(ownPadding.count)) + [0, 0, 0, 0]
      + BigEndian.bytes(UInt32(truncatingIfNeeded: wallSeconds)) + [0, 0, 0, 0]
    let frame = noise.seal(options)
    if !ownPadding.isEmpty { noise.mixHash(ownPadding) }
    let masked = Primitives.encryptBlocks(
      key,
      key: identity.hash,
      initializationVector: answerInitializationVector
    )
    return masked + frame + ownPadding
  }

  /// Judges a whole message 3 that came from `source`.
  mutating func judge(messageThree: [UInt8], from source: SourceAddress) -> MessageThreeVerdict {
    guard messageThree.count == messageThreeLength,
      let staticKey = noise.open([UInt8](messageThree.prefix(MessageThree.partOneLength)))
    else { return .garbage }
    noise.mixKey(Primitives.sharedSecret(ephemeralPrivateKey, staticKey))
    let sealed = [UInt8](messageThree.dropFirst(MessageThree.partOneLength))
    guard let payload = noise.open(sealed), let blocks = FrameBlock.parse(payload),
      case .routerInfo(let bytes) = blocks.first
    else { return .garbage }
    keys = DataPhaseKeys(after: noise)
    if clock == .far { return .refused(reason: TerminationReason.clockSkew) }
    let verdict = RouterInfoJudge.judge(
      bytes,
      style: .ntcp2,
      staticKey: staticKey,
      source: source,
      networkIdentifier: networkIdentifier
    )
    switch verdict {
    case .accepted: return .accepted
    case .refused(let reason): return .refused(reason: reason)
    }
  }

  /// A frame for the initiator.
  mutating func seal(_ blocks: [UInt8]) -> [UInt8] {
    guard let frame = keys?.fromResponder.seal(blocks) else {
      preconditionFailure("frames come after message 3")
    }
    return frame
  }

  /// The next frame's length.
  mutating func unmask(_ first: UInt8, _ second: UInt8) -> Int {
    keys?.fromInitiator.unmask(first, second) ?? 0
  }

  /// The blocks of the next frame; nil when it is not authentic.
  mutating func open(_ sealed: [UInt8]) -> [FrameBlock]? {
    keys?.fromInitiator.open(sealed).flatMap { FrameBlock.parse($0) }
  }
}
