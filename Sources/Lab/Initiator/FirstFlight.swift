internal import Filter

/// Message 1 (SessionRequest) as an initiator builds it, and what it must remember for message 2.
struct FirstFlight {
  /// The bytes for the wire: masked key, frames, padding, extra bytes.
  let bytes: [UInt8]
  /// The handshake's state after them.
  let noise: NoiseState
  private let ephemeralPrivateKey: [UInt8]
  private let fault: FirstFlightFault
  /// The initialisation vector that masks the router's key in message 2: the last block of ours
  /// (NTCP2 specification, AES state of message 2).
  let answerInitializationVector: [UInt8]

  /// Builds message 1 for `router`.
  ///
  /// - Parameters:
  ///   - router: whom it is for.
  ///   - options: what to say.
  ///   - messageThreeLength: the true length of message 3 part 2, with its tag.
  ///   - wallSeconds: seconds since 1970.
  init(
    for router: RouterFacts,
    options: FirstFlightOptions,
    messageThreeLength: Int,
    wallSeconds: UInt64
  ) {
    precondition(options.reserved.count == 6, "six reserved bytes: options 6-7 and 12-15")
    let privateKey = options.ephemeralPrivateKey ?? Primitives.randomBytes(32)
    let fault = options.fault
    let publicKey = Self.ephemeralKey(of: privateKey, fault: fault)
    let proofKey = fault == .wrongStaticKey ? Primitives.randomBytes(32) : router.staticKey
    var noise = NoiseState(form: options.hybrid, responderStaticKey: proofKey)
    noise.mixHash(publicKey)
    noise.mixKey(Self.sharedSecret(privateKey, proofKey, fault: fault))
    var frames: [UInt8] = []
    if let form = options.hybrid {
      frames += noise.seal(EncapsulationKey.random(form))
      if fault == .brokenKeyFrame { frames[0] ^= 1 }
    }
    var optionsFrame = noise.seal(
      Self.optionsBlock(
        options,
        router: router,
        messageThreeLength: messageThreeLength,
        wallSeconds: wallSeconds
      )
    )
    if fault == .brokenFrame { optionsFrame[0] ^= 1 }
    frames += optionsFrame
    if !options.padding.isEmpty { noise.mixHash(options.padding) }
    let masked = Self.mask(publicKey, for: router, options: options)
    bytes = masked + frames + options.padding + Primitives.randomBytes(options.extraByteCount)
    self.noise = noise
    ephemeralPrivateKey = privateKey
    self.fault = fault
    answerInitializationVector = [UInt8](masked.suffix(16))
  }

  /// The secret that our ephemeral key shares with `key`, as the router computes it.
  func sharedSecret(with key: [UInt8]) -> [UInt8] {
    Self.sharedSecret(ephemeralPrivateKey, key, fault: fault)
  }

  private static func sharedSecret(
    _ privateKey: [UInt8],
    _ publicKey: [UInt8],
    fault: FirstFlightFault
  ) -> [UInt8] {
    switch fault {
    case .zeroKey, .lowOrderKey: [UInt8](repeating: 0, count: 32)
    case .none, .wrongRouterHash, .wrongInitializationVector, .wrongStaticKey, .highBitSet,
      .brokenFrame, .brokenKeyFrame:
      Primitives.sharedSecret(privateKey, publicKey)
    }
  }

  private static func ephemeralKey(of privateKey: [UInt8], fault: FirstFlightFault) -> [UInt8] {
    switch fault {
    case .zeroKey:
      return [UInt8](repeating: 0, count: 32)
    case .lowOrderKey:
      // The point u = 1, of order four: every clamped scalar takes it to zero (RFC 7748, section
      // 6).
      return [1] + [UInt8](repeating: 0, count: 31)
    case .none, .wrongRouterHash, .wrongInitializationVector, .wrongStaticKey, .highBitSet,
      .brokenFrame, .brokenKeyFrame:
      return Primitives.publicKey(of: privateKey)
    }
  }

  /// AES-256-CBC under the router's hash and its published `i`; the hybrid mark goes on after the
  /// Noise part and before the mask (I2P proposal 169).
  private static func mask(
    _ publicKey: [UInt8],
    for router: RouterFacts,
    options: FirstFlightOptions
  ) -> [UInt8] {
    let fault = options.fault
    var marked = publicKey
    if options.hybrid != nil || fault == .highBitSet { marked[31] |= 0x80 }
    return Primitives.encryptBlocks(
      marked,
      key: fault == .wrongRouterHash ? Primitives.randomBytes(32) : router.hash,
      initializationVector: fault == .wrongInitializationVector
        ? Primitives.randomBytes(16) : router.initializationVector
    )
  }

  private static func optionsBlock(
    _ options: FirstFlightOptions,
    router: RouterFacts,
    messageThreeLength: Int,
    wallSeconds: UInt64
  ) -> [UInt8] {
    let paddingLength =
      options.declaredPaddingLength ?? UInt16(truncatingIfNeeded: options.padding.count)
    let partTwoLength =
      options.declaredMessageThreeLength ?? UInt16(truncatingIfNeeded: messageThreeLength)
    let seconds = UInt32(
      truncatingIfNeeded: Int64(truncatingIfNeeded: wallSeconds) &+ options.clockOffsetSeconds
    )
    var block = [options.networkIdentifier ?? router.networkIdentifier, options.version]
    block += BigEndian.bytes(paddingLength)
    block += BigEndian.bytes(partTwoLength)
    block += options.reserved.prefix(2)
    block += BigEndian.bytes(seconds)
    block += options.reserved.suffix(4)
    return block
  }
}

/// Integers as the network writes them.
enum BigEndian {
  /// The bytes of `value`, most significant first.
  static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    stride(from: value.bitWidth - 8, through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: value >> $0)
    }
  }
}

/// A made-up ML-KEM encapsulation key: right in length and in range, with no private half.
enum EncapsulationKey {
  private static let modulus: UInt16 = 3329

  /// Random bytes that a receiver's check of the key's coefficients accepts (FIPS 203, section
  /// 7.2).
  static func random(_ form: HybridForm) -> [UInt8] {
    var key: [UInt8] = []
    for _ in 0..<(coefficientCount(form) / 2) {
      let first = UInt16.random(in: 0..<modulus)
      let second = UInt16.random(in: 0..<modulus)
      key.append(UInt8(truncatingIfNeeded: first))
      key.append(UInt8(truncatingIfNeeded: first >> 8 | second << 4))
      key.append(UInt8(truncatingIfNeeded: second >> 4))
    }
    return key + Primitives.randomBytes(32)
  }

  private static func coefficientCount(_ form: HybridForm) -> Int {
    switch form {
    case .mlkem512: 2 * 256
    case .mlkem768: 3 * 256
    case .mlkem1024: 4 * 256
    }
  }
}
