/// Message 3 (SessionConfirmed): our static key, then our RouterInfo in a block.
struct MessageThree {
  /// Bytes of part 1: the sealed static key.
  static let partOneLength = 48

  /// The plaintext of part 2.
  ///
  /// - Parameters:
  ///   - routerInfo: our RouterInfo.
  ///   - paddingCount: bytes of a padding block after it; nil: no such block.
  /// - Returns: a RouterInfo block (type 2, flag 0), perhaps a padding block (type 254).
  static func payload(routerInfo: [UInt8], paddingCount: Int?) -> [UInt8] {
    var payload = [UInt8(2)] + BigEndian.bytes(UInt16(routerInfo.count + 1)) + [0] + routerInfo
    if let paddingCount {
      payload += [254] + BigEndian.bytes(UInt16(paddingCount))
      payload += [UInt8](repeating: 0, count: paddingCount)
    }
    return payload
  }

  /// The bytes for the wire.
  let bytes: [UInt8]
  /// The keys of the data phase that follows.
  let keys: DataPhaseKeys

  /// Builds message 3 from the state after message 2.
  ///
  /// - Parameters:
  ///   - payload: the plaintext of part 2.
  ///   - answer: the message 2 that it confirms.
  ///   - staticPrivateKey: our static key, the one that the RouterInfo publishes.
  ///   - fault: what to do wrong.
  init(
    payload: [UInt8],
    confirming answer: MessageTwo,
    staticPrivateKey: [UInt8],
    fault: MessageThreeFault
  ) {
    var noise = answer.noise
    var partOne = noise.seal(Primitives.publicKey(of: staticPrivateKey))
    noise.mixKey(Primitives.sharedSecret(staticPrivateKey, answer.ephemeralKey))
    var partTwo = noise.seal(payload)
    switch fault {
    case .none: break
    case .brokenPartOne: partOne[0] ^= 1
    case .brokenPartTwo: partTwo[0] ^= 1
    }
    bytes = partOne + partTwo
    keys = DataPhaseKeys(after: noise)
  }
}

/// A fault in message 3.
enum MessageThreeFault: String, CaseIterable, Sendable {
  /// All as it should be.
  case none
  /// One bit of the sealed static key is flipped.
  case brokenPartOne
  /// One bit of the sealed RouterInfo is flipped.
  case brokenPartTwo
}
