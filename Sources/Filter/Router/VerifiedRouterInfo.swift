internal import CSodium
public import Wire

/// A RouterInfo whose signature was verified: what it says, the router itself said.
public struct VerifiedRouterInfo: Sendable, Equatable {
  /// Bytes of a router's hash.
  public static let hashBytes = 32

  /// The RouterInfo.
  public let info: RouterInfo
  /// SHA-256 of the whole identity, 32 bytes: the router's name in the network.
  public let routerHash: [UInt8]

  /// Verifies `info`.
  ///
  /// - Throws: `signatureType` or `badSignature`.
  public init(_ info: RouterInfo) throws(RouterFactsFault) {
    guard info.identity.signsWithEd25519 else {
      throw .signatureType(
        certificate: info.identity.certificateType,
        signing: info.identity.signingType
      )
    }
    guard Self.signatureFits(info) else { throw .badSignature }
    self.info = info
    var hash = [UInt8](repeating: 0, count: Self.hashBytes)
    _ = unsafe crypto_hash_sha256(&hash, info.bytes, UInt64(info.identity.byteCount))
    routerHash = hash
  }

  private static func signatureFits(_ info: RouterInfo) -> Bool {
    precondition(info.signatureRange.count == Int(crypto_sign_ed25519_BYTES))
    let key = Array(info.bytes[RouterIdentity.ed25519KeyRange])
    let signature = Array(info.bytes[info.signatureRange])
    let length = UInt64(info.signedRange.count)
    return unsafe crypto_sign_ed25519_verify_detached(signature, info.bytes, length, key) == 0
  }
}
