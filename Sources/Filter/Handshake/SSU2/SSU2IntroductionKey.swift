internal import CSodium

/// A router's published introduction key: masks the headers of what is sent to the router, and
/// seals what is said before a session (SSU2 specification, header encryption).
///
/// The key is public, so neither proves who sent a datagram: only that the sender knows the router.
/// All ChaCha20 is that of RFC 8439 with block counter 1.
@safe
struct SSU2IntroductionKey: ~Copyable {
  private static let bytes = 32

  private let memory: UnsafeMutablePointer<UInt8>
  /// The mask behind the first sixteen bytes, which is the same for every datagram.
  let tail: SSU2TailMask

  /// The key of these 32 bytes.
  init(_ key: [UInt8]) {
    precondition(key.count == Self.bytes, "unchecked facts")
    unsafe memory = .allocate(capacity: Self.bytes)
    unsafe memory.initialize(from: key, count: Self.bytes)
    tail = SSU2TailMask(introductionKey: key)
  }

  deinit {
    unsafe memory.deallocate()
  }

  /// The mask of the first eight bytes of a datagram, as a big-endian number.
  func destinationMask(_ datagram: UnsafeRawPointer, count: Int) -> UInt64 {
    unsafe wordMask(nonce: datagram + (count &- 24))
  }

  /// The mask of the second eight bytes of a datagram, as a big-endian number.
  func kindMask(_ datagram: UnsafeRawPointer, count: Int) -> UInt64 {
    unsafe wordMask(nonce: datagram + (count &- 12))
  }

  private func wordMask(nonce: UnsafeRawPointer) -> UInt64 {
    var word: UInt64 = 0
    let key = unsafe memory
    unsafe withUnsafeMutablePointer(to: &word) { pointer in
      let output = unsafe UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: UInt8.self)
      let nonce = unsafe nonce.assumingMemoryBound(to: UInt8.self)
      _ = unsafe crypto_stream_chacha20_ietf_xor_ic(output, output, 8, nonce, 1, key)
    }
    return UInt64(bigEndian: word)
  }

  /// Opens the sealed payload of the datagram of `count` bytes at `datagram` into `scratch`;
  /// whether the tag fits. The header is authenticated with it.
  func open(
    _ datagram: UnsafeRawPointer,
    count: Int,
    header: SSU2LongHeader,
    scratch: borrowing SSU2Scratch
  ) -> Bool {
    scratch.set(header)
    let sealed = unsafe datagram.assumingMemoryBound(to: UInt8.self) + SSU2LongHeader.bytes
    return unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
      scratch.payload,
      nil,
      nil,
      sealed,
      UInt64(count &- SSU2LongHeader.bytes),
      scratch.associated,
      UInt64(SSU2LongHeader.bytes),
      scratch.nonce,
      memory
    ) == 0
  }

  /// Seals the `count` bytes of payload at `payload` in their place, with the tag behind them.
  func seal(
    _ payload: UnsafeMutablePointer<UInt8>,
    count: Int,
    header: SSU2LongHeader,
    scratch: borrowing SSU2Scratch
  ) {
    scratch.set(header)
    _ = unsafe crypto_aead_chacha20poly1305_ietf_encrypt(
      payload,
      nil,
      payload,
      UInt64(count),
      scratch.associated,
      UInt64(SSU2LongHeader.bytes),
      nil,
      scratch.nonce,
      memory
    )
  }
}

/// The mask behind the first sixteen bytes of a datagram under an introduction key: it has no
/// nonce, so it is made once. Words are big-endian numbers.
struct SSU2TailMask: BitwiseCopyable {
  /// Of the source identifier, bytes 16 to 23.
  let source: UInt64
  /// Of the token, bytes 24 to 31.
  let token: UInt64
  /// Of the first word of a SessionRequest's ephemeral key, bytes 32 to 39.
  let keyStart: UInt64
  /// Of its last word, bytes 56 to 63.
  let keyEnd: UInt64

  init(introductionKey: [UInt8]) {
    precondition(sodium_init() >= 0, "libsodium could not start: no source of randomness")
    var stream = [UInt8](repeating: 0, count: 48)
    let nonce = [UInt8](repeating: 0, count: 12)
    _ = unsafe crypto_stream_chacha20_ietf_xor_ic(&stream, stream, 48, nonce, 1, introductionKey)
    func word(_ start: Int) -> UInt64 {
      stream[start..<(start + 8)].reduce(0) { $0 << 8 | UInt64($1) }
    }
    source = word(0)
    token = word(8)
    keyStart = word(16)
    keyEnd = word(40)
  }
}
