internal import CSodium

/// A router's static X25519 key of one transport.
public enum TransportKey {
  /// Bytes of either half.
  public static let bytes = 32

  /// Whether two halves of a key belong together.
  public enum Match: Sendable, Equatable {
    /// The public half is the one that follows from the private half.
    case matches
    /// It is not.
    case differs
  }

  /// Derives the public half of `privateKey` and compares it with `publicKey` in constant time.
  public static func match(
    privateKey: borrowing SecretBytes,
    publicKey: [UInt8]
  ) -> Match {
    precondition(privateKey.count == bytes, "an X25519 private key has 32 bytes")
    guard publicKey.count == bytes else { return .differs }
    var derived = [UInt8](repeating: 0, count: bytes)
    guard unsafe crypto_scalarmult_base(&derived, privateKey.bytes) == 0,
      unsafe sodium_memcmp(derived, publicKey, bytes) == 0
    else { return .differs }
    return .matches
  }
}
