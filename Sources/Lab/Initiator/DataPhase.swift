internal import Wire

/// One direction of the data phase: the cipher of its frames and the mask of their lengths.
struct FrameChannel {
  private let key: [UInt8]
  private let sipKey: [UInt8]
  private var sipVector: [UInt8]
  private var counter: UInt64 = 0

  /// A channel from its cipher key and its 24 bytes of SipHash key and start value.
  init(key: [UInt8], sipMaterial: [UInt8]) {
    precondition(sipMaterial.count >= 24, "SipHash key of 16 bytes and start value of 8")
    self.key = key
    sipKey = [UInt8](sipMaterial[0..<16])
    sipVector = [UInt8](sipMaterial[16..<24])
  }

  /// The mask of the next frame's length: the low 16 bits of the chained SipHash
  /// (NTCP2 specification, SipHash obfuscated length).
  private mutating func nextMask() -> UInt16 {
    sipVector = Primitives.sipHash(key: sipKey, sipVector)
    return UInt16(sipVector[0]) | UInt16(sipVector[1]) << 8
  }

  /// The next frame's length from its two masked bytes.
  mutating func unmask(_ first: UInt8, _ second: UInt8) -> Int {
    Int((UInt16(first) << 8 | UInt16(second)) ^ nextMask())
  }

  /// The blocks of the next frame; nil when it is not authentic.
  mutating func open(_ sealed: [UInt8]) -> [UInt8]? {
    let blocks = Primitives.open(sealed, key: key, counter: counter, associatedData: [])
    if blocks != nil { counter += 1 }
    return blocks
  }

  /// The next frame for the wire, masked length first.
  mutating func seal(_ blocks: [UInt8]) -> [UInt8] {
    let sealed = Primitives.seal(blocks, key: key, counter: counter, associatedData: [])
    counter += 1
    return BigEndian.bytes(UInt16(sealed.count) ^ nextMask()) + sealed
  }
}

/// The two channels that a finished handshake leaves (NTCP2 specification, data phase KDF).
struct DataPhaseKeys {
  /// From the initiator to the responder.
  var fromInitiator: FrameChannel
  /// From the responder to the initiator.
  var fromResponder: FrameChannel

  /// Splits the handshake's last state.
  init(after noise: NoiseState) {
    let temporary = Primitives.hmac(key: noise.chainingKey, [])
    let initiatorKey = Primitives.hmac(key: temporary, [1])
    let responderKey = Primitives.hmac(key: temporary, initiatorKey + [2])
    let askMaster = Primitives.hmac(key: temporary, [UInt8]("ask".utf8) + [1])
    let sipTemporary = Primitives.hmac(key: askMaster, noise.hash + [UInt8]("siphash".utf8))
    let sipMaster = Primitives.hmac(key: sipTemporary, [1])
    let sipSplit = Primitives.hmac(key: sipMaster, [])
    let initiatorSip = Primitives.hmac(key: sipSplit, [1])
    let responderSip = Primitives.hmac(key: sipSplit, initiatorSip + [2])
    fromInitiator = FrameChannel(key: initiatorKey, sipMaterial: initiatorSip)
    fromResponder = FrameChannel(key: responderKey, sipMaterial: responderSip)
  }
}

/// The blocks inside a frame.
enum FrameBlock: Equatable {
  /// The router's RouterInfo, without the flag before it.
  case routerInfo([UInt8])
  /// A message of the network above.
  case message([UInt8])
  /// The end of the connection, with its reason.
  case termination(reason: UInt8)
  /// A block that tells nothing about the handshake: time, options, padding.
  case other(type: UInt8)

  /// The blocks of a frame in order; nil when a length does not fit.
  static func parse(_ frame: [UInt8]) -> [FrameBlock]? {
    var blocks: [FrameBlock] = []
    var reader = ByteReader()
    while reader.offset < frame.count {
      guard let type = reader.readUInt8(frame.span), let length = reader.readUInt16(frame.span),
        let range = reader.readRange(frame.span, count: Int(length))
      else { return nil }
      let content = frame[range]
      switch type {
      case 2: blocks.append(.routerInfo([UInt8](content.dropFirst())))
      case 3: blocks.append(.message([UInt8](content)))
      case 4: blocks.append(.termination(reason: content.dropFirst(8).first ?? 0))
      default: blocks.append(.other(type: type))
      }
    }
    return blocks
  }
}
