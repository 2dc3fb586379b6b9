/// One direction of a session: the cipher of its datagrams and the mask of their headers.
struct SSU2DataChannel {
  /// Bytes of the shortest: header, eight bytes of blocks, tag.
  static let byteCountMinimum = 40

  private let key: [UInt8]
  private let maskKey: [UInt8]

  /// A channel from its half of the split handshake (SSU2 specification, data phase KDF).
  init(half: [UInt8]) {
    (key, maskKey) = SSU2KeyDerivation.keyPair(half, purpose: "HKDFSSU2DataKeys")
  }

  /// The datagram for `header` and its blocks.
  ///
  /// - Parameters:
  ///   - header: in the clear.
  ///   - payload: the blocks, at least eight bytes.
  ///   - introductionKey: of whoever receives it.
  /// - Returns: what goes to the wire.
  func seal(
    _ header: SSU2ShortHeader,
    _ payload: [UInt8],
    introductionKey: [UInt8]
  ) -> [UInt8] {
    var datagram =
      header.bytes
      + Primitives.seal(
        payload,
        key: key,
        counter: UInt64(header.packetNumber),
        associatedData: header.bytes
      )
    SSU2Mask.applyToStart(&datagram, first: introductionKey, second: maskKey)
    return datagram
  }

  /// Takes the seal off `datagram`.
  ///
  /// - Parameters:
  ///   - datagram: as it came.
  ///   - destination: the receiver's identifier.
  ///   - introductionKey: the receiver's own.
  /// - Returns: header and blocks; nil when it does not belong to this session.
  func open(
    _ datagram: [UInt8],
    destination: UInt64,
    introductionKey: [UInt8]
  ) -> (header: SSU2ShortHeader, blocks: [SSU2Block])? {
    guard datagram.count >= Self.byteCountMinimum else { return nil }
    var open = datagram
    SSU2Mask.applyToStart(&open, first: introductionKey, second: maskKey)
    guard let header = SSU2ShortHeader(open), header.destination == destination,
      header.type == SSU2MessageType.data.rawValue,
      let payload = Primitives.open(
        [UInt8](open.dropFirst(SSU2ShortHeader.byteCount)),
        key: key,
        counter: UInt64(header.packetNumber),
        associatedData: [UInt8](open.prefix(SSU2ShortHeader.byteCount))
      ), let blocks = SSU2Block.parse(payload)
    else { return nil }
    return (header, blocks)
  }
}

/// The two channels that a finished handshake leaves.
struct SSU2DataKeys {
  /// From the initiator to the responder.
  let fromInitiator: SSU2DataChannel
  /// From the responder to the initiator.
  let fromResponder: SSU2DataChannel

  /// Splits the handshake's last state.
  init(after noise: NoiseState) {
    let (initiator, responder) = SSU2KeyDerivation.keyPair(noise.chainingKey, purpose: "")
    fromInitiator = SSU2DataChannel(half: initiator)
    fromResponder = SSU2DataChannel(half: responder)
  }
}
