internal import CSodium

/// A short hash (SipHash-2-4) under a secret of its own: who does not know the secret can neither
/// compute nor aim at a value.
struct KeyedHash: ~Copyable, Sendable {
  private let secret: SecretBytes

  /// A hash under a secret of its own.
  init() {
    secret = SecretBytes(randomCount: Int(crypto_shorthash_KEYBYTES))
  }

  /// Another hash under the secret at `original`, which is copied.
  init(copying original: UnsafePointer<UInt8>) {
    secret = SecretBytes(zeroedCount: Int(crypto_shorthash_KEYBYTES))
    unsafe secret.bytes.update(from: original, count: secret.count)
  }

  /// Where the secret lies, while this value lives.
  var bytes: UnsafePointer<UInt8> { unsafe UnsafePointer(secret.bytes) }

  /// Takes another secret; what was hashed before can't be found again.
  func renew() {
    unsafe randombytes_buf(secret.bytes, secret.count)
  }

  /// The hash of the bytes of `subject`, which must have no gaps between its fields.
  func callAsFunction<Subject: BitwiseCopyable>(_ subject: Subject) -> UInt64 {
    unsafe Self.hash(subject, under: secret.bytes)
  }

  /// The hash of the bytes of `subject`, without gaps, under the secret of such a value.
  static func hash<Subject: BitwiseCopyable>(
    _ subject: Subject,
    under secret: UnsafePointer<UInt8>
  ) -> UInt64 {
    var hash: UInt64 = 0
    unsafe withUnsafeBytes(of: subject) { bytes in
      unsafe withUnsafeMutableBytes(of: &hash) { output in
        guard let from = bytes.baseAddress, let to = output.baseAddress else { return }
        _ = unsafe crypto_shorthash(
          to.assumingMemoryBound(to: UInt8.self),
          from.assumingMemoryBound(to: UInt8.self),
          UInt64(bytes.count),
          secret
        )
      }
    }
    return hash
  }
}
