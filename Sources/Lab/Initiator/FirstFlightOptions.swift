internal import Filter

/// What to say, rightly or wrongly, in message 1 (SessionRequest).
struct FirstFlightOptions {
  /// The network named in the options; nil: the router's own.
  var networkIdentifier: UInt8?
  /// The protocol version; 2 is the only one.
  var version: UInt8 = 2
  /// The padding sent after the frames.
  var padding: [UInt8] = Primitives.randomBytes(Int.random(in: 0...63))
  /// The padding's length as the options claim it; nil: the true one.
  var declaredPaddingLength: UInt16?
  /// The length of message 3 part 2 as the options claim it; nil: the true one.
  var declaredMessageThreeLength: UInt16?
  /// Seconds that our clock seems to be ahead; negative: behind.
  var clockOffsetSeconds: Int64 = 0
  /// The options' bytes 6-7 and 12-15, zero in the specification.
  var reserved: [UInt8] = [0, 0, 0, 0, 0, 0]
  /// The hybrid form; nil: the classic one.
  var hybrid: HybridForm?
  /// What is wrong with the key or the frames.
  var fault: FirstFlightFault = .none
  /// Random bytes after everything that belongs to message 1.
  var extraByteCount = 0
  /// Our ephemeral private key; nil: a fresh one.
  var ephemeralPrivateKey: [UInt8]?
}

/// A fault in message 1 that its options cannot express.
enum FirstFlightFault: String, CaseIterable, Sendable {
  /// All as it should be.
  case none
  /// The key is masked for another router: what a forged RouterInfo leads to.
  case wrongRouterHash
  /// The key is masked with another initialisation vector than the published `i`.
  case wrongInitializationVector
  /// The proof was made for another static key than the published `s`.
  case wrongStaticKey
  /// Bit 7 of the key's last byte is set although the frames are classic.
  case highBitSet
  /// The key is zero, the frames are right for the shared secret that follows from it.
  case zeroKey
  /// The key is another point of low order, the frames are right for it.
  case lowOrderKey
  /// One bit of the options' frame is flipped.
  case brokenFrame
  /// One bit of the encapsulation key's frame is flipped; hybrid forms only.
  case brokenKeyFrame
}
