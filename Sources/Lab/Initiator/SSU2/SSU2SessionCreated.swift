/// SessionCreated as the initiator reads it: the router's ephemeral key and its blocks.
struct SSU2SessionCreated {
  /// Bytes of the shortest: header, ephemeral key, eight bytes of blocks, tag.
  static let byteCountMinimum = 88

  /// The router's ephemeral key.
  let ephemeralKey: [UInt8]
  /// The blocks.
  let blocks: [SSU2Block]
  /// The handshake's state after it.
  let noise: NoiseState

  /// Opens `datagram`; nil when it is not the router's answer to `request`.
  ///
  /// - Parameters:
  ///   - datagram: as it came.
  ///   - request: what it answers.
  ///   - maskKey: the second mask key; the request's own, or that of a request before it.
  ///   - router: who should have sent it.
  init?(
    _ datagram: [UInt8],
    answering request: SSU2SessionRequest,
    maskKey: [UInt8],
    router: SSU2RouterFacts
  ) {
    guard datagram.count >= Self.byteCountMinimum else { return nil }
    var open = datagram
    SSU2Mask.applyToStart(&open, first: router.introductionKey, second: maskKey)
    SSU2Mask.applyToTail(&open, key: maskKey, end: SSU2SessionRequest.maskedByteCount)
    guard let header = SSU2Header(open), header.type == SSU2MessageType.sessionCreated.rawValue,
      header.destination == request.header.source, header.source == request.header.destination
    else { return nil }
    let key = [UInt8](open[SSU2Header.byteCount..<SSU2SessionRequest.maskedByteCount])
    var state = request.noise
    state.mixHash(header.bytes)
    state.mixHash(key)
    state.mixKey(request.sharedSecret(with: key))
    let sealed = [UInt8](open.dropFirst(SSU2SessionRequest.maskedByteCount))
    guard let payload = state.open(sealed), let blocks = SSU2Block.parse(payload) else {
      return nil
    }
    ephemeralKey = key
    self.blocks = blocks
    noise = state
  }
}
