internal import CCrypto
internal import CSodium

/// The cryptographic primitives of NTCP2, on plain arrays.
///
/// The lab's keys are made for one run and guard nothing, so they need no guarded memory; lengths
/// are our own and a wrong one is our mistake. Only `open` can fail on what a peer sent.
enum Primitives {
  /// Bytes of an authentication tag of ChaCha20-Poly1305.
  static let tagLength = 16

  /// `count` bytes from the system's source of randomness.
  static func randomBytes(_ count: Int) -> [UInt8] {
    precondition(sodium_init() >= 0, "libsodium could not start: no source of randomness")
    var bytes = [UInt8](repeating: 0, count: count)
    unsafe randombytes_buf(&bytes, count)
    return bytes
  }

  /// SHA-256 of `bytes`.
  static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    unsafe crypto_hash_sha256(&digest, bytes, UInt64(bytes.count))
    return digest
  }

  /// HMAC-SHA256 of `message` under a key of any length.
  static func hmac(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    var state = crypto_auth_hmacsha256_state()
    var digest = [UInt8](repeating: 0, count: 32)
    unsafe crypto_auth_hmacsha256_init(&state, key, key.count)
    unsafe crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
    unsafe crypto_auth_hmacsha256_final(&state, &digest)
    return digest
  }

  /// SipHash-2-4 of `message`, eight bytes.
  static func sipHash(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    precondition(key.count == 16, "a SipHash key has 16 bytes")
    var digest = [UInt8](repeating: 0, count: 8)
    unsafe crypto_shorthash(&digest, message, UInt64(message.count), key)
    return digest
  }

  /// The X25519 public key of `privateKey`.
  static func publicKey(of privateKey: [UInt8]) -> [UInt8] {
    precondition(privateKey.count == 32, "an X25519 key has 32 bytes")
    var key = [UInt8](repeating: 0, count: 32)
    unsafe crypto_scalarmult_base(&key, privateKey)
    return key
  }

  /// X25519 of the two keys; all zero for a point of low order, as a router without a check gets.
  static func sharedSecret(_ privateKey: [UInt8], _ publicKey: [UInt8]) -> [UInt8] {
    precondition(privateKey.count == 32 && publicKey.count == 32, "an X25519 key has 32 bytes")
    var secret = [UInt8](repeating: 0, count: 32)
    guard unsafe crypto_scalarmult(&secret, privateKey, publicKey) == 0 else {
      return [UInt8](repeating: 0, count: 32)
    }
    return secret
  }

  /// ChaCha20-Poly1305 of `plaintext`, tag last; the counter is the nonce's last eight bytes,
  /// little-endian (NTCP2 specification, Noise nonces).
  static func seal(
    _ plaintext: [UInt8],
    key: [UInt8],
    counter: UInt64,
    associatedData: [UInt8]
  ) -> [UInt8] {
    precondition(key.count == 32, "a ChaCha20 key has 32 bytes")
    var sealed = [UInt8](repeating: 0, count: plaintext.count + tagLength)
    let nonce = nonce(counter)
    unsafe crypto_aead_chacha20poly1305_ietf_encrypt(
      &sealed,
      nil,
      plaintext,
      UInt64(plaintext.count),
      associatedData,
      UInt64(associatedData.count),
      nil,
      nonce,
      key
    )
    return sealed
  }

  /// The plaintext of `sealed`; nil when its tag is wrong or missing.
  static func open(
    _ sealed: [UInt8],
    key: [UInt8],
    counter: UInt64,
    associatedData: [UInt8]
  ) -> [UInt8]? {
    precondition(key.count == 32, "a ChaCha20 key has 32 bytes")
    guard sealed.count >= tagLength else { return nil }
    var plaintext = [UInt8](repeating: 0, count: sealed.count - tagLength)
    let nonce = nonce(counter)
    let result = unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
      &plaintext,
      nil,
      nil,
      sealed,
      UInt64(sealed.count),
      associatedData,
      UInt64(associatedData.count),
      nonce,
      key
    )
    return result == 0 ? plaintext : nil
  }

  private static func nonce(_ counter: UInt64) -> [UInt8] {
    [0, 0, 0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: counter >> UInt64(8 * $0)) }
  }

  /// An Ed25519 key pair from a random seed: the public key, and the secret as libsodium holds it.
  static func signingKeys(seed: [UInt8]) -> (publicKey: [UInt8], secretKey: [UInt8]) {
    precondition(seed.count == 32, "an Ed25519 seed has 32 bytes")
    var publicKey = [UInt8](repeating: 0, count: 32)
    var secretKey = [UInt8](repeating: 0, count: 64)
    unsafe crypto_sign_seed_keypair(&publicKey, &secretKey, seed)
    return (publicKey, secretKey)
  }

  /// The Ed25519 signature of `message`, 64 bytes.
  static func sign(_ message: [UInt8], secretKey: [UInt8]) -> [UInt8] {
    precondition(secretKey.count == 64, "libsodium's Ed25519 secret has 64 bytes")
    var signature = [UInt8](repeating: 0, count: 64)
    unsafe crypto_sign_detached(&signature, nil, message, UInt64(message.count), secretKey)
    return signature
  }

  /// What a check of a signature says.
  enum Authenticity {
    /// The key's owner signed exactly this.
    case genuine
    /// Somebody else did, or it was changed.
    case forged
  }

  /// Checks an Ed25519 signature; one of a wrong length is forged.
  static func verify(
    _ signature: [UInt8],
    of message: [UInt8],
    publicKey: [UInt8]
  ) -> Authenticity {
    guard signature.count == 64, publicKey.count == 32 else { return .forged }
    let result = unsafe crypto_sign_verify_detached(
      signature,
      message,
      UInt64(message.count),
      publicKey
    )
    return result == 0 ? .genuine : .forged
  }
}

extension Primitives {
  /// AES-256-CBC without padding over whole blocks.
  static func encryptBlocks(
    _ plaintext: [UInt8],
    key: [UInt8],
    initializationVector: [UInt8]
  ) -> [UInt8] {
    transformBlocks(plaintext, key: key, initializationVector: initializationVector, encrypts: 1)
  }

  /// The inverse of `encryptBlocks`.
  static func decryptBlocks(
    _ ciphertext: [UInt8],
    key: [UInt8],
    initializationVector: [UInt8]
  ) -> [UInt8] {
    transformBlocks(ciphertext, key: key, initializationVector: initializationVector, encrypts: 0)
  }

  private static func transformBlocks(
    _ input: [UInt8],
    key: [UInt8],
    initializationVector: [UInt8],
    encrypts: Int32
  ) -> [UInt8] {
    precondition(key.count == 32 && initializationVector.count == 16, "32 and 16 bytes")
    precondition(input.count.isMultiple(of: 16), "AES-CBC without padding takes whole blocks")
    let context = unsafe EVP_CIPHER_CTX_new()
    defer { unsafe EVP_CIPHER_CTX_free(context) }
    var output = [UInt8](repeating: 0, count: input.count + 16)
    var written: Int32 = 0
    let cipher = unsafe EVP_aes_256_cbc()
    let started = unsafe EVP_CipherInit_ex(
      context,
      cipher,
      nil,
      key,
      initializationVector,
      encrypts
    )
    let unpadded = unsafe EVP_CIPHER_CTX_set_padding(context, 0)
    let updated = unsafe EVP_CipherUpdate(context, &output, &written, input, Int32(input.count))
    precondition(
      started == 1 && unpadded == 1 && updated == 1 && Int(written) == input.count,
      "libcrypto refused AES-256-CBC"
    )
    return [UInt8](output.prefix(input.count))
  }
}
