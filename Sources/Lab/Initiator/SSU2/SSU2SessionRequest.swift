/// SessionRequest as an initiator builds it, and what it must remember for SessionCreated.
struct SSU2SessionRequest {
  /// Bytes of the shortest: header, ephemeral key, eight bytes of blocks, tag.
  static let byteCountMinimum = 88
  /// Header and ephemeral key, the part under the mask.
  static let maskedByteCount = 64

  /// The datagram.
  let datagram: [UInt8]
  /// The handshake's state after it.
  let noise: NoiseState
  /// The second mask key of the SessionCreated that answers it.
  let createdMaskKey: [UInt8]
  /// The identifiers of the two ends and the token.
  let header: SSU2Header
  private let ephemeralPrivateKey: [UInt8]

  /// Builds a SessionRequest for `router`.
  ///
  /// - Parameters:
  ///   - router: whom it is for.
  ///   - header: in the clear.
  ///   - payload: the blocks.
  ///   - ephemeralPrivateKey: nil: a fresh one.
  ///   - seal: whether the payload's seal is right.
  init(
    for router: SSU2RouterFacts,
    header: SSU2Header,
    payload: [UInt8],
    ephemeralPrivateKey: [UInt8]? = nil,
    seal: SSU2Seal = .right
  ) {
    let privateKey = ephemeralPrivateKey ?? Primitives.randomBytes(32)
    let publicKey = Primitives.publicKey(of: privateKey)
    var noise = NoiseState(
      protocolName: SSU2KeyDerivation.protocolName,
      responderStaticKey: router.staticKey
    )
    noise.mixHash(header.bytes)
    noise.mixHash(publicKey)
    noise.mixKey(Primitives.sharedSecret(privateKey, router.staticKey))
    var sealed = noise.seal(payload)
    if seal == .broken { sealed[0] ^= 1 }
    var bytes = header.bytes + publicKey + sealed
    let key = router.introductionKey
    SSU2Mask.applyToStart(&bytes, first: key, second: key)
    SSU2Mask.applyToTail(&bytes, key: key, end: Self.maskedByteCount)
    datagram = bytes
    createdMaskKey = SSU2KeyDerivation.createdMask(noise.chainingKey)
    self.noise = noise
    self.header = header
    self.ephemeralPrivateKey = privateKey
  }

  /// The secret that our ephemeral key shares with `key`.
  func sharedSecret(with key: [UInt8]) -> [UInt8] {
    Primitives.sharedSecret(ephemeralPrivateKey, key)
  }
}

/// Whether a message's seal is right.
enum SSU2Seal: Sendable {
  /// As it should be.
  case right
  /// One bit of the ciphertext is flipped.
  case broken
}
