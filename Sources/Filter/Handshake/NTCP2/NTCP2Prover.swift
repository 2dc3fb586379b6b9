internal import CSodium

/// Proves a first flight with the router's own static key: one X25519 and the frames' tags.
///
/// A good first flight shows that its sender knows the router's published hash, vector and key, and
/// made it for this router (Noise XK, message 1; NTCP2 specification). The private key and all that
/// is derived from it stay in guarded memory.
@safe
struct NTCP2Prover: ~Copyable {
  /// What a proof shows.
  enum Outcome {
    /// The frames are good: the options inside.
    case options(NTCP2Options)
    /// The ephemeral key is a point of low order.
    case weakKey
    /// A tag does not fit.
    case unauthenticated
  }

  /// One form's transcript and chaining key before the ephemeral key comes in: the same for every
  /// first flight to this router, so computed once.
  @safe
  private struct FormStart {
    let transcript: UnsafeMutablePointer<UInt8>
    let chaining: crypto_auth_hmacsha256_state
  }

  private let privateKey: SecretBytes
  private let scratch: SecretBytes
  private let starts: UnsafeMutablePointer<FormStart>

  /// A prover for the router with this static key pair (32 bytes each).
  init(privateKey: consuming SecretBytes, publicKey: [UInt8]) {
    precondition(privateKey.count == NTCP2Length.key && publicKey.count == NTCP2Length.key)
    self.privateKey = privateKey
    scratch = SecretBytes(zeroedCount: Scratch.count)
    let forms = NTCP2Form.allCases
    unsafe starts = .allocate(capacity: forms.count)
    for (index, form) in forms.enumerated() {
      unsafe (starts + index).initialize(to: Self.start(form, publicKey: publicKey))
    }
  }

  deinit {
    for index in NTCP2Form.allCases.indices {
      unsafe starts[index].transcript.deallocate()
    }
    unsafe starts.deallocate()
  }

  private static func start(_ form: NTCP2Form, publicKey: [UInt8]) -> FormStart {
    let chainingKey = hash(Array(form.noiseName.description.utf8))
    let transcript = UnsafeMutablePointer<UInt8>.allocate(capacity: NTCP2Length.key)
    unsafe transcript.initialize(
      from: hash(hash(chainingKey) + publicKey),
      count: NTCP2Length.key
    )
    var chaining = crypto_auth_hmacsha256_state()
    unsafe crypto_auth_hmacsha256_init(&chaining, chainingKey, chainingKey.count)
    return unsafe FormStart(transcript: transcript, chaining: chaining)
  }

  private static func hash(_ bytes: [UInt8]) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: NTCP2Length.key) { output, count in
      guard let start = output.baseAddress else { return }
      unsafe crypto_hash_sha256(start, bytes, UInt64(bytes.count))
      count = NTCP2Length.key
    }
  }

  /// Proves the first flight at `flight`, whose bytes before the padding are all there.
  ///
  /// `ephemeralKey` is its unmasked X25519 key, without the hybrid mark.
  func prove(
    _ flight: UnsafePointer<UInt8>,
    form: NTCP2Form,
    ephemeralKey: UnsafePointer<UInt8>
  ) -> Outcome {
    let start = unsafe starts[Int(form.rawValue)]
    let memory = unsafe scratch.bytes
    defer { unsafe sodium_memzero(memory, Scratch.count) }
    guard
      unsafe crypto_scalarmult(memory + Scratch.shared, privateKey.bytes, ephemeralKey) == 0
    else { return .weakKey }
    deriveKey(start.chaining)
    unsafe extendTranscript(start.transcript, by: ephemeralKey, count: NTCP2Length.key)
    var frame = unsafe flight + NTCP2Length.key
    var nonce: UInt8 = 0
    if form != .classic {
      guard unsafe open(frame, count: form.encapsulationFrameLength, nonce: nonce, into: nil) else {
        return .unauthenticated
      }
      unsafe extendTranscript(
        memory + Scratch.transcript,
        by: frame,
        count: form.encapsulationFrameLength
      )
      unsafe frame += form.encapsulationFrameLength
      nonce = 1
    }
    let opened = unsafe open(
      frame,
      count: NTCP2Length.optionsFrame,
      nonce: nonce,
      into: memory + Scratch.options
    )
    guard opened else { return .unauthenticated }
    return unsafe .options(NTCP2Options(memory + Scratch.options))
  }

  /// HKDF as Noise does it: the chaining key is mixed with the shared secret, the second output is
  /// the frames' key.
  private func deriveKey(_ chaining: crypto_auth_hmacsha256_state) {
    let memory = unsafe scratch.bytes
    var state = chaining
    unsafe crypto_auth_hmacsha256_update(&state, memory + Scratch.shared, 32)
    unsafe crypto_auth_hmacsha256_final(&state, memory + Scratch.temporary)
    unsafe crypto_auth_hmacsha256_init(&state, memory + Scratch.temporary, 32)
    var second = state
    unsafe memory[Scratch.counter] = 1
    unsafe crypto_auth_hmacsha256_update(&state, memory + Scratch.counter, 1)
    unsafe crypto_auth_hmacsha256_final(&state, memory + Scratch.chained)
    unsafe memory[Scratch.counter] = 2
    unsafe crypto_auth_hmacsha256_update(&second, memory + Scratch.chained, 33)
    unsafe crypto_auth_hmacsha256_final(&second, memory + Scratch.key)
    unsafe sodium_memzero(&state, MemoryLayout.size(ofValue: state))
    unsafe sodium_memzero(&second, MemoryLayout.size(ofValue: second))
  }

  private func extendTranscript(
    _ transcript: UnsafePointer<UInt8>,
    by bytes: UnsafePointer<UInt8>,
    count: Int
  ) {
    var state = crypto_hash_sha256_state()
    unsafe crypto_hash_sha256_init(&state)
    unsafe crypto_hash_sha256_update(&state, transcript, 32)
    unsafe crypto_hash_sha256_update(&state, bytes, UInt64(count))
    unsafe crypto_hash_sha256_final(&state, scratch.bytes + Scratch.transcript)
  }

  private func open(
    _ frame: UnsafePointer<UInt8>,
    count: Int,
    nonce: UInt8,
    into output: UnsafeMutablePointer<UInt8>?
  ) -> Bool {
    let memory = unsafe scratch.bytes
    unsafe memory[Scratch.nonce + 4] = nonce
    return unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
      output,
      nil,
      nil,
      frame,
      UInt64(count),
      memory + Scratch.transcript,
      32,
      memory + Scratch.nonce,
      memory + Scratch.key
    ) == 0
  }
}

/// Where each intermediate value lies in the prover's guarded memory, in bytes.
private enum Scratch {
  static let shared = 0
  static let temporary = 32
  static let chained = 64
  /// Directly behind `chained`: the second HKDF step hashes both in one run.
  static let counter = 96
  static let key = 97
  static let transcript = 129
  static let nonce = 161
  static let options = 173
  static let count = 189
}
