/// The keys that SSU2 draws from a handshake's chaining key (SSU2 specification, KDF sections).
enum SSU2KeyDerivation {
  /// The Noise protocol's name of version 2.
  static let protocolName = "Noise_XKchaobfse+hs1+hs2+hs3_25519_ChaChaPoly_SHA256"

  /// HKDF with no input key: 32 bytes for `purpose`.
  static func key(_ chainingKey: [UInt8], purpose: String) -> [UInt8] {
    let temporary = Primitives.hmac(key: chainingKey, [])
    return Primitives.hmac(key: temporary, [UInt8](purpose.utf8) + [1])
  }

  /// HKDF with no input key: twice 32 bytes for `purpose`.
  static func keyPair(_ chainingKey: [UInt8], purpose: String) -> ([UInt8], [UInt8]) {
    let temporary = Primitives.hmac(key: chainingKey, [])
    let information = [UInt8](purpose.utf8)
    let first = Primitives.hmac(key: temporary, information + [1])
    return (first, Primitives.hmac(key: temporary, first + information + [2]))
  }

  /// The second mask key of SessionCreated, from the state after the SessionRequest's key.
  static func createdMask(_ chainingKey: [UInt8]) -> [UInt8] {
    key(chainingKey, purpose: "SessCreateHeader")
  }

  /// The second mask key of SessionConfirmed, from the state after SessionCreated.
  static func confirmedMask(_ chainingKey: [UInt8]) -> [UInt8] {
    key(chainingKey, purpose: "SessionConfirmed")
  }
}
