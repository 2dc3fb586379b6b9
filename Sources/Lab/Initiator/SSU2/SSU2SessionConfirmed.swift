/// SessionConfirmed: our static key, then our RouterInfo, in one datagram or two.
struct SSU2SessionConfirmed {
  /// Bytes of part 1: the sealed static key.
  static let partOneLength = 48
  /// Most bytes of a datagram: a packet of 1500 bytes over IPv4, and over IPv6 (SSU2
  /// specification, maximum payload).
  static func datagramMaximum(isIPv4: Bool) -> Int { isIPv4 ? 1472 : 1452 }

  /// The datagrams, in order.
  let datagrams: [[UInt8]]
  /// The keys of the session that follows.
  let keys: SSU2DataKeys

  /// Builds SessionConfirmed from the state after SessionCreated.
  ///
  /// - Parameters:
  ///   - created: what it confirms.
  ///   - payload: the blocks, a RouterInfo first.
  ///   - staticPrivateKey: our static key, the one that the RouterInfo publishes.
  ///   - router: whom it is for.
  ///   - destination: the identifier that the router has for this session.
  ///   - datagramMaximum: what does not fit goes into a second datagram.
  init(
    confirming created: SSU2SessionCreated,
    payload: [UInt8],
    staticPrivateKey: [UInt8],
    router: SSU2RouterFacts,
    destination: UInt64,
    datagramMaximum: Int
  ) {
    let room = datagramMaximum - SSU2ShortHeader.byteCount
    let length = Self.partOneLength + payload.count + Primitives.tagLength
    precondition(length <= 2 * room, "two datagrams hold SessionConfirmed")
    let fragments: UInt8 = length <= room ? 1 : 2
    func header(_ fragment: UInt8) -> [UInt8] {
      SSU2ShortHeader(
        destination: destination,
        packetNumber: 0,
        type: SSU2MessageType.sessionConfirmed.rawValue,
        flags: fragment << 4 | fragments
      ).bytes
    }
    var noise = created.noise
    let maskKey = SSU2KeyDerivation.confirmedMask(noise.chainingKey)
    noise.mixHash(header(0))
    let partOne = noise.seal(Primitives.publicKey(of: staticPrivateKey))
    noise.mixKey(Primitives.sharedSecret(staticPrivateKey, created.ephemeralKey))
    let message = partOne + noise.seal(payload)
    // Both need the 24 bytes at their end from which the masks are drawn.
    let cut = fragments == 1 ? message.count : min(room, message.count - 24)
    datagrams = (0..<fragments).map { fragment in
      let part = fragment == 0 ? message[..<cut] : message[cut...]
      var datagram = header(fragment) + part
      SSU2Mask.applyToStart(&datagram, first: router.introductionKey, second: maskKey)
      return datagram
    }
    keys = SSU2DataKeys(after: noise)
  }
}
