import CCrypto
import CSodium
import Filter

/// Message 1 as an initiator makes it, written straight from the NTCP2 specification and proposal
/// 169 with bare primitives on arrays: nothing of it comes from the code under test.
struct PlainFlight {
  /// Which shape; the raw value is the number in ML-KEM's name, zero is the classic one.
  enum Shape: Int, CaseIterable {
    case classic = 0
    case mlkem512 = 512
    case mlkem768 = 768
    case mlkem1024 = 1_024

    /// Bytes of the encapsulation key (FIPS 203).
    var keyLength: Int {
      switch self {
      case .classic: 0
      case .mlkem512: 800
      case .mlkem768: 1_184
      case .mlkem1024: 1_568
      }
    }

    /// Bytes before the padding, as published in proposal 169.
    var length: Int {
      switch self {
      case .classic: 64
      case .mlkem512: 880
      case .mlkem768: 1_264
      case .mlkem1024: 1_648
      }
    }

    var published: HybridForm? {
      switch self {
      case .classic: nil
      case .mlkem512: .mlkem512
      case .mlkem768: .mlkem768
      case .mlkem1024: .mlkem1024
      }
    }

    var protocolName: String {
      self == .classic
        ? "Noise_XKaesobfse+hs2+hs3_25519_ChaChaPoly_SHA256"
        : "Noise_XKhfsaesobfse+hs2+hs3_25519+MLKEM\(rawValue)_ChaChaPoly_SHA256"
    }
  }

  var shape = Shape.classic
  var privateKey = [UInt8](repeating: 0x44, count: 32)
  var networkIdentifier: UInt8 = 2
  var version: UInt8 = 2
  var padding: [UInt8] = [0xaa, 0xbb, 0xcc]
  var claimedPadding: UInt16?
  var part2Length: UInt16 = 900
  var timestamp: UInt32 = 0x6b00_0000
  var reserved: [UInt8] = [0, 0, 0, 0, 0, 0]
  /// The point to send instead of the private key's own; the frames are made for a secret of zeros,
  /// as every private key shares with a point of low order.
  var point: [UInt8]?
  /// Seals the options with the counter that proposal 169 draws in its boxes, instead of the one
  /// that its key derivation says.
  var optionsCounter: UInt8?

  /// The bytes for the wire.
  var bytes: [UInt8] {
    var sent = point ?? Plain.publicKey(privateKey)
    let chainingKey = Plain.sha256(Array(shape.protocolName.utf8))
    var transcript = Plain.sha256(Plain.sha256(chainingKey) + PlainRouter.publicKey)
    transcript = Plain.sha256(transcript + sent)
    let secret =
      point == nil
      ? Plain.scalarMultiply(privateKey, PlainRouter.publicKey)
      : [UInt8](repeating: 0, count: 32)
    let temporary = Plain.hmac(chainingKey, secret)
    let key = Plain.hmac(temporary, Plain.hmac(temporary, [1]) + [2])
    var frames: [UInt8] = []
    if shape != .classic {
      sent[31] |= 0x80
      let encapsulationKey = (0..<shape.keyLength).map {
        UInt8(truncatingIfNeeded: $0 * 7 + shape.rawValue / 256)
      }
      frames = Plain.seal(encapsulationKey, key: key, counter: 0, associated: transcript)
      transcript = Plain.sha256(transcript + frames)
    }
    let counter = optionsCounter ?? (shape == .classic ? 0 : 1)
    frames += Plain.seal(options, key: key, counter: counter, associated: transcript)
    return Plain.mask(sent) + frames + padding
  }

  private var options: [UInt8] {
    let paddingLength = claimedPadding ?? UInt16(padding.count)
    return [networkIdentifier, version]
      + [UInt8(paddingLength >> 8), UInt8(paddingLength & 0xff)]
      + [UInt8(part2Length >> 8), UInt8(part2Length & 0xff)]
      + reserved.prefix(2)
      + (0..<4).reversed().map { UInt8(truncatingIfNeeded: timestamp >> ($0 * 8)) }
      + reserved.suffix(4)
  }
}

/// The router of the published known answers.
enum PlainRouter {
  static let hash = [UInt8](repeating: 0x11, count: 32)
  static let vector = [UInt8](repeating: 0x22, count: 16)
  static let privateKey = [UInt8](repeating: 0x33, count: 32)
  static let publicKey = Plain.publicKey(privateKey)
  /// The wall clock that the known answers agree with.
  static let wallSeconds: UInt64 = 0x6b00_0000

  static func facts(
    _ kind: RouterKind = .i2pd,
    hybrid: HybridForm? = nil,
    networkIdentifier: UInt8 = 2
  ) -> NTCP2Facts {
    NTCP2Facts(
      kind: kind,
      version: 957,
      routerHash: hash,
      initializationVector: vector,
      staticPublicKey: publicKey,
      networkIdentifier: networkIdentifier,
      hybrid: hybrid
    )
  }
}

/// The primitives, on arrays.
enum Plain {
  static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    crypto_hash_sha256(&digest, bytes, UInt64(bytes.count))
    return digest
  }

  static func hmac(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    precondition(key.count == 32)
    var digest = [UInt8](repeating: 0, count: 32)
    crypto_auth_hmacsha256(&digest, message, UInt64(message.count), key)
    return digest
  }

  static func publicKey(_ privateKey: [UInt8]) -> [UInt8] {
    var key = [UInt8](repeating: 0, count: 32)
    crypto_scalarmult_base(&key, privateKey)
    return key
  }

  static func scalarMultiply(_ privateKey: [UInt8], _ point: [UInt8]) -> [UInt8] {
    var secret = [UInt8](repeating: 0, count: 32)
    guard crypto_scalarmult(&secret, privateKey, point) == 0 else {
      return [UInt8](repeating: 0, count: 32)
    }
    return secret
  }

  static func seal(
    _ plaintext: [UInt8],
    key: [UInt8],
    counter: UInt8,
    associated: [UInt8]
  ) -> [UInt8] {
    var sealed = [UInt8](repeating: 0, count: plaintext.count + 16)
    let nonce = [0, 0, 0, 0, counter, 0, 0, 0, 0, 0, 0, 0]
    crypto_aead_chacha20poly1305_ietf_encrypt(
      &sealed,
      nil,
      plaintext,
      UInt64(plaintext.count),
      associated,
      UInt64(associated.count),
      nil,
      nonce,
      key
    )
    return sealed
  }

  /// AES-256-CBC under the router's hash and vector.
  static func mask(_ key: [UInt8]) -> [UInt8] {
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    var output = [UInt8](repeating: 0, count: 64)
    var written: Int32 = 0
    EVP_EncryptInit_ex(context, EVP_aes_256_cbc(), nil, PlainRouter.hash, PlainRouter.vector)
    EVP_CIPHER_CTX_set_padding(context, 0)
    EVP_EncryptUpdate(context, &output, &written, key, Int32(key.count))
    return Array(output.prefix(Int(written)))
  }
}

/// Bytes of hexadecimal text; what is no digit ends in a trap, since only tests write it.
func hex(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  precondition(digits.count == text.count && text.count.isMultiple(of: 2), "bad hexadecimal text")
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
