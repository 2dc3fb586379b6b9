internal import Filter

/// The Noise XK handshake state of NTCP2 and SSU2 as both ends keep it: chaining key, transcript
/// hash, and the key of the current message (key derivation in both specifications).
struct NoiseState {
  /// Bytes mixed into every key so far.
  private(set) var chainingKey: [UInt8]
  /// SHA-256 of everything said so far: the associated data of the next frame.
  private(set) var hash: [UInt8]
  private var key: [UInt8]?
  private var counter: UInt64 = 0

  /// The state both ends know beforehand: the protocol's name and the responder's static key.
  init(form: HybridForm?, responderStaticKey: [UInt8]) {
    self.init(protocolName: Self.protocolName(form), responderStaticKey: responderStaticKey)
  }

  /// The state of the protocol with this Noise name.
  init(protocolName: String, responderStaticKey: [UInt8]) {
    chainingKey = Primitives.sha256([UInt8](protocolName.utf8))
    hash = Primitives.sha256(chainingKey)
    mixHash(responderStaticKey)
  }

  /// The Noise protocol's name, which the hybrid forms extend.
  static func protocolName(_ form: HybridForm?) -> String {
    let size: String
    switch form {
    case nil: return "Noise_XKaesobfse+hs2+hs3_25519_ChaChaPoly_SHA256"
    case .mlkem512: size = "512"
    case .mlkem768: size = "768"
    case .mlkem1024: size = "1024"
    }
    return "Noise_XKhfsaesobfse+hs2+hs3_25519+MLKEM\(size)_ChaChaPoly_SHA256"
  }

  /// Adds `bytes` to the transcript.
  mutating func mixHash(_ bytes: [UInt8]) {
    hash = Primitives.sha256(hash + bytes)
  }

  /// Draws a fresh key from a shared secret; its nonces start at zero.
  mutating func mixKey(_ sharedSecret: [UInt8]) {
    let temporary = Primitives.hmac(key: chainingKey, sharedSecret)
    chainingKey = Primitives.hmac(key: temporary, [1])
    key = Primitives.hmac(key: temporary, chainingKey + [2])
    counter = 0
  }

  /// Seals the next frame and adds it to the transcript.
  mutating func seal(_ plaintext: [UInt8]) -> [UInt8] {
    let sealed = Primitives.seal(
      plaintext,
      key: currentKey,
      counter: counter,
      associatedData: hash
    )
    counter += 1
    mixHash(sealed)
    return sealed
  }

  /// Opens the next frame and adds it to the transcript; nil when it is not authentic.
  mutating func open(_ sealed: [UInt8]) -> [UInt8]? {
    let plaintext = Primitives.open(
      sealed,
      key: currentKey,
      counter: counter,
      associatedData: hash
    )
    guard let plaintext else { return nil }
    counter += 1
    mixHash(sealed)
    return plaintext
  }

  /// The key of the current message, for tests against known answers.
  var currentKey: [UInt8] {
    guard let key else { preconditionFailure("no key before the first shared secret") }
    return key
  }
}
